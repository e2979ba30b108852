// Package snippet writes the Nix that persists a selection of paths.
//
// [Render] accepts the selection in any order, with duplicates and with paths below selected
// directories, and returns bindings to paste into a module. Paths below [Options.Home] are written
// in the block for Home Manager, relative to it; all others are written in the block for NixOS, as
// absolute paths. Only blocks and lists that have entries are written. A list contains bare paths,
// then the paths that need a set, each sorted bytewise. It contains no duplicates, and no path
// below a directory that is listed in either block.
//
// The text depends only on the set of selected paths, so two runs can be compared with diff.
// Guarantees for every selection:
//
//   - The bindings are valid Nix and evaluate to the selected paths, byte for byte.
//   - nixfmt 1.4 does not change them, at any level of indentation.
//   - They are safe on a terminal: no control, bidi or invisible character is
//     written raw (see package printable).
//   - Paths that cannot be written are reported in a comment and in [Snippet.LeftOut]. Paths that
//     are written incompletely are reported in a comment and in [Snippet.Warnings].
//
// The files:
//
//	snippet       Render, Options and the result
//	item          Item: a selected path; selection what is left of them, by place; sort their order
//	dialect       the table of dialects; impermanence, preservation, plain and script write them
//	block         a block of options; attrpath its attribute path
//	nix           strings and sets in the format of nixfmt
//	entries       the elements as data; excludes the binding of exclude patterns
//	trouble       paths that a dialect cannot persist as they are, and why
//
// [Entries] returns the same elements as data, for an editor that inserts them into existing lists.
//
// Paths are cleaned lexically: a symbolic link before ".." is not followed. The two blocks of the
// plain dialect belong in two modules, because Home Manager and NixOS do not share options.
package snippet
