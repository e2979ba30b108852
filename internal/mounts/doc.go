// Package mounts reads the mount table of a process, proc_pid_mountinfo(5), and answers
// what is mounted where.
//
//	mounts.go   a line of the table: Parse, and where the paths of a file system are seen
//	table.go    the whole table: which mounts a path lookup reaches
//
// The table is text that the kernel wrote at one moment. Nothing here reads the disk, except
// for [Read], which reads the table of this process.
package mounts
