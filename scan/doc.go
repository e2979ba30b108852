// Package scan finds what the next reboot will wipe.
//
// A Policy gives the verdict on any path. It is compiled from the mount table, the roots that are
// wiped, the persisted paths and the exclude patterns. Walk and List read the trees in parallel and
// report the candidates. Walk reports them by directory, in no particular order, for a screen that
// shows partial results. List reports them sorted by path, while the walk is still running.
//
//	mounts    the mount table, and which mounts a path lookup reaches
//	marks     what is known of single paths, as a tree of names
//	policy    the verdict: one function, for the walk and for explanations
//	walk      what workers share; queue how they share work; worker one of them
//	node      a directory of a walk; record how its entries are kept; order how
//	          they are sorted
//	list      the sorted listing
//	sys_linux the system calls
//	blocks    which blocks of files are evidence of holes
//
// Names are bytes. A path that cannot be read is recorded in Stats and never stops a walk. The
// package prints nothing and follows no symlinks.
package scan
