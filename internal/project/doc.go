// Package project has no code of its own: its tests check what surrounds the program.
//
//	workflow_test.go    what GitHub runs: pinned actions, least permissions
//	release_test.go     what a release publishes, and the CHANGELOG that it is taken from
//	docs_test.go        links, anchors, width and completeness of the documents
package project
