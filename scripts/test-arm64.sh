#!/usr/bin/env bash
# Runs the tests of pure Go packages as arm64 programs, with QEMU's user emulation. Packages
# with system calls that QEMU does not translate (seccomp, ptrace) need a real arm64 machine;
# run scripts/test-kernel.sh there.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_packages qemu-aarch64:qemu-user
GOARCH=arm64 CGO_ENABLED=0 go test -exec qemu-aarch64 "$@" \
	./config ./snippet ./internal/jsonline ./internal/known ./internal/octal ./internal/printable ./internal/truepath
