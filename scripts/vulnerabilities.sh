#!/usr/bin/env bash
# Checks for known vulnerabilities in code that the program calls. Needs vuln.go.dev.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
govulncheck ./...
