#!/usr/bin/env bash
# Collects the files of a release: release-assets.sh TAG DIST OUT copies the files listed in the
# checksums of DIST, and writes RELEASE_NOTES.md from the CHANGELOG.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
if [ $# -ne 3 ]; then
	echo "usage: release-assets.sh TAG DIST OUT" >&2
	exit 2
fi
tag=$1 dist=$2 out=$3
version=${tag#v}

# The section "## 1.2.3" or "## 1.2.3 (date)", up to the next one.
notes=$(awk -v version="$version" '
	/^## / { inside = ($2 == version) ; next }
	inside { print }' CHANGELOG.md)
if [ -z "${notes//[[:space:]]/}" ]; then
	echo "release-assets: error: CHANGELOG.md has no section ## $version" >&2
	exit 1
fi

mkdir -p "$out"
checksums=("$dist"/*_checksums.txt)
(cd "$dist" && sha256sum --check --strict --quiet "${checksums[0]##*/}")
while read -r _ name; do
	cp "$dist/$name" "$out/"
done <"${checksums[0]}"
cp "${checksums[0]}" "$out/"

{
	# Without the blank lines at the top.
	sed -e '/./,$!d' <<<"$notes"
	cat <<EOT

## How to check these files

Built with $(go env GOVERSION) from $(git rev-parse HEAD). The same Go version gives the same
bytes. docs/release.md describes how to check this, the signature and the provenance.
EOT
} >"$out/RELEASE_NOTES.md"
