// Package scan finds the files that the next reboot will wipe.
//
// A Policy gives the verdict on any path. It is compiled from the mount table, the roots that are
// wiped, the persisted paths and the exclude patterns. Walk and List read the trees in parallel and
// report the candidates. Walk reports them by directory, in no particular order, for a screen that
// shows partial results. List reports them sorted by path, while the walk is still running.
//
//	marks     the rules for single paths, as a tree of names
//	policy    the verdict: one function for walks and for explanations
//	walk      the state that workers share; queue shares work between them; worker is one of them;
//	          pace_linux adds workers while the processors are idle
//	node      a directory of a walk; record stores its entries; order sorts them
//	list      the sorted listing; rows and rollup group it by directory
//	classes   what is hidden because of its class of data; tag is about CACHEDIR.TAG
//	base      another directory in place of the running machine; tree_linux a btrfs subvolume, read
//	          in bulk
//	open      opens directories
//	overlay   overlays, of which the upper directory is read
//	ages      the ages of some files, which show whether a boot wipes a tree
//	excluded  counts what is excluded or hidden in directories
//	dirent    the entries as the kernel returns them; symlink_linux where a symlink leads
//	entry     an entry, with its Kind; info its metadata; blocks_linux when blocks show holes;
//	          stater reads metadata outside of a walk
//	sys_linux the system calls
//	errors    PathError
//
// Names are bytes. A path that cannot be read is recorded in Stats and never stops a walk. The
// package prints nothing and follows no symlinks.
package scan
