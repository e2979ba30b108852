#!/usr/bin/env bash
# Checks or writes nix/vendor-hash, the hash that nix/package.nix has for the modules
# of the program. It is the hash of the output of "go mod vendor", and changes with
# go.sum and with the imports. Without arguments the script compares the file with
# the sources; "vendor-hash.sh update" writes it.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_packages nix:nix-bin git:git

file=nix/vendor-hash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In a copy, because the next build would use a vendor directory in the tree. Go needs
# only these files, including untracked ones and without deleted ones.
mkdir "$work/source"
git ls-files -coz --exclude-standard -- '*.go' go.mod go.sum |
	while IFS= read -r -d '' name; do [ ! -e "$name" ] || printf '%s\0' "$name"; done |
	tar --create --null --files-from - | tar --extract --directory "$work/source"
(cd "$work/source" && GOFLAGS=-mod=mod GOWORK=off go mod vendor)
hash=$(NIX_REMOTE=dummy:// HOME="$work" NIX_CONF_DIR="$work" \
	nix --extra-experimental-features nix-command hash path --type sha256 --sri "$work/source/vendor")

case "${1:-}" in
update)
	echo "$hash" >"$file"
	;;
"")
	if [ "$hash" != "$(cat "$file")" ]; then
		echo "$file: expected $hash, got $(cat "$file")" >&2
		echo "run ./scripts/vendor-hash.sh update" >&2
		exit 1
	fi
	;;
*)
	echo "usage: vendor-hash.sh [update]" >&2
	exit 2
	;;
esac
