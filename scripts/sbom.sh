#!/usr/bin/env bash
# Writes the SBOM of a binary in CycloneDX: sbom.sh VERSION BINARY DOCUMENT. The time and
# the hashes of the tool are left out, because they differ from build to build.
set -euo pipefail
cyclonedx-gomod bin -json -noserial -std -version "v$1" -output "$3.full" "$2"
jq 'del(.metadata.timestamp, .metadata.tools[].hashes)' "$3.full" >"$3"
rm "$3.full"
