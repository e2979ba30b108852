#!/usr/bin/env bash
# Makes a release with the pinned tools; arguments are goreleaser's:
# "release.sh release --clean" for a tag, "release.sh build --snapshot --clean" to try.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
need_release_tools
exec goreleaser "$@"
