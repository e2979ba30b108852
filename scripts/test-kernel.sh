#!/usr/bin/env bash
# Tests the packages that talk to the kernel, on whatever kernel and architecture this is.
# As root on Debian or Ubuntu it installs what they need; what the kernel lacks is skipped by
# name, unless LIST_EPHEMERAL_MUST says that it must be there. Arguments go to go test.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_packages rsync:rsync setfacl:acl setfattr:attr mkfs.btrfs:btrfs-progs mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs fdfind:fd-find \
	nix-instantiate:nix-bin gcc:gcc unshare:util-linux git:git strace:strace python3:python3 \
	bwrap:bubblewrap bindfs:bindfs fusermount:fuse su:util-linux mount:mount
go test -timeout 30m "$@" ./adopt/... ./scan/... ./trace/... ./internal/probe/... ./internal/reboot/... ./internal/truepath/...
