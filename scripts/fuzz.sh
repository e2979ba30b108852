#!/usr/bin/env bash
# Runs each fuzz test of the project for $FUZZTIME, in the syntax of go test
# -fuzztime; by default for 100,000 inputs. If FUZZTIME is a duration, Go may end a
# successful run with "context deadline exceeded" (golang.org/issue/75804). Such a
# run has written no failing input, and is repeated with a number of inputs.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# fuzz PACKAGE NAME FUZZTIME
fuzz() { go test -run '^$' -fuzz "^$2\$" -fuzztime "$3" "$1" 2>&1 | tee "$log"; }

for package in $(go list ./...); do
	for name in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $name"
		fuzz "$package" "$name" "${FUZZTIME:-100000x}" && continue
		grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log" || exit 1
		fuzz "$package" "$name" 20000x
	done
done
