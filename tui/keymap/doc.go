// Package keymap has the keys of the screen with their help. The dialogs and the snippet bring keys of
// their own, from package pane.
//
//	keymap.go    Map: all keys; KeyTable: the table of the documentation
//	hints.go     the groups of the help, and the keys of the last line
package keymap
