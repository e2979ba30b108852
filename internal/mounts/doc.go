// Package mounts parses the mount table of a process, proc_pid_mountinfo(5), and finds the mount
// of a path.
//
//	mounts.go   a line of the table: Parse, and translation between paths and file systems
//	table.go    the whole table: the mounts that a path lookup reaches
//
// The table is a snapshot that the kernel wrote. Only [Read] accesses the disk: it reads the table
// of this process.
package mounts
