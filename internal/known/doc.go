// Package known contains built-in knowledge about paths: the program that a path belongs to,
// whether it is a cache, which directories several programs share, and which paths people usually
// keep. Only Tagged reads the disk.
//
//	[Homes]              where homes are, and which directories are containers: those that
//	                     belong to no single program (~/.config, /var/lib); what people usually keep
//	                     as one ([Homes.Unit])
//	[Lookup], [Keeper]   how many public NixOS configurations keep a path, and with which mode
//	[ProgramsOf]         the programs to which they tie a path
//	[IgnoredBy]          whether they leave it out of backups
//	[Caches]             whether a path is a cache, by its location or name
//	[Tagged]             whether a directory has a valid CACHEDIR.TAG
//	[Homes.Replaced]     whether programs save a file by renaming another one onto it
//	[Classes]            the class of a path (regenerated, cache, identity, …), and why; for one
//	                     path, or for a walk from directory to directory
//	[Program]            whether a path component is named after a package
//	[Noise]              whether users do not search a directory by the names of its files
//	[Rewritten]          whether a boot writes a file again
//
// The data is in files in this directory, which are embedded in the program: known-paths.tsv,
// known-paths-more.tsv, program-paths.tsv and ignored-paths.tsv (counts over public NixOS
// configurations; the files describe their origin), same.tsv, containers.txt, replaced.txt,
// caches.txt, aliases.tsv and classes.tsv. Each is parsed once, on first use. knownpaths.go and
// programpaths.go parse the counts, granularity.go draws units from them.
//
// Classes are in six files: class.go has the classes, condition.go the facts about files and
// machines, classrow.go the parser of classes.tsv and the order of its rows, classes.go the answer
// for one path, classwalk.go and classstate.go the answer for a walk.
//
// Paths are absolute and clean. Names may contain any bytes and are not decoded. All functions
// are safe for concurrent use.
package known
