package pattern

import "strings"

// row is a pattern with paths that it excludes and paths that it does not exclude, each matched
// independently. Directories end in a slash.
type row struct {
	name, pattern  string
	excluded, kept []string
}

// list splits a string of paths at blanks.
func list(paths string) []string { return strings.Fields(paths) }

// rows returns rows for every feature of patterns. They are also compared with fd.
func rows() []row {
	var all []row
	for _, part := range [][]row{anchorRows(), starRows(), classRows(), braceRows(), textRows(), oddRows()} {
		all = append(all, part...)
	}
	return all
}

func anchorRows() []row {
	return []row{
		{"a name at any depth", "foo", list("foo/ d/foo d/e/foo"), list("x Foo2 xfoo foox foo/x")},
		{"a leading slash anchors", "/foo", list("foo"), list("d/foo")},
		{"a slash at the start and inside", "/d/a", list("d/a"), list("a x/d/a")},
		{"a slash inside anchors", "a/b", list("a/b"), list("b x/a/b a/x/b")},
		{"a trailing slash: directories", "foo/", list("foo/ d/foo/"), list("e/foo foo/x")},
		{"slashes inside and at the end", "a/b/", list("a/b/"), list("x/a/b/")},
		{"slashes inside and at the end, a file", "a/b/", nil, list("a/b")},
		{"slashes at the start and end", "/foo/", list("foo/"), list("d/foo/")},
		{"slashes at the start and end, a file", "/foo/", nil, list("foo")},
		{"any depth", "**/x", list("x d/x d/e/x"), list("xx d/xx")},
		{"any depth, two names", "**/a/b", list("a/b d/a/b d/e/a/b/"), list("b d/a/x/b d/b")},
		{"any depth, anchored without effect", "/**/x", list("x d/x"), list("d/y")},
		{"everything below", "x/**", list("x/a x/d/ x/d/e"), list("x/ d/x/a")},
		{"everything below, any depth", "**/x/**", list("x/a d/x/a d/x/e/f"), list("x/ d/x/")},
		{"all directories below", "x/**/", list("x/d/ x/d/e/"), list("x/ x/a d/x/e/")},
		{"any directories between", "d/**/c", list("d/c d/e/c d/e/f/c"), list("c x/d/c d/g")},
		{"any directories, twice", "d/**/**/c", list("d/c d/e/c"), list("c x/d/c")},
		{"any directories in two places", "d/**/c/**/a", list("d/c/a d/e/c/f/g/a d/c/c/a/a"), list("d/a d/c/b c/a")},
		{"any one directory", "d/*/c", list("d/e/c"), list("d/c d/e/f/c x/d/e/c")},
		{"the root itself", "/", nil, list("a d/a d/")},
		{"two slashes", "//", nil, list("a d/a d/")},
		{"a dot", ".", nil, list("a d/a .a")},
		{"a leading dot", "./foo", nil, list("foo d/foo")},
		{"a trailing dot", "foo/.", nil, list("foo/ foo/a")},
		{"an empty component", "d//a", nil, list("d/a a")},
		{"a leading empty component", "//a", nil, list("a d/a")},
		{"two trailing slashes", "a//", nil, list("a/ d/a/")},
	}
}

func starRows() []row {
	everything := list("a .a d/ d/a d/e/a")
	return []row{
		{"two stars", "**", everything, nil},
		{"one star", "*", everything, nil},
		{"a star at the root", "/*", list("a .a d/"), list("d/a")},
		{"two stars at the root", "/**", everything, nil},
		{"two stars twice", "**/**", everything, nil},
		{"two stars and one", "**/*", everything, nil},
		{"an empty pattern", "", everything, nil},
		{"only blanks", " \t ", everything, nil},
		{"all directories", "**/", list("d/ d/e/"), list("a d/a")},
		{"all directories, one star", "*/", list("d/ d/e/"), list("a d/a")},
		{"a star does not match a slash", "d*a", list("d.a da d--a x/dxa"), list("d/a dab")},
		{"a star matches a leading dot", "*a", list(".a a d/ba"), list("ab")},
		{"a question mark matches one byte", "?a", list(".a ba d/ba"), list("a bba")},
		{"a question mark does not match a slash", "/d?a", list("d.a"), list("d/a da")},
		{"a star matches a newline", "a*b", []string{"a\nb", "ab", "d/a\n\nb"}, []string{"a\nc"}},
		{"a question mark matches a newline", "a?b", []string{"a\nb"}, []string{"ab"}},
		{"two stars inside a name", "a**b", list("ab axb d/axxb"), list("a/b a/x/b")},
		{"two stars before a name", "**a", list("a xa d/xa"), list("ax")},
		{"two stars after a name", "a**", list("a ab d/abc"), list("ba d/b")},
		{"two stars before an inner name", "d/**a", list("d/a d/xa"), list("d/x/a a")},
		{"three stars", "d/***/a", list("d/x/a"), list("d/a d/x/y/a")},
		{"overlapping stars", "*ab*ab", list("abab xabxab ababab"), list("ab aab xabx")},
		{"stars around every name part", "*a*b*c*", list("abc xaxbxcx acbc"), list("acb ab cba")},
		{"prefix and suffix do not overlap", "ab*bc", list("abbc abxbc"), list("abc")},
		{"question marks and stars", "a?*c", list("abc abbc"), list("ac abd")},
		{"a suffix", "**/*log", list("log xlog d/catalog d/dialog/"), list("logs d/logx")},
	}
}

func classRows() []row {
	return []row{
		{"a class", "[ab]", list("a b d/a"), list("c ab")},
		{"a range", "x[a-c]", list("xa xb xc"), list("xd x x-")},
		{"a range of one character", "x[b-b]", list("xb"), list("xa xc x-")},
		{"a negated class", "[!a]", list("b c d/b"), list("a d/a bb")},
		{"a negated class with a caret", "[^a]", list("b"), list("a")},
		{"a bracket in a class", "[]]", list("]"), list("[ a")},
		{"a bracket in a negated class", "[!]]", list("a ["), list("]")},
		{"a trailing hyphen", "[a-]", list("a -"), list("b")},
		{"a leading hyphen", "[-a]", list("a -"), list("b")},
		{"a hyphen after a range", "[a-c-]", list("a b -"), list("d")},
		{"an extended range", "[a-c-e]", list("a d e"), list("f -")},
		{"a range from a hyphen", "[--a]", list("- 0 A a"), list("b +")},
		{"a backslash in a class", `[\]`, list(`\`), list("a")},
		{"a backslash does not escape in a class", `[\]]`, list(`\]`), list(`] \ a]`)},
		{"a class with a star", "[*]", list("*"), list("a")},
		{"a class with a slash", "d[/]a", list("d/a"), list("da d.a x/d/a")},
		{"a class with a slash and more", "d[/.]a", list("d/a d.a"), list("da x/d.a")},
		{"a negated class matches the slash", "a[!b]c", list("axc a/c d/a/c"), list("abc ac")},
		{"a negated class that contains the slash", "x[!/]y", list("xay"), list("x/y d/xay")},
		{"negated classes in a row", "a[!b][!b]c", list("axxc a/xc ax/c"), list("abxc axbc a/c a/x/c")},
		{"a leading negated class", "[!.]*", list("a abc d/a"), list(".a d/.a")},
		{"a question mark does not match two bytes", "?", list("a"), list("é д")},
		{"two question marks match a two-byte character", "??", list("é д ab"), list("日")},
		{"a class does not match a two-byte character", "[é]", []string{"\xc3", "\xa9"}, list("é a")},
		{"a range does not match a two-byte character", "[а-я]", []string{"\xd0", "\xc0"}, list("б")},
		{"two classes match a two-byte character", "[é][é]", list("é"), list("ü")},
	}
}

func braceRows() []row {
	return []row{
		{"alternatives", "{a,b}c", list("ac bc d/ac"), list("c cc a")},
		{"an empty alternative is left out", "foo{,bar}", list("foobar"), list("foo")},
		{"a trailing empty alternative", "{a,}", list("a"), list("b ab")},
		{"only empty alternatives", "foo{,}", list("foo"), list("foo,")},
		{"empty braces", "{}", nil, list("a d/a d/")},
		{"trailing empty braces", "foo{}", list("foo"), list("foo2")},
		{"one alternative", "{foo}", list("foo d/foo"), list("fo")},
		{"alternatives with slashes", "{a/b,c}", list("a/b c"), list("d/c x/a/b")},
		{"alternatives with a star", "{*.o,x?}", list("a.o xy d/a.o"), list("x a.b")},
		{"any depth in an alternative", "{**/a,b}", list("a d/a d/e/a b"), list("d/b")},
		{"any depth after a name", "x{**/a,b}", list("xa xb x/a xy/z/a xy/a"), list("a z/x/a x/b")},
		{"any depth twice", "**/{**/a,b}", list("a d/a d/e/a b d/b"), list("c d/c")},
		{"any depth below any depth", "d/**/{**/a,b}", list("d/a d/e/a d/e/f/a d/b d/e/b"), list("c x/a")},
		{"below, in an alternative", "{d/**,b}", list("d/a d/e/f b"), list("d/ x/b")},
		{"below, in an alternative, and a name", "{d/**,b}c", list("d/c d/xc d/e/xc bc"), list("d/x c d/e/x")},
		{"two stars alone in an alternative", "d/{**,x/y}", list("d/a d/x/y"), list("d/e/f a")},
		{"two stars alone at the end of braces", "d/{x/y,**}", list("d/a d/x/y"), list("d/e/f a")},
		{"a comma outside braces", "a,b", list("a,b"), list("a b")},
		{"an escaped comma", `{a\,b,c}`, list("a,b c"), list("a b")},
		{"an escaped brace", `a\{b\}`, list("a{b}"), list("ab")},
		{"braces in a class", "[{}]", list("{ }"), list("a")},
		{"nested braces", "{a,{b,c}x}d", list("ad bxd cxd"), list("bd d cd")},
		{"nested empty braces", "{a,{,}}d", list("ad"), list("d")},
		{"two groups", "{a,b}{c,d}", list("ac ad bc bd"), list("ab cd a")},
		{"alternatives with slashes at the ends", "d{/a,/b/}c", list("d/ac d/b/c"), list("dac d/bc")},
	}
}

func textRows() []row {
	return []row{
		{"a backslash", `\foo`, list("foo"), list(`\foo`)},
		{"an escaped star", `\*`, list("*"), list("a")},
		{"an escaped backslash", `\\`, list(`\`), list("a")},
		{"an escaped bracket", `\[a]`, list("[a]"), list("a")},
		{"an escaped character", `\é`, list("é"), list(`\é`)},
		{"a trailing blank is trimmed", "trail ", list("trail"), []string{"trail "}},
		{"trailing blanks are trimmed", "trail \t\r\u00a0\u3000 ", list("trail"), []string{"trail "}},
		{"an escaped trailing blank is kept", `trail\ `, []string{"trail "}, list("trail")},
		{"leading blanks are kept", " lead", []string{" lead"}, list("lead")},
		{"blanks inside are kept", "Code Cache", []string{"Code Cache", "d/Code Cache/"}, list("Code")},
		{"a hash starts no comment", "#hash", list("#hash"), list("hash")},
		{"an exclamation mark does not negate", "!bang", list("!bang"), list("bang")},
		{"an escaped hash", `\#hash`, list("#hash"), list(`\#hash`)},
		{"an escaped bang", `\!bang`, list("!bang"), list(`\!bang`)},
		{"case matters", "Foo", list("Foo"), list("foo FOO")},
		{"a closing bracket", "a]", list("a]"), list("a")},
		{"a name of one byte", "~", list("~ d/~"), list("a~")},
		{"a suffix of one byte", "*~", list("~ a~ d/a~"), list("~a")},
	}
}

func oddRows() []row {
	return []row{
		{"a name with a trailing dot", "dot.", list("dot. d/dot."), list("dot dot.a")},
		{"a suffix that is a dot", "*.", list("a. d/dot."), list("a .a")},
		{"an extension and a trailing dot", "a*.d.", list("a.d. axx.d."), list("a.d")},
		{"below a newline", "a?c", []string{"x\ny/abc"}, []string{"x\ny/ac"}},
		{"everything below a newline", "x*/**", []string{"x\ny/abc", "xy/a/b"}, []string{"y/x\ny"}},
		{"an escaped trailing slash", `foo\/`, list("foo/ d/foo/"), list("e/foo foo/a")},
		{"an escaped backslash before a trailing slash", `foo\\/`, list(`foo\/ d/foo\/`), list(`foo e/foo\`)},
		{"an escaped slash inside", `d\/a`, list("d/a"), list("x/d/a a")},
		{"bytes that are not UTF-8", "a?b", []string{"a\xffb"}, []string{"a\xff\xfeb"}},
		{"a star and bytes that are not UTF-8", "a*b", []string{"a\xffb", "a\xff\xfeb"}, nil},
		{"an escaped comma before two stars is lost", `d{x,a\,**}`, list("dx da/b da/c/d"), list("da, d")},
	}
}

// wrongPattern is an invalid pattern.
type wrongPattern struct{ name, pattern, reason string }

func wrongPatterns() []wrongPattern {
	const (
		bracket = "a '[' has no ']'"
		opening = "a '}' has no '{'"
		closing = "a '{' has no '}'"
		escape  = `it ends in a '\' that escapes nothing`
		many    = "its braces and classes expand to more than 4096 patterns"
	)
	return []wrongPattern{
		{"an open class", "[", bracket},
		{"an empty class", "[]", bracket},
		{"an empty negated class", "[!]", bracket},
		{"an unclosed class", "[a", bracket},
		{"an unclosed range", "[a-", bracket},
		{"a class that ends at a slash", "foo[/", bracket},
		{"a backwards range", "[z-a]", "the range z-a is backwards"},
		{"a backwards range to a hyphen", "[a--]", "the range a-- is backwards"},
		{"an open brace", "{a", closing},
		{"an open brace inside", "{a,{b,c}", closing},
		{"a closing brace", "}", opening},
		{"a trailing closing brace", "foo}", opening},
		{"one closing brace too many", "{a}}", opening},
		{"a backslash", `\`, escape},
		{"a trailing backslash", `foo\`, escape},
		{"a trailing backslash, then blanks", `foo\  `, escape},
		{"not UTF-8", "a\xff", "it is not valid UTF-8"},
		{"a NUL byte", "a\x00b", "it contains a NUL byte"},
		{"too deeply nested", strings.Repeat("{", 101) + "a" + strings.Repeat("}", 101), "its braces are nested more than 100 deep"},
		{"too many alternatives", strings.Repeat("{a,b}", 13), many},
		{"too many negated classes", "/a" + strings.Repeat("[!a]b", 13), many},
		{"too many alternatives that match nothing", strings.Repeat("{a,b}", 13) + "//c", many},
		{
			"too long alternatives", strings.Repeat("{a,b}", 5) + strings.Repeat("x", 1<<16),
			"its braces and classes expand to more than 1048576 bytes of patterns",
		},
		{"too long", strings.Repeat("x", 128<<10), "it is longer than 131071 bytes"},
	}
}
