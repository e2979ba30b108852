#!/usr/bin/env bash
# Checks formatting, layers and style; "lint.sh fmt" formats instead.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_golangci
if [ "${1:-}" = fmt ]; then
	exec "$golangci" fmt ./...
fi
need_packages shellcheck:shellcheck
"$golangci" fmt --diff ./...
"$golangci" run ./...
GOARCH=arm64 go vet ./...
git ls-files -co --exclude-standard '*.sh' .ci/run | xargs shellcheck -x
actionlint .github/workflows/*.yml
