// Package unitfile reads systemd's configuration as text: unit files (systemd.unit(5)) and
// tmpfiles.d(5). It does not talk to systemd, and does not depend on the
// meaning of keys.
//
//	parse.go       Parse: the text of one unit file to settings
//	unit.go        Unit: the settings of a unit with the rules of overriding
//	search.go      SearchPath: directories of units, and what pulls units in
//	assemble.go    SearchPath.Assemble: fragment, aliases, masks and drop-ins of one unit
//	names.go       names of units: valid ones, templates and instances, prefixes
//	escape.go      EscapePath and its inverse, as systemd-escape(1)
//	words.go       words with quotes and escapes, the command lines of ExecStart=
//	specifier.go   "%n" and the other specifiers
//	tmpfiles.go    lines of tmpfiles.d(5)
//	effective.go   which lines of several files count
//
// The rules are those of systemd 252 and later, and tests compare with its programs. Where a file breaks a
// rule, the result has a [Problem], and reading goes on where systemd goes on. Names and values
// are bytes: nothing is converted.
package unitfile
