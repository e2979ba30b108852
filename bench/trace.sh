#!/usr/bin/env bash
#
# The benchmark of `trace` (`make bench-trace`): the cost of tracing a command, with
# list-ephemeral and with strace, as ratios to the command alone.
#
#	BENCH_TIME       time for all workloads (9m)
#	BENCH_WORKLOADS  names of workloads, separated by commas (all)
#	LIST_EPHEMERAL_BIN  the program to measure (built from this tree)
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
for tool in strace gcc; do
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
"$temp/tracing" -time "${BENCH_TIME:-9m}" -only "${BENCH_WORKLOADS:-}" "$bin" "$temp/openclose"
