// Package probe asks the machine what a test needs, by name.
//
// Machines differ: some kernels run no 32-bit programs, some have no btrfs or no FUSE, and
// an ordinary user may not use loop devices. A test calls [Need] with the probes of what it
// needs. Where one of them finds that something is missing, the test is skipped, and the
// reason names what is missing. Where MustVariable lists that probe, the test fails instead:
// continuous integration declares there what its machines have.
//
// A test that runs many cases asks [Cases] for their number: few for everyday work, all of
// them where ThoroughVariable is set.
//
// A test that needs a program calls [Tool].
//
// Only tests import this package.
//
//	probe.go    Need, the variables, the list of probes
//	ask.go      how each probe asks the kernel
//	ia32.go     the programs by which 32-bit support is asked
//	tool.go     programs
//	cases.go    few cases or all of them
package probe
