#!/bin/sh
# Creates a machine whose root is a tmpfs, like impermanence, in a separate mount namespace, and
# runs a command in it:
#
#   run.sh DIR PROGRAM COMMAND [ARG...]
#
# DIR is an empty directory to mount it on, PROGRAM a static binary, copied to
# /bin/list-ephemeral of the machine. Storage is on the same file system as the
# root, so they have the same device number. If $DISK is a disk of internal/disktest, it is mounted
# on /disk.
set -eu
dir=$1 program=$2
shift 2
mount -t tmpfs -o mode=755 machine "$dir"
cd "$dir"
mkdir -p bin nix/store/pkg proc dev run/user home/alice/.config/app home/alice/Documents home/alice/.cache/x \
	etc/ssh var/lib/bluetooth var/lib/app var/tmp persist/Documents persist/bluetooth tmp/session
cp "$program" bin/list-ephemeral
for file in nix/store/pkg/file run/user/x home/alice/.config/app/settings home/alice/.config/kept home/alice/.cache/x/blob \
	etc/hostname etc/machine-id etc/ssh/ssh_host_key var/lib/app/state persist/Documents/letter persist/bluetooth/key persist/machine-id \
	tmp/session/lock home/alice/.history; do
	echo "$file" >"$file"
done
# Persisted by bind mounts of directories and of a file, all from the same tmpfs.
mount --bind persist/Documents home/alice/Documents
mount --bind persist/bluetooth var/lib/bluetooth
mount --bind persist/machine-id etc/machine-id
# A separate tmpfs, which is wiped too, in a mounted directory, which is not.
mkdir -p home/bob srv
echo x >srv/kept
mount --bind srv home/bob
mkdir -p home/bob/ram
mount -t tmpfs ram home/bob/ram
echo x >home/bob/ram/lost
# Mounts that a later mount hides.
mkdir -p opt/a
mount -t tmpfs hidden opt/a
mkdir -p opt/a/b
mount -t tmpfs hidden2 opt/a/b
mount -t tmpfs over opt
mkdir -p opt/a/b
if [ -n "${DISK:-}" ]; then
	mkdir disk
	if [ -f "$DISK" ]; then mount -o loop "$DISK" disk; else mount --bind "$DISK" disk; fi
fi
mount --rbind /proc proc
exec env HOME=/home/alice chroot . "$@"
