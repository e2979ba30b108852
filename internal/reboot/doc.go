// Package reboot contains only tests. They test the whole program on machines whose root is wiped:
// simulated ones, and ones that really boot in a container (package nspawn).
//
// # Simulated reboots
//
// A layout is a way to set up an ephemeral root. Each is built below a directory in the mount
// namespace of the test. The program runs in it with chroot(2), so it sees an ephemeral "/" in a
// real mount table. The steps are:
//
//	boot       mount a blank root, and on it the paths that the configuration persists
//	populate   write the files of users and services
//	list       the program lists what the next reboot wipes
//	snippet    select some paths, and let Nix evaluate the snippet for them
//	adopt      copy the selection into storage
//	boot       wipe the root and mount it again, now with the paths in the snippet
//
// Afterwards, exactly the listed paths must be lost, except for the selection. The selected paths
// must exist with the same contents and attributes.
//
// # Real boots
//
// A bootLayout is a computer with its disks, and what its initrd does before each boot. The steps
// are:
//
//	boot       the initrd wipes and mounts the root; systemd boots, and mounts what is persisted
//	use        write the files of users and services; change and delete files of the system
//	reported   the program, in the machine, reports what the next boot wipes
//	power off, and boot again
//
// Afterwards, exactly what was reported must be lost, or be as after the first boot.
//
//	main_test       the namespace, and building the program
//	tree_test       the metadata and contents of all paths of a machine
//	disk_test       roots that can be wiped, and storage that survives
//	machine_test    boots, and runs of the program on the machine
//	populate_test   the files of users and services
//	snippet_test    evaluates snippets with Nix
//	compare_test    compares the machine before and after the reboot
//	reboot_test     the layouts, and the test of each
//	layout_test     layouts whose wiped trees only the mounts show, each with a control
//	stage_test      the machines of these
//	doubt_test      what is not said where nothing shows that the root is wiped
//	control_test    tests that the comparison finds problems
//
//	computer_test         disks, storage, units, power on and off
//	bootlayout_test       the layouts of machines that really boot
//	backdate_test         changes the birth of btrfs subvolumes
//	boots_test            the test of each layout
//	adopted_test          paths that are adopted, and mounted by units at the next boot
//	outcome_test          compares what is lost with what was reported
//	outcomecontrol_test   tests that this comparison finds problems
package reboot
