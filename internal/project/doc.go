// Package project has no code of its own: its tests check the files around the program.
//
//	workflow_test.go    the workflows of GitHub: pinned actions, least permissions
//	release_test.go     the files of a release, and the CHANGELOG with its notes
//	docs_test.go        links, anchors, width and completeness of the documents
//	packages_test.go    the Debian packages that scripts install for the tests
//	words_test.go       words to avoid in texts and comments (testdata/words.txt)
package project
