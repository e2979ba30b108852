// Package config finds, reads and checks config.json.
//
// Load looks, in this order, at the file that --config names, the one that
// $LIST_EPHEMERAL_CONFIG names, $XDG_CONFIG_HOME/list-ephemeral/config.json
// (~/.config where that is not set) and /etc/list-ephemeral/config.json. The
// first one that is there is the whole configuration; nothing is merged. To
// have none is normal: the built-in excludes and defaults hold.
//
// It is strict. A file that cannot be read, is not JSON, or holds a value of
// the wrong type gives no Config but errors with file, line, column and key; a
// key that nobody knows is a warning. Nothing of a wrong file is ever used.
//
// What only another package can judge (is this a pattern? an attribute path?)
// comes as a [Value], which knows where it was written, so that the judge can
// name the file and the key.
//
// Under sudo the configuration and the home are those of the user who called
// it: see [Env].
//
//	config     what a configuration holds
//	choices    the values that are one of a few words
//	load       finds the file and reads it
//	paths      the home directory, where files are looked for, what a path means
//	parse      JSON text as a tree that knows its lines and columns
//	validate   the table of keys, and what their values must be
//	suggest    the key that was probably meant
//	defaults   the built-in excludes
//	errors     places in a file, errors, warnings
//
// JSON is Unicode text: a path that is not UTF-8 cannot be named, only matched
// by a pattern ('?' matches one byte).
package config
