// Package printable makes untrusted text, such as file names, safe to show on a terminal.
//
// A file name can contain any byte except '/' and NUL. Written raw, it can move the cursor, set
// colours, query the terminal, reorder the line or hide a part of itself. Every name, and every
// message that may contain one, is passed to [Name] or [AppendName] before it is shown, and only
// then: storage, search and Nix strings keep the original bytes.
//
// The result is valid UTF-8 without control characters:
//
//	printable ASCII, spaces, letters    unchanged
//	newline, tab, return, escape        \n \t \r \e
//	other ASCII controls, DEL           \x07
//	bytes that are not UTF-8            \xff
//	other invisible characters          \u{202e}
//	combining mark without a base       after U+25CC, a dotted circle
//
// Invisible characters are: C1 controls, format characters (general category Cf: bidi overrides
// and isolates, zero width space, soft hyphen, tags), line and paragraph separators, private use
// characters, noncharacters, unassigned code points (according to Go's tables for Unicode 15), and
// the few letters and marks that fonts draw as nothing (Other_Default_Ignorable_Code_Point).
//
// Two kinds of invisible characters are kept where they have their intended effect: U+200D ZERO
// WIDTH JOINER between two emoji, and one of the variation selectors U+FE0E and U+FE0F after a
// symbol that can be drawn as text or as an emoji. The joiners of Persian and Indic scripts and
// other variation selectors are escaped, and the names remain readable.
//
// The escapes are for people to read. They cannot be reversed, because a backslash in a name is
// not escaped.
package printable
