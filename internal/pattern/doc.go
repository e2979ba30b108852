// Package pattern decides which names a walk leaves out. Patterns mean what
// they mean to fd --exclude, which makes each of them a line of a gitignore file
// (gitignore(5), as the Rust crates ignore and globset read it):
//
//	tmp            a name at any depth, of a file or a directory
//	tmp/           directories only
//	/tmp, var/tmp  a slash in front or inside: anchored at the root
//	**/log/a       any number of directories, also none; as d/**/a
//	d/**           all that is below d, but not d
//	* ? [a-c] [!a] not the slash; a dot in front is nothing special
//	{a,b/c}        alternatives, which nest; an empty one is left out
//	\*             the character itself
//
// Blanks at the end are trimmed unless escaped. Case matters. There are neither
// comments nor negations: '#' and '!' in front are themselves. An empty pattern
// matches everything. Four things are not as one may think, and are the same in
// fd:
//
//   - '?' and classes match one byte, so that no class matches 'é', and it takes
//     "??" to do so.
//   - A class that holds the slash matches it, and so does every negated one:
//     a[!b]c matches the path a/c.
//   - "**" that does not stand between slashes is "*".
//   - In a class a backslash is a backslash.
//
// Versions of fd differ. Where they do, the newer one is followed: braces nest,
// a '}' without '{' is an error, names that end in a dot or hold a newline are
// like others, and foo\/ is foo/. In one case the older one is: foo\\/ stands for
// the directories named foo\, which newer versions take for an error. Three
// limits are our own: a pattern has less than 128 KiB, its braces are nested at
// most 100 deep, and its alternatives and slash-matching classes, multiplied
// out, are at most 4096 patterns of 1 MiB in all.
//
// # How it works
//
// A pattern is parsed as globset does (parse), and its alternatives and the
// classes that match a slash are multiplied out (expand). What remains are rules:
// lists of path components, each of which is a literal, a glob or "**"
// (component). Rules of the form **/x, by far the most common, are asked about
// every name, and nearly always refused by a look at its last two bytes
// (basename). All others form one automaton whose alphabet are file names
// (automaton). A walker carries its state from a directory to its children, so
// that patterns which are anchored elsewhere cost nothing. States are made when
// a walk first enters a directory that needs one.
package pattern
