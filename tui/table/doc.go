// Package table computes the rows of the screen: what a query with filters, a view and an order shows of
// a listing. It runs in the background, keeps no state but caches, and draws nothing.
//
//	result.go    Query, Filters, Request, Result, Compute
//	arrange.go   the rows of the views of places and programs
//	sort.go      SortKey: the orders of each view
//	facts.go     FactCache: what is known of paths
//	statcache.go StatCache: sizes and times of the rows on the screen
//	excluded.go  ExcludedCache: the excluded files that are kept with places
//	source.go    Source: what the rows need to know of the machine
package table
