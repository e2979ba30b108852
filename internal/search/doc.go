// Package search finds the paths of a listing that match a query and ranks them. [Find] is the
// entry point. The package does not depend on the screen.
//
// A search has two stages. The first scores every path in the same way as
// github.com/sahilm/fuzzy, which decides what matches one fuzzy term. The library's order is not the
// one that people expect for paths, so the second stage aligns the best matches with the query and
// sorts them again. Other terms and operators are those of fzf; see [Parse].
//
//	terms.go      Parse: the language of queries
//	pasted.go     Pasted: the query for pasted text
//	search.go     Query, Results and Find: both stages
//	places.go     Results.Places: the rows of the view of places
//	absent.go     FindAbsent: matches among paths that are not in a listing
//	pass.go       the first stage, on all cores
//	score.go      its score: the library's score, computed by an automaton
//	filter.go     the other terms of a query in the first stage
//	automaton.go  a term as an automaton
//	library.go    paths and queries that are not ASCII
//	ranked.go     selects the best matches
//	matcher.go    Matcher: one path with a query; scores and positions
//	align.go      the second stage: the best alignment of a fuzzy term and a path
//	fold.go       letters that differ in case only
//	recall.go     a cache of the results of earlier queries
package search
