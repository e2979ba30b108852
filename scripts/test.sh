#!/usr/bin/env bash
# Runs all required checks, also on a fresh Debian machine with Go: installs the
# packages that the tests need, then builds, lints and tests with the race detector.
# A missing tool that cannot be installed is a failure and does not skip tests.
# Features that the kernel or the user lacks are listed first, and the tests that
# need them are skipped (see internal/probe). scripts/thorough.sh runs the cases that
# are left out here.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_test_packages

echo "== build"
CGO_ENABLED=0 go build -trimpath -o /dev/null .
echo "== lint"
./scripts/lint.sh
echo "== the hash of the modules for Nix"
./scripts/vendor-hash.sh
echo "== features of this machine"
go test -count=1 -v -run '^TestLogProbes$' ./internal/probe
echo "== test"
go test -race -timeout 20m ./...
