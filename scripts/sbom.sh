#!/usr/bin/env bash
# Writes what a binary is made of, in CycloneDX: sbom.sh VERSION BINARY DOCUMENT. The time,
# and the hashes of the tool as this machine has built it, are left out: they would make
# each document another one.
set -euo pipefail
cyclonedx-gomod bin -json -noserial -std -version "v$1" -output "$3.full" "$2"
jq 'del(.metadata.timestamp, .metadata.tools[].hashes)' "$3.full" >"$3"
rm "$3.full"
