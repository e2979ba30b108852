// Package nspawn boots Debian in a container, for tests of what a boot does.
//
// [Tree] makes a root file system with systemd from the packages that are installed on this
// machine: it needs no network, and takes less than a second. [Start] boots it under
// systemd-nspawn(1), with its own systemd as process 1, and returns when that reports that the
// boot is complete. The machine has a time namespace in which it has just been booted
// (time_namespaces(7), Linux 5.6), so the time of the boot in /proc/stat is that of the
// container and not that of the kernel.
//
// One machine runs at a time on a computer, because all of them share the control group of the
// process that starts them. Start waits for the others.
//
// Only tests import this package. It does not know the package testing: [Try] is a probe.
//
//	tree.go       Tree: the root file system
//	packages.go   the packages that it consists of
//	machine.go    Start, Machine: boot, commands, power-off
//	arguments.go  the command line of systemd-nspawn
//	lock.go       one machine at a time
//	unit.go       units of systemd
//	try.go        Try: whether this computer can do it
package nspawn
