#!/usr/bin/env bash
# Builds a release with the pinned tools. The arguments are those of goreleaser:
# "release.sh release --clean" for a tag, "release.sh build --snapshot --clean" to try.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_release_tools
exec goreleaser "$@"
