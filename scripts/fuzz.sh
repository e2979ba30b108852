#!/usr/bin/env bash
# Runs each fuzz test of the project for $FUZZTIME (a minute).
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
for package in $(go list ./...); do
	for name in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "== $package $name"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-1m}" "$package"
	done
done
