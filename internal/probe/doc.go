// Package probe checks whether the machine has the features that a test needs.
//
// Machines differ: some kernels run no 32-bit programs, some have no btrfs or no FUSE, and an
// ordinary user cannot use loop devices. A test calls [Need] with probes for the features that it
// needs. If one is missing, the test is skipped and the reason names the feature. If MustVariable
// lists that probe, the test fails instead. Continuous integration uses this to declare the
// features of its machines.
//
// A test with many cases calls [Cases] for their number: few by default, all if ThoroughVariable
// is set. A test that needs a program calls [Tool].
//
// Only tests import this package.
//
//	probe.go    Need, the variables, the list of probes
//	ask.go      the implementation of the probes
//	ia32.go     the programs that test 32-bit support
//	tool.go     programs
//	cases.go    the number of cases
package probe
