// Package owner answers whose a path is, and what it is for: the unit, program, package or user, the
// kind of data, the usual mode, and how many public configurations keep it, each with its
// source. It reads files only: no D-Bus, no evaluation of Nix, no program is run.
//
//	owner.go         Owner, and the enums: Type, Kind, Source, Manager, State
//	read.go          Options, Read: all sources, in parallel
//	table.go         Table: Units, Unit, Problems
//	build.go         the claims of units and of tmpfiles.d, and the names of units
//	of.go            Table.Of: which claim decides
//	kind.go          the kind of data at a path
//	programs.go      Programs: names for a filter, joined to one program each
//	claim.go         what one source says of one path, and which claim decides
//
// The sources, by file:
//
//	units.go         service units of the system and of users, with drop-ins, aliases and instances
//	declaration.go   what a unit says: Declaration
//	directories.go   StateDirectory= and the other directory keys, systemd.exec(5)
//	tmpfiles.go      tmpfiles.d(5)
//	passwd.go        accounts, homes, the version of systemd
//	desktop.go       desktop files, commands in directories of programs
//	exec.go          the program that a command line runs
//	keyfile.go       groups, keys and values
//	packages.go      names of packages of dpkg and rpm
//	flatpak.go       applications of Flatpak
//	engines.go       storage of Podman and Docker
//	quadlets.go      containers that Podman makes services of, podman-systemd.unit(5)
//	places.go        libvirt, NetworkManager, systemd-homed, directories of users
//
// Precedence: the directory keys of units and the sources that know a directory exactly, then
// tmpfiles.d, other keys of units, homes of accounts, public configurations, and names. Within
// one of these, the deepest directory decides. For modes, a line of tmpfiles.d comes before the
// default mode of a unit.
package owner
