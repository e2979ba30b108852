// Package pane has the parts of the screen that take keys in place of the list: the dialogs, and the
// snippet. A pane is a struct with methods. It returns what the screen has to do as an Action, and
// the screen calls its methods. It does not know the screen, the machine, or Bubble Tea's commands,
// so a test needs none of them.
//
//	pane.go      Action, Work and Dialog: the interface to the screen
//	keys.go      the keys of the panes, and their contexts
//	stack.go     Stack: the dialogs that are open, and their work in the background
//	input.go     Input: a line of text that is edited
//	text.go      Text: lines to read
//	ask.go       Confirm, and Prompt: the name of a file
//	write.go     writes the file
//	programs.go  Programs: the program to filter by
//	adopt.go     Adopt: the plan, progress and result of copying
//	into.go      Into: the file, place and diff of an insertion
//	snippet.go   Snippet: the code, and what is to say of it; snippetnotes.go: its notes, as lines
//	live.go      the texts of snippets beside and below the list
//
// Texts that the caller passes in may contain any bytes, unless a comment says otherwise. They are
// escaped by package printable when they are stored.
package pane
