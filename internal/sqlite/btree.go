package sqlite

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Types of pages of a table, section 1.6 of the format.
const (
	interiorPage = 0x05
	leafPage     = 0x0d
)

// The columns of sqlite_schema, which page 1 begins.
const (
	schemaPage    = 1
	schemaType    = 0
	schemaName    = 1
	schemaRoot    = 3
	schemaColumns = 4
)

// Column returns the texts and blobs in one column of a table, in the order of the rows' numbers. The
// first column is 0. Rows with a number or NULL there are left out, and so are values that end after the
// first 64 KiB of their row. With an error it returns what was read until then. Names of tables are
// compared without regard to case.
func (d *DB) Column(table string, column int) ([]string, error) {
	root, err := d.root(table)
	if err != nil {
		return nil, err
	}
	var all []string
	bytes := 0
	err = d.eachRow(root, column, func(values []value) error {
		if len(values) <= column || !values[column].isBytes {
			return nil
		}
		if bytes += len(values[column].bytes); len(all) == mostRows || bytes > mostBytes {
			return fmt.Errorf("%w of a table", ErrLimit)
		}
		all = append(all, string(values[column].bytes))
		return nil
	})
	return all, err
}

// root returns the first page of a table.
func (d *DB) root(table string) (uint32, error) {
	var root int64
	err := d.eachRow(schemaPage, schemaColumns-1, func(values []value) error {
		if len(values) == schemaColumns && string(values[schemaType].bytes) == "table" && strings.EqualFold(string(values[schemaName].bytes), table) {
			root = values[schemaRoot].number
		}
		return nil
	})
	switch {
	case root > 0 && root < 1<<32:
		return uint32(root), nil
	case err != nil:
		return 0, fmt.Errorf("read the schema: %w", err)
	}
	return 0, fmt.Errorf("%w: %s", ErrNoTable, table)
}

// walk is one visit of all rows of a table.
type walk struct {
	db      *DB
	column  int // the last column that is wanted
	row     func([]value) error
	rows    int
	visited map[uint32]bool
	values  []value
	prefix  []byte // of a row with overflow pages
	spare   []byte // for overflow pages
}

// eachRow calls row with the values of each row up to a column. They are valid until it returns.
func (d *DB) eachRow(root uint32, column int, row func([]value) error) error {
	w := walk{db: d, column: column, row: row, visited: map[uint32]bool{}}
	return w.visit(root, 0)
}

// visit visits a page and those below it.
func (w *walk) visit(number uint32, depth int) error {
	if w.visited[number] || depth == mostDepth {
		return fmt.Errorf("%w: page %d is in itself", ErrCorrupt, number)
	}
	w.visited[number] = true
	page := make([]byte, w.db.pageSize)
	if err := w.db.page(number, page); err != nil {
		return err
	}
	page = page[:w.db.usable]
	start := 0
	if number == 1 {
		start = headerSize
	}
	count, pointers := int(binary.BigEndian.Uint16(page[start+3:])), start+8
	interior := page[start] == interiorPage
	if interior {
		pointers += 4
	}
	if !interior && page[start] != leafPage || pointers+2*count > len(page) {
		return fmt.Errorf("%w: page %d is not of a table", ErrCorrupt, number)
	}
	for i := range count {
		at := int(binary.BigEndian.Uint16(page[pointers+2*i:]))
		if at < pointers || at+4 > len(page) {
			return fmt.Errorf("%w: page %d, row %d", ErrCorrupt, number, i)
		}
		var err error
		if interior {
			err = w.visit(binary.BigEndian.Uint32(page[at:]), depth+1)
		} else {
			err = w.leafCell(page, at)
		}
		if err != nil {
			return err
		}
	}
	if interior {
		return w.visit(binary.BigEndian.Uint32(page[start+8:]), depth+1)
	}
	return nil
}

// leafCell reads a row: the length of its record, its number, and the record.
func (w *walk) leafCell(page []byte, at int) error {
	if w.rows++; w.rows > mostRows {
		return fmt.Errorf("%w of %d rows", ErrLimit, mostRows)
	}
	length, n := varint(page[at:])
	_, m := varint(page[at+n:])
	if n == 0 || m == 0 || length > 1<<31 {
		return fmt.Errorf("%w: length of a row", ErrCorrupt)
	}
	record, err := w.record(page[at+n+m:], int(length))
	if err != nil {
		return err
	}
	if w.values, err = appendValues(w.values[:0], record, uint64(len(record)) < length, w.column); err != nil {
		return err
	}
	return w.row(w.values)
}

// record returns the first bytes of a record, at most mostPrefix and those of the page. What does not
// fit on the page is in a chain of overflow pages.
func (w *walk) record(rest []byte, length int) ([]byte, error) {
	usable := w.db.usable
	local := length
	if most := usable - 35; length > most {
		least := (usable-12)*32/255 - 23
		if local = least + (length-least)%(usable-4); local > most {
			local = least
		}
	}
	switch {
	case local > len(rest) || local < length && local+4 > len(rest):
		return nil, fmt.Errorf("%w: a row ends outside its page", ErrCorrupt)
	case local == length:
		return rest[:length], nil
	}
	w.prefix = append(w.prefix[:0], rest[:local]...)
	next := binary.BigEndian.Uint32(rest[local:])
	if w.spare == nil {
		w.spare = make([]byte, w.db.pageSize)
	}
	for want := min(length, mostPrefix); len(w.prefix) < want; {
		if err := w.db.page(next, w.spare); err != nil {
			return nil, err
		}
		next = binary.BigEndian.Uint32(w.spare)
		w.prefix = append(w.prefix, w.spare[4:min(usable, 4+want-len(w.prefix))]...)
	}
	return w.prefix, nil
}
