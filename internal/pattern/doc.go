// Package pattern decides which names a walk excludes. Patterns have the same meaning as for fd
// --exclude, which treats each pattern as a line of a gitignore file (gitignore(5), as the Rust
// crates ignore and globset read it):
//
//	tmp            a name at any depth, of a file or a directory
//	tmp/           directories only
//	/tmp, var/tmp  a slash at the start or inside: anchored at the root
//	**/log/a       any number of directories, including zero; also d/**/a
//	d/**           everything below d, but not d
//	* ? [a-c] [!a] do not match a slash; a leading dot is not special
//	{a,b/c}        alternatives, which can be nested; empty ones are ignored
//	\*             the character itself
//
// Trailing blanks are trimmed unless escaped. Case matters. There are no comments and no negations:
// a leading '#' or '!' matches itself. An empty pattern matches everything. Four rules may be
// unexpected, but are the same in fd:
//
//   - '?' and classes match one byte, so no class matches 'é', but "??" does.
//   - A class that contains the slash matches it, and so does every negated class without it:
//     a[!b]c matches the path a/c.
//   - "**" that is not between slashes is the same as "*".
//   - In a class, a backslash matches itself.
//
// Where versions of fd differ, this package follows the newer version: braces can be nested, a '}'
// without '{' is an error, names that end in a dot or contain a newline are not special, and foo\/
// is the same as foo/. In one case it follows the older version: foo\\/ matches directories named
// foo\, while newer versions report an error. Three limits exist only here: a pattern is shorter
// than 128 KiB, its braces are nested at most 100 deep, and its alternatives and slash-matching
// classes expand to at most 4096 patterns with a total of 1 MiB.
//
// # How it works
//
// A pattern is parsed as in globset (parse), and its alternatives and slash-matching classes are
// expanded (expand). The result is a list of rules: lists of path components, each of which is a
// literal, a glob or "**" (component). Rules of the form **/x, by far the most common, are applied
// to every name; the last two bytes of a name almost always rule out a match (basename). The
// matches on a name, of files and of directories, are a verdict. All other rules form
// one automaton whose alphabet is the set of file names (automaton). A walk passes its state from a
// directory to the children, so patterns that are anchored elsewhere cost nothing. States are made
// when a walk first enters a directory that needs one.
package pattern
