// Package project contains only tests. They check the files around the program:
//
//	workflow_test.go    GitHub workflows: pinned actions, least permissions
//	release_test.go     the files of a release, and the changelog for its notes
//	docs_test.go        links, anchors, width and completeness of the documents
//	packages_test.go    the commands that tests use and scripts install
package project
