#!/usr/bin/env bash
# Runs the slow tests: all cases, without the race detector, and each fuzz test for ten
# seconds ($FUZZTIME; 0 runs none). It takes about twenty minutes.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_test_packages

echo "== all cases"
LIST_EPHEMERAL_THOROUGH=1 go test -timeout 60m ./...
[ "${FUZZTIME:-10s}" = 0 ] || FUZZTIME="${FUZZTIME:-10s}" ./scripts/fuzz.sh
