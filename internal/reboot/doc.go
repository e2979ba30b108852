// Package reboot has no code of its own: it is the test of the whole program on machines
// that are really wiped.
//
// A layout is a way to have an ephemeral root. Each is built below a directory, in a mount
// namespace of the test's own, and the program runs in it by chroot(2), so that it sees an
// ephemeral "/" in a true mount table. Then:
//
//	boot       a blank root is mounted, and on it what the configuration keeps
//	populate   people and services write their files
//	list       the program says what the next reboot wipes
//	snippet    some of that is selected, and Nix reads back what is to be kept
//	adopt      the selection is copied into storage
//	boot       the root is wiped and mounted anew, now with what the snippet keeps
//
// What has vanished then must be exactly what list had said, less the selection, and what
// was selected must be there with every byte and attribute.
//
//	main_test       the namespace, and the program
//	tree_test       what there is to say of every path of a machine
//	disk_test       roots that can be wiped, and storage that stays
//	machine_test    boots, and the program run on the machine
//	populate_test   what people and services have written
//	snippet_test    Nix reads snippets back
//	compare_test    before and after
//	reboot_test     the layouts, and the story of each
//	control_test    the comparison sees what is wrong
package reboot
