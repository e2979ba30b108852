// Package index stores candidates compactly: a million paths take about 40 MB.
//
// A scan fills a [Store], from any number of goroutines. [Store.List] returns a [Listing]: an
// immutable snapshot, sorted by path. Everything else is derived from a listing: parts of it,
// units (directories that are listed instead of their contents), the rows of a tree, and sort
// keys. A [Selection] is a set of nodes, shown or not.
//
// The package does not depend on the screen or on queries. Package search reads its records.
//
//	store.go       the store, and how a directory is recognised
//	snapshot.go    the records of directories and files
//	node.go        numbers of files, directories and groups
//	bitset.go      sets of these numbers
//	letters.go     sets of bytes, which reject names quickly
//	listing.go     a sorted snapshot, and parts of it
//	order.go       how it is sorted
//	candidates.go  files that are not candidates
//	caches.go      files that are cache
//	programs.go    files that belong to a program
//	units.go       rolled-up directories
//	groups.go      rolled-up directories by owner
//	tree.go        the tree view
//	stat.go        sizes and times of nodes
//	sortkeys.go    orders by size, time and rank
//	totals.go      sizes and times of all nodes
//	selection.go   the selected nodes, and undo
//	locate.go      finds nodes by path, in a newer listing
package index
