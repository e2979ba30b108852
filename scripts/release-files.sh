#!/usr/bin/env bash
# Writes what a release has beside the program, by the program itself: completions and
# gzipped manual pages, the same bytes each time. release-files.sh DIR
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
dir=$1
rm -rf "$dir"
mkdir -p "$dir/completions" "$dir/man"
CGO_ENABLED=0 go build -trimpath -o "$dir/program" .
"$dir/program" completion bash >"$dir/completions/list-ephemeral.bash"
"$dir/program" completion zsh >"$dir/completions/_list-ephemeral"
"$dir/program" completion fish >"$dir/completions/list-ephemeral.fish"
"$dir/program" man "$dir/man"
rm "$dir/program"
# Without name and time.
gzip -9 -n "$dir"/man/*.1
