#!/usr/bin/env bash
# Runs each fuzz test of the project for $FUZZTIME: 100,000 inputs, or what
# go test -fuzztime takes. After a time Go may end a good run with "context
# deadline exceeded" (golang.org/issue/75804), after a number of inputs it does not.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
for package in $(go list ./...); do
	for name in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $name"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-100000x}" "$package"
	done
done
