// Package config finds, reads and checks config.json.
//
// Load tries, in this order, the file given by --config, the file given by $LIST_EPHEMERAL_CONFIG,
// $XDG_CONFIG_HOME/list-ephemeral/config.json (~/.config if that is not set) and
// /etc/list-ephemeral/config.json. The first that exists is the whole configuration; files are not
// merged. Without a file, the defaults apply.
//
// Load is strict. For a file that cannot be read, is not JSON, or contains a value of the wrong
// type it returns no Config, but errors with file, line, column and key. An unknown key is a
// warning. No part of an invalid file is used.
//
// Values that only another package can check (patterns and attribute paths) are returned as a
// [Value] with its position, so the other package can report the file and the key.
//
// Under sudo, the configuration and the home are those of the user who called it; see [Env].
//
// The files:
//
//	config     the types of a configuration
//	load       finds and reads the file
//	paths      the home directory, the search for the file, the interpretation of paths
//	parse      parses JSON text into a tree with lines and columns
//	oldroots   the key oldRoots
//	validate   the table of keys, and the checks of their values
//	defaults   values that depend on other values
//	errors     positions in a file, errors, warnings
//
// JSON is Unicode text. A path that is not UTF-8 cannot be written in it, only matched by a pattern
// ('?' matches one byte).
package config
