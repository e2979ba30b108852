// Package search finds the paths of a listing that match a query and ranks them. [Find] is the
// entry point. The package does not depend on the screen.
//
// A search has two stages. The first scores every path in the same way as
// github.com/sahilm/fuzzy, which decides what matches. The library's order is not the one that
// people expect for paths, so the second stage aligns the best matches with the query and sorts
// them again.
//
//	search.go  Query, Results and Find: both stages
//	pass.go    the first stage, on all cores
//	score.go   its score: the library's score, computed by an automaton
//	ranked.go  selects the best matches
//	align.go   the second stage: the best alignment of query and path
//	recall.go  a cache of the results of earlier queries
package search
