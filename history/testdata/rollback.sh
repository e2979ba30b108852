#!/usr/bin/env bash
# The rollback script of the README of impermanence, with the device and the directory for the
# mount as arguments. It runs once for each boot.
set -eu
mkdir -p "$2"
mount "$1" "$2"
if [[ -e "$2/root" ]]; then
	mkdir -p "$2/old_roots"
	timestamp=$(date --date="@$(stat -c %Y "$2/root")" "+%Y-%m-%-d_%H:%M:%S")
	mv "$2/root" "$2/old_roots/$timestamp"
fi

delete_subvolume_recursively() {
	IFS=$'\n'
	for i in $(btrfs subvolume list -o "$1" | cut -f 9- -d ' '); do
		delete_subvolume_recursively "$2/$i"
	done
	btrfs subvolume delete "$1"
}

# shellcheck disable=SC2044 # as in the README
for i in $(find "$2/old_roots/" -mindepth 1 -maxdepth 1 -mtime +30); do
	delete_subvolume_recursively "$i" "$2"
done

btrfs -q subvolume create "$2/root"
umount "$2"
