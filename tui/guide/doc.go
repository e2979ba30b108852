// Package guide has what the screen says where there is nothing else to show: the card of a first run,
// why a list is empty and which key helps, and the keys in columns. It is pure: it gets what is so as
// arguments and keeps no state.
//
//	firstrun.go  FirstRun
//	empty.go     Empty
//	help.go      Help
package guide
