#!/usr/bin/env bash
# Tests the packages that depend on the kernel, on the kernel and architecture of this
# machine. As root on Debian or Ubuntu it installs the packages that they need. Tests of
# features that the kernel lacks are skipped with a message, unless LIST_EPHEMERAL_MUST
# contains the feature. Arguments are passed to go test.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_packages rsync:rsync setfacl:acl setfattr:attr mkfs.btrfs:btrfs-progs mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs fdfind:fd-find \
	nix-instantiate:nix-bin gcc:gcc unshare:util-linux git:git strace:strace python3:python3 \
	bwrap:bubblewrap bindfs:bindfs fusermount:fuse su:util-linux mount:mount \
	nsenter:util-linux systemd-escape:systemd systemd-nspawn:systemd-container
go test -timeout 30m "$@" ./adopt/... ./scan/... ./trace/... ./internal/nspawn/... ./internal/probe/... ./internal/reboot/... ./internal/truepath/...
