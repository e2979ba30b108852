#!/usr/bin/env bash
# Everything that has to pass, on a fresh Debian machine with Go: installs what
# the tests need, then lint, build and tests with the race detector. A tool that
# is missing and cannot be installed is a failure, never a skip. What the kernel
# or the user lacks is named first, and the tests that need it are skipped: see
# internal/probe. scripts/thorough.sh runs the cases that are left out here.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_test_packages

echo "== build"
CGO_ENABLED=0 go build -trimpath -o /dev/null .
echo "== lint"
./scripts/lint.sh
echo "== the hash of the modules for Nix"
./scripts/vendor-hash.sh
echo "== what this machine has"
go test -count=1 -v -run '^TestLogProbes$' ./internal/probe
echo "== test"
go test -race -timeout 20m ./...
