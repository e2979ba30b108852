// Package known holds what the program knows about paths without looking at the
// disk: whose they are, whether they are caches, what their loss would mean, where the
// directories of one program end, and what other people keep.
//
//	[Homes]      where homes are, and which directories are containers: those
//	             that belong to no program (~/.config, /var/lib)
//	[Lookup]     how many of 31 public NixOS configurations keep a path
//	[Caches]     whether a path is a cache, by its place or its name; [Tagged]
//	             says so by CACHEDIR.TAG, the only question asked of the disk
//	[Classes]    the class of a path (regenerated, cache, identity, …), and why;
//	             for one path, or for a walk from directory to directory
//	[Homes.Replaced]  whether programs save a file by renaming another onto it
//	[Homes.Regenerated]  whether a boot makes a path again, so that it is not lost
//	[Program]    whether a path's component is named after a package
//
// The knowledge is in seven data files beside this one, which are part of the
// program: known-paths.tsv (with its provenance: counted over 31 public NixOS
// configurations, paths named by two or more of them), containers.txt,
// replaced.txt, regenerated.txt, caches.txt, aliases.tsv and classes.tsv. Each is read once,
// when it is first asked for.
//
// Classes are in six files: class.go has the classes, condition.go what a caller finds out of
// files and machines, classrow.go the parser of classes.tsv and the order of its rows,
// classes.go the answer for one path, classwalk.go and classstate.go the one for a walk.
//
// Paths are absolute and clean, and names any bytes: nothing here takes them for
// text in some encoding. All functions may be called by any number of goroutines.
package known
