#!/usr/bin/env bash
# Everything that has to pass, on a fresh Debian machine with Go: installs what
# the tests need, then lint, build and tests with the race detector. A tool that
# is missing and cannot be installed is a failure, never a skip.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_packages rsync:rsync setfacl:acl mkfs.btrfs:btrfs-progs zsh:zsh fish:fish groff:groff fdfind:fd-find nix-instantiate:nix-bin tmux:tmux gcc:gcc unshare:util-linux jq:jq git:git \
	strace:strace python3:python3 bwrap:bubblewrap bindfs:bindfs fusermount:fuse su:util-linux
# The tracer is tested on programs of 32 bits as well. No command tells whether they can be built.
gcc -m32 -x c -o /dev/null - <<<'int main(void) { return 0; }' 2>/dev/null || need_packages gcc-for-32-bits:gcc-multilib
[ -e /usr/share/bash-completion/bash_completion ] || need_packages bash-completion-of-debian:bash-completion

echo "== build"
CGO_ENABLED=0 go build -trimpath -o /dev/null .
echo "== lint"
./scripts/lint.sh
echo "== the hash of the modules for Nix"
./scripts/vendor-hash.sh
echo "== test"
go test -race -timeout 10m ./...
