#!/usr/bin/env bash
# nix/vendor-hash: what nix/package.nix says of the modules that the program is
# built with. It is the hash of what "go mod vendor" makes, and changes with
# go.sum and with what the sources import. Without arguments this holds the file
# against the sources; "vendor-hash.sh update" writes it.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_packages nix:nix-bin git:git

file=nix/vendor-hash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A vendor directory in the tree would make the next build use it. Only these
# files matter to Go. Those that git does not know yet count too, and those that
# are gone do not.
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
		echo "$file is $(cat "$file")" >&2
		echo "but the modules are $hash" >&2
		echo "run ./scripts/vendor-hash.sh update" >&2
		exit 1
	fi
	;;
*)
	echo "usage: vendor-hash.sh [update]" >&2
	exit 2
	;;
esac
