package sizes

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sizeName matches the names of variables and fields with file sizes.
var sizeName = regexp.MustCompile(`^([Ss]izes?|[Bb]ytes|.*(Size|Bytes))$`)

// notSums are additions of lengths in memory, which cannot overflow.
var notSums = map[string]bool{
	"headerSize + 1":                          true, // history/read.go: a limit
	"frameHeader + size":                      true, // internal/sqlite/wal.go: a page
	"bytes += len(values[column].bytes)":      true, // internal/sqlite/btree.go: values with a limit
	"dirItemSize + int(le.Uint16(item[27:]))": true, // scan/tree_linux.go: a name
	"r.size += length":                        true, // scan/tree_linux.go: a buffer
	"size += got":                             true, // scan/worker.go: a buffer
	"start + size":                            true, // scan/node.go: a path
	"used + size":                             true, // scan/node.go: a slab
	"end + infoSize":                          true, // scan/record.go: a record
	"end += infoSize":                         true,
	"size += infoSize":                        true, // scan/worker.go: a record
	"size += 2 + int(f.length)":               true,
	"size += 1 + len(at.name)":                true, // scan/node.go: a path
	"i*size + j":                              true, // trace/reader.go: a buffer
	"size + 63":                               true, // tui/bitset.go: bits
	"c.Note + c.Hits + c.Program + c.Share + c.Bar + c.Size + c.Age": true, // tui/draw/columns.go: widths
	"c.Note + c.Hits + c.Program + c.Share + c.Bar + c.Size":         true,
	"from + size":                         true, // tui/draw/meter.go: cells
	"size/2 + b.dice.Int64N(size+1)":      true, // internal/fixture: small numbers
	"size + 1":                            true,
	"i + size":                            true, // internal/search/fold.go: a character
	"i += size":                           true,
	"uintptr(c.arg(1)) + headSize":        true, // trace/handle.go: an address
	"infoSize + 8 + 8":                    true, // watch/decode.go: a record
	"infoSize + 8":                        true,
	"infoSize + 4":                        true,
	"infoSize + 12":                       true,
	"fidSize + n":                         true,
	"r.size += int64(n)":                  true, // watch/ring.go: a file with a limit
	"r.size + int64(len(r.line))":         true,
	"s.read += int32(size) + 1":           true, // internal/search/score.go: a character
	"int32(size) + 1":                     true,
	"d.name + d.nameSize":                 true, // internal/index/snapshot.go: a path
	"size += int(t.dirs[d].nameSize) + 1": true,
	"int(t.dirs[d].nameSize) + 1":         true,
	"int(t.dirs[dir].nameSize) + 1":       true,
}

// parsers are directories in which a size is always the size of a character.
var parsers = map[string]bool{"../../config": true, "../../internal/pattern": true, "../../internal/printable": true, "../../nixedit": true}

// TestNoOtherSumOfSizes parses the source of the program. Every addition of operands named size or
// bytes must use this package or be in notSums.
func TestNoOtherSumOfSizes(t *testing.T) {
	seen := map[string]bool{}
	files := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "bench" || d.Name() == "testdata" || d.Name() == "sizes" || parsers[path]):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, sum := range sumsOfSizes(file) {
			var text strings.Builder
			if err := printer.Fprint(&text, files, sum); err != nil {
				return err
			}
			if seen[text.String()] = true; !notSums[text.String()] {
				t.Errorf("%s: %s: add sizes with package sizes", files.Position(sum.Pos()), &text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for text := range notSums {
		if !seen[text] {
			t.Errorf("notSums contains %q, which is not in the program", text)
		}
	}
}

// sumsOfSizes returns the additions with an operand that is named like a size.
func sumsOfSizes(file *ast.File) []ast.Node {
	var sums []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.ADD_ASSIGN && (isSize(n.Lhs[0]) || isSize(n.Rhs[0])) {
				sums = append(sums, n)
			}
		case *ast.BinaryExpr:
			if n.Op == token.ADD && (isSize(n.X) || isSize(n.Y)) && !isText(n.X) && !isText(n.Y) {
				sums = append(sums, n)
			}
		}
		return true
	})
	return sums
}

// isSize reports whether an operand is named like a size, also inside conversions, parentheses and
// the like.
func isSize(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return sizeName.MatchString(e.Name)
	case *ast.SelectorExpr:
		return sizeName.MatchString(e.Sel.Name)
	case *ast.ParenExpr:
		return isSize(e.X)
	case *ast.StarExpr:
		return isSize(e.X)
	case *ast.IndexExpr:
		return isSize(e.X)
	case *ast.BinaryExpr:
		return isSize(e.X) || isSize(e.Y)
	case *ast.CallExpr: // int64(size), or sum.size()
		if fun, ok := e.Fun.(*ast.Ident); ok && len(e.Args) == 1 && strings.HasPrefix(fun.Name, "int") {
			return isSize(e.Args[0])
		}
		return len(e.Args) == 0 && isSize(e.Fun)
	}
	return false
}

// isText reports whether an operand is a string literal.
func isText(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Kind == token.STRING
}

func TestSumsOfSizesAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"a.Bytes += info.Size": 1, "total += int64(st.Size)": 1, "x = a.Bytes + b.Bytes": 1, "*sum += size": 1, "n += w.sizes[i]": 1,
		"all := float64(plan.Bytes) * 2": 0, "s += \" \" + printable.Size(n)": 0, "sum = (a.size) + 1": 1, "w.dirs[i] += e.Info().Size": 1,
		"a.Bytes = sizes.Add(a.Bytes, info.Size)": 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() {\n"+text+"\n}", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(sumsOfSizes(file)); got != want {
			t.Errorf("%d sums in %q, want %d", got, text, want)
		}
	}
}
