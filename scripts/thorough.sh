#!/usr/bin/env bash
# Runs the slow tests: all cases, without the race detector, and each fuzz test for ten
# seconds. It takes about twenty minutes.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_test_packages

echo "== all cases"
LIST_EPHEMERAL_THOROUGH=1 go test -timeout 60m ./...
FUZZTIME="${FUZZTIME:-10s}" ./scripts/fuzz.sh
