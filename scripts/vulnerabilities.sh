#!/usr/bin/env bash
# Checks the program for known vulnerabilities that it can reach. Needs vuln.go.dev.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
govulncheck ./...
