// Package unidiff writes a unified diff of a text and known edits.
//
// The edits are known, so nothing is searched: the lines around each edit are compared, and only
// those that differ are in the diff. The format is that of diff(1) -u, which patch(1) and git-apply(1)
// accept.
//
//	unidiff.go  Edit, Line, Of
//	hunk.go     lines and hunks
package unidiff
