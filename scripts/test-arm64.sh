#!/usr/bin/env bash
# Runs the tests of pure Go packages as arm64 programs, by QEMU's user emulation. What makes
# system calls that QEMU does not translate (seccomp, ptrace) needs a real arm64 machine:
# scripts/test-kernel.sh there.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_packages qemu-aarch64:qemu-user
GOARCH=arm64 CGO_ENABLED=0 go test -exec qemu-aarch64 "$@" \
	./config ./snippet ./internal/jsonline ./internal/known ./internal/octal ./internal/printable ./internal/truepath
