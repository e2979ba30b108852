#!/usr/bin/env bash
#
# The benchmark of `trace`, and what `make bench-trace` runs: what it costs commands
# to be traced, by each back end and by strace, as ratios to the command alone.
#
#	BENCH_ROUNDS     how often each is run, in turns (5)
#	BENCH_WORKLOADS  which ones, with commas between (all)
#	LIST_EPHEMERAL_BIN  the program to measure (built from this tree)
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
for tool in strace python3 git gcc taskset; do
	command -v "$tool" >/dev/null || {
		echo "bench-trace: error: $tool is missing" >&2
		exit 1
	}
done
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
bin=${LIST_EPHEMERAL_BIN:-$temp/list-ephemeral}
if [[ -z ${LIST_EPHEMERAL_BIN:-} ]]; then
	(cd "$here/.." && CGO_ENABLED=0 go build -trimpath -o "$bin" .)
fi
gcc -O2 -o "$temp/openclose" "$here/openclose.c"
(cd "$here" && CGO_ENABLED=0 go build -o "$temp/" ./tracing)
"$temp/tracing" -rounds "${BENCH_ROUNDS:-5}" -only "${BENCH_WORKLOADS:-}" "$bin" "$temp/openclose"
