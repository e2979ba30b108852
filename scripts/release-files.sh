#!/usr/bin/env bash
# Writes completions and gzipped manual pages for a release, with the program itself. The
# output is reproducible. release-files.sh DIR
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
# -n: without the file name and the time.
gzip -9 -n "$dir"/man/*.1
