// Package nixedit reads a file of Nix without loss and adds elements to its lists of paths.
//
// [Parse] cuts a file into tokens whose texts joined are the file, and builds a syntax tree of all
// of them. [File.Insert] finds the list that an [Entry] belongs to, or a place for a new binding, and
// inserts the entry. It keeps the order, the comments, the indentation and the line ends of the file.
// It refuses what it does not understand as a whole, with the position and a reason ([RefusalError]).
// [Verify] proves that a result contains the tokens of the old file in order; a [Result] has always
// passed it. [File.Candidates] lists the places for a list, [File.Declared] the paths in lists.
//
// A file of 5 MB takes some 40 to 70 ms, and three to five times its size (bench_test.go). Tokens are
// scanned when they are needed and not kept; nodes are in chunks and refer to each other by index. All
// insertions are planned on one tree. The result is parsed once, and compared with the old file at the
// same time.
//
// The package reads no files and does not evaluate Nix. The caller describes the lists of its modules
// as attribute paths ([List]), so no dialect is built in.
//
// The files, in the order of their use:
//
//	refusal.go      errors: reason, position, candidates
//	token.go        kinds of tokens
//	lex.go          strings, paths, URIs, numbers; the modes of the scanner
//	lexcode.go      names, marks, operators, comments
//	node.go         the syntax tree
//	parse.go        expressions and operators
//	parsesimple.go  operands, sets
//	parselambda.go  functions
//	file.go         Parse, positions
//	literal.go      values of strings and names
//	list.go         what to insert, and where: List, Entry, At, Edit
//	scope.go        attributes, modules and names around a node
//	walk.go         from the top of a file to the sets and bindings of its modules
//	value.go        the lists of which the value of a binding consists
//	candidate.go    the places for a list
//	create.go       the places for a new binding
//	survey.go       all places of some lists, found in one walk
//	choose.go       one place of several
//	layout.go       indentation, line ends, white space
//	newlist.go      the text of a new binding
//	plan.go         what is inserted at each place
//	insert.go       Insert, and elements in a list
//	present.go      entries that the file has already
//	change.go       changes of a text
//	verify.go       the proof
//	declared.go     the paths that a file declares
package nixedit
