// Package check finds out whether a machine whose root is wiped is set up so that a boot loses
// no data unexpectedly. Each check has an ID, a severity, and facts as types; the words for them are
// elsewhere.
//
//	check.go       Run, Options and Result
//	id.go          the checks
//	finding.go     Finding: a fact, and the paths that it is about
//	checker.go     what all checks use: fates of paths, the active generation, permissions
//	root.go        was the root wiped, is a rollback left half done
//	storage.go     is storage kept, mounted in time, and are the owners of parents equal
//	identity.go    machine-id, host keys, password files and the like
//	declared.go    declared paths that are not mounted, or not in storage; mounts of single files
//	links.go       dangling links into storage; links into the store in storage
//	walk.go        a walk with a limit
//	hidden.go      files that are hidden below a mount; beneath.go: how they are read
//	memory.go      how full trees in memory are, and of what
//	oldroots.go    subvolumes of earlier boots on btrfs
//
// Nothing is changed. Files on file systems that may not answer (NFS, FUSE) are not read. Walks
// have limits, and a result says where it ended early. The rules of fates are those of package boot,
// and what is declared is read by boot/generation.
package check
