// Package index keeps candidates in little memory: a million paths in some 40 MB.
//
// A [Store] is filled by a scan, from any number of goroutines. [Store.List] returns a
// [Listing]: a snapshot that never changes, sorted by path. All else is derived from a
// listing: parts of it, units (directories that stand for what is in them), the rows of a
// tree, the keys to sort by. A [Selection] is a set of nodes, whatever is shown of them.
//
// The package knows neither the screen nor queries; package search reads its records.
//
//	store.go       the store, and how a directory is recognised
//	snapshot.go    the records of directories and files
//	node.go        numbers of files and directories
//	bitset.go      sets of these numbers
//	letters.go     sets of bytes, which reject names quickly
//	listing.go     a sorted snapshot, and parts of it
//	order.go       how it is sorted
//	candidates.go  what is in it and not a candidate
//	caches.go      what is known to be cache
//	programs.go    what belongs to a program
//	units.go       directories rolled up
//	tree.go        directories that open and close
//	stat.go        sizes and times of nodes
//	sortkeys.go    orders by size, time and rank
//	selection.go   the selected nodes, and undo
//	locate.go      nodes by their paths, in a newer listing
package index
