// Package hits connects the screen with the search: which rows a query has, in which order, what to
// highlight in them, and what matches although it has no row. It keeps no state and draws nothing.
//
//	hits.go   Request, Find and Rows
//	text.go   texts for rows and for a query without rows
package hits
