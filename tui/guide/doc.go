// Package guide has what the screen says beside the list: the card of a first run, why a list is empty
// and which key helps, what went wrong, and the keys in columns. It is pure: it gets what is so as
// arguments and keeps no state.
//
//	firstrun.go  FirstRun
//	empty.go     Empty
//	problems.go  Problems
//	help.go      Help
package guide
