// Package search finds the paths of a listing that match a query, and ranks them as people
// mean them. [Find] is the entry. It knows nothing of a terminal.
//
// A search has two stages. The first scores every path as github.com/sahilm/fuzzy does, which
// decides what matches. The second aligns the best of them with the query again, because the
// order of the first is not that of a person who searches for a path.
//
//	search.go  Query, Results and Find: both stages
//	pass.go    the first stage, on all cores
//	score.go   its score: the library's as an automaton
//	ranked.go  the best of many matches
//	align.go   the second stage: the best alignment of query and path
//	recall.go  the answers to earlier queries
package search
