#!/bin/sh
# Creates the machine of internal/fixture, and runs a command in it for each line on the standard
# input:
#
#   run.sh DIR MACHINE PROGRAM COMMAND [ARG...]
#
# DIR is an empty directory, MACHINE the static binary of bench/machine, PROGRAM that of
# list-ephemeral. The root is a tmpfs, and what the machine keeps is on the disk of DIR. It needs a
# mount namespace and a UTS namespace of its own. It prints "machine ready" first, and the exit
# status after each run. The decisions of a run are not those of the next one.
set -eu
dir=$1 machine=$2 program=$3
shift 3
mkdir "$dir/root" "$dir/persist"
mount -t tmpfs -o mode=755 machine "$dir/root"
cd "$dir/root"
"$machine" -dir . >"$dir/mounts"
mv persist/* "$dir/persist"
mount --bind "$dir/persist" persist
while IFS= read -r path; do
	if [ -d "persist$path" ]; then mkdir -p ".$path"; fi
	mount --bind "persist$path" ".$path"
done <"$dir/mounts"
mkdir -p proc dev nix/store/etc nix/store/program nix/store/system run etc
# NixOS that writes the accounts at each activation.
ln -s /nix/store/system run/current-system
echo 'update-users-groups.pl /nix/store/0-users-groups.json' >nix/store/system/activate
echo '{"mutableUsers":false}' >nix/store/0-users-groups.json
cp "$program" nix/store/program/list-ephemeral
mv config.json nix/store/program
mount --rbind /proc proc
mount --rbind /dev dev
echo forge >/proc/sys/kernel/hostname
echo "machine ready"
while IFS= read -r _; do
	status=0
	rm -rf persist/.list-ephemeral-triage
	env HOME=/home/racci USER=racci LANG=C.UTF-8 TZ=UTC chroot . "$@" || status=$?
	echo "status $status"
done
