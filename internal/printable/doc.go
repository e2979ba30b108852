// Package printable makes what comes from elsewhere fit for a terminal.
//
// A file name holds any byte but '/' and NUL. Written raw it can move the
// cursor, set colours, query the terminal, reorder the line or hide a part of
// itself. Every name, and every message that may carry one, passes through
// [Name] or [AppendName] on its way to a screen, and nowhere else: storage,
// search and Nix strings keep the bytes.
//
// What they return is valid UTF-8 without control characters:
//
//	printable ASCII, spaces, letters    as they are
//	newline, tab, return, escape        \n \t \r \e
//	other ASCII controls, DEL           \x07
//	bytes that are not UTF-8            \xff
//	all else that is not seen           \u{202e}
//	a mark with nothing to sit on       U+25CC, a dotted circle, before it
//
// Not seen are: the C1 controls, format characters (general category Cf: bidi
// overrides and isolates, zero width space, soft hyphen, tags), line and
// paragraph separators, private use, noncharacters, what Unicode has not
// assigned (Go's tables decide: Unicode 15), and the few letters and marks that
// Unicode has fonts draw as nothing (Other_Default_Ignorable_Code_Point).
//
// Two invisible things are kept where they do what they are for: U+200D ZERO
// WIDTH JOINER between two emoji, and one of the selectors U+FE0E and U+FE0F after
// a symbol, which is drawn as text or as an emoji. The joiners of Persian and
// Indic spelling and the selectors of other scripts are escaped: safe, and
// readable still.
//
// The escapes are for eyes. They cannot be reversed, for a backslash in a name
// stays one backslash.
package printable
