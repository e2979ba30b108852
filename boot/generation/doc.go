// Package generation reads what a built NixOS system declares persistent, without evaluating
// Nix: a generation is text. It reads mount units, fstab, the services of impermanence, tmpfiles.d,
// links in /etc, and the homes that Home Manager makes.
//
//	generation.go   Read, Options and Generation
//	entry.go        Entry: a path, its storage, and how it gets there
//	problem.go      Problem: what is wrong with an entry or a file
//	mount.go        mount units, and what a mount says about its path
//	fstab.go        fstab(5), and fstab lines as units
//	service.go      impermanence's services for single files
//	tmpfiles.go     symlinks, owners and modes of tmpfiles.d
//	link.go         symlinks in /etc and in homes that lead out of the store
//	home.go         Home Manager, as a module of NixOS and alone
//	activate.go     the activation script: users, owners and modes
//	quote.go        shell words and pairs of paths in descriptions
//	judge.go        which entries a boot carries out, and which of them keep data
//	lookup.go       Generation.Keeps: the deepest entry at or above a path
//	compare.go      Compare: what the next boot keeps differently
//
// Nothing is mounted, executed or written. Files in the store are read; a path outside of it,
// such as storage, is only described by stat(2), and the profile of a user only by readlink(2).
// Whatever cannot be read or understood is a Problem in the result.
//
// The initrd is not read: it is a compressed archive. Generation.Initrd says what that hides.
package generation
