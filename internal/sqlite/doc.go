// Package sqlite reads one column of a table in a file of SQLite, without SQLite. It knows only what
// a list of names needs, such as that of the packages of rpm: no SQL, no index, no writing.
//
//	sqlite.go    Open, DB: pages, from the file and from its write-ahead log
//	wal.go       the pages of the log that were committed
//	btree.go     DB.Column: the rows of a table
//	record.go    the values of a row
//
// The format is that of https://www.sqlite.org/fileformat2.html. A file may be hostile: the number of
// pages, rows and bytes that are read is limited, and a page is visited once.
//
// Some things are not read. Tables WITHOUT ROWID and texts in UTF-16 are an error. A rollback journal
// is ignored, so while a transaction of that mode is written, some of its rows may be missing or new.
// A log that SQLite starts again while it is read is an error, or leaves rows out.
package sqlite
