// Package snippet writes what was selected as the Nix that persists it.
//
// [Render] takes the selection in any order, with duplicates and with files
// below directories that are selected too, and returns bindings to paste into a
// module. What lies below [Options.Home] goes, relative to it, into the block
// for Home Manager; the rest, absolute, into the block for NixOS. Only blocks
// and lists that have entries are written. A list holds bare paths, then those
// that need a set, each sorted bytewise; it names
// nothing twice, and nothing below a directory that either block lists.
//
// The text is a pure function of the selection as a set, so two runs can be
// compared by diff. It holds for every selection:
//
//   - The bindings are Nix, and evaluate to the selected paths byte for byte.
//   - nixfmt 1.4 leaves them as they are, at any depth of indentation.
//   - They are safe on a terminal: no control, bidi or invisible character is
//     written raw (see package printable).
//   - What cannot be written is told in a comment and in [Snippet.LeftOut].
//     What is written, but not in full, in a comment and in [Snippet.Warnings].
//
// Paths are cleaned by their text alone: a symbolic link before ".." is not
// followed. The two blocks of the plain dialect belong to two modules, for
// Home Manager and NixOS do not share options.
package snippet
