#!/usr/bin/env bash
# Sourced by the other scripts: installs what the project needs. As root, Debian
# packages are installed with apt-get; otherwise the missing ones are reported. Go
# tools are pinned, and built into their own cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

golangci_version=v2.15.0
goreleaser_version=v2.16.0
cyclonedx_version=v1.9.0
actionlint_version=v1.7.12
govulncheck_version=v1.9.0
tools_dir="${LIST_EPHEMERAL_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/list-ephemeral-tools}"

# need_packages COMMAND:PACKAGE... installs the packages whose commands are missing.
need_packages() {
	local missing=() pair
	for pair in "$@"; do
		command -v "${pair%%:*}" >/dev/null 2>&1 || missing+=("${pair#*:}")
	done
	[ "${#missing[@]}" -eq 0 ] && return
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		echo "missing packages (their Debian names): ${missing[*]}" >&2
		echo "install them, or run this as root on Debian to install them" >&2
		exit 1
	fi
	echo "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# need_test_packages installs the packages that the tests use.
need_test_packages() {
	need_packages rsync:rsync setfacl:acl setfattr:attr mkfs.btrfs:btrfs-progs mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs zsh:zsh fish:fish groff:groff \
		fdfind:fd-find nix-instantiate:nix-bin tmux:tmux gcc:gcc unshare:util-linux findmnt:util-linux setsid:util-linux jq:jq git:git strace:strace python3:python3 \
		bwrap:bubblewrap bindfs:bindfs fusermount:fuse su:util-linux mount:mount \
		nsenter:util-linux systemd-nspawn:systemd-container systemd-escape:systemd systemd-analyze:systemd systemd-tmpfiles:systemd apt-get:apt dpkg-deb:dpkg fzf:fzf tar:tar redis-server:redis-server dbus-daemon:dbus sqlite3:sqlite3 rpm:rpm rpmbuild:rpm nginx:nginx-light cron:cron
	# The tests of the tracer build 32-bit programs. No command shows whether that is possible.
	gcc -m32 -x c -o /dev/null - <<<'int main(void) { return 0; }' 2>/dev/null || need_packages gcc-for-32-bits:gcc-multilib
	[ -e /usr/share/bash-completion/bash_completion ] || need_packages bash-completion-of-debian:bash-completion
}

# need_release_tools adds the pinned goreleaser and cyclonedx-gomod to PATH, and builds them
# if they are missing; that takes some minutes and needs Go 1.26.
need_release_tools() {
	local dir="$tools_dir/release-$goreleaser_version-$cyclonedx_version"
	if [ ! -x "$dir/cyclonedx-gomod" ]; then
		echo "building goreleaser $goreleaser_version and cyclonedx-gomod $cyclonedx_version"
		mkdir -p "$dir"
		GOBIN="$dir" GOFLAGS=-mod=mod go install "github.com/goreleaser/goreleaser/v2@$goreleaser_version"
		GOBIN="$dir" GOFLAGS=-mod=mod go install "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$cyclonedx_version"
	fi
	PATH="$dir:$PATH"
}

# need_golangci sets $golangci to the pinned linter, and builds it if it is missing.
need_golangci() {
	golangci="$tools_dir/golangci-lint-$golangci_version"
	[ -x "$golangci" ] && return
	echo "building golangci-lint $golangci_version"
	mkdir -p "$tools_dir"
	GOBIN="$tools_dir" GOFLAGS=-mod=mod go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci_version"
	mv "$tools_dir/golangci-lint" "$golangci"
}

# actionlint and govulncheck run the pinned tools.
actionlint() {
	local tool
	tool=$(go_tool actionlint github.com/rhysd/actionlint/cmd/actionlint "$actionlint_version")
	"$tool" "$@"
}

govulncheck() {
	local tool
	tool=$(go_tool govulncheck golang.org/x/vuln/cmd/govulncheck "$govulncheck_version")
	"$tool" "$@"
}

# go_tool NAME PACKAGE VERSION prints the path of a pinned tool, and builds it if it is missing.
go_tool() {
	local file="$tools_dir/$1-$3"
	if [ ! -x "$file" ]; then
		echo "building $1 $3" >&2
		mkdir -p "$tools_dir"
		GOBIN="$tools_dir" GOFLAGS=-mod=mod go install "$2@$3"
		mv "$tools_dir/$1" "$file"
	fi
	echo "$file"
}
