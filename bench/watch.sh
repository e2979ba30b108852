#!/usr/bin/env bash
# What watch costs and misses: a parallel build of 2,000 C files, with and without it, in turns.
# Needs root, gcc and make. FILES=200 ROUNDS=1 is a short run.
#
# Prints the ratios of each pair, the shortest time of each, their ratio (on a busy machine, only that of
# the processors means something), the object files that were not reported, the overflows that were, and the peak memory
# of watch.
set -euo pipefail
cd "$(dirname "$0")/.."
files=${FILES:-2000} rounds=${ROUNDS:-3}
[ "$(id -u)" -eq 0 ] || { echo "needs root" >&2; exit 1; }
dir=$(mktemp -d)
watcher=
finish() {
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
	rm -rf "$dir"
}
trap finish EXIT
CGO_ENABLED=0 go build -o "$dir/list-ephemeral" .
mkdir "$dir/src" "$dir/out"
for ((i = 0; i < files; i++)); do
	printf 'int f%d(int x) { return x * %d + 1; }\n' "$i" "$i" >"$dir/src/f$i.c"
done
cat >"$dir/src/Makefile" <<MAKE
objects := \$(patsubst %.c,$dir/out/%.o,\$(wildcard *.c))
all: \$(objects)
$dir/out/%.o: %.c
	@gcc -c -o \$@ \$<
MAKE

# build prints the seconds that a build takes: elapsed, and of processors.
build() {
	rm -rf "$dir/out" && mkdir "$dir/out"
	local TIMEFORMAT='%R %U %S'
	{ time make -s -C "$dir/src" -j"$(nproc)"; } 2>&1 | awk '{ printf "%.2f %.2f\n", $1, $2 + $3 }'
}

# shortest COLUMN TIME... prints the smallest value in a column.
shortest() { printf '%s\n' "${@:2}" | awk -v c="$1" 'NR == 1 || $c < least { least = $c } END { print least }'; }

# used prints the seconds of processors that a process has used.
used() { awk -v t="$(getconf CLK_TCK)" '{ print ($14 + $15) / t }' "/proc/$1/stat"; }

build >/dev/null # warm up
bare=() watched=() missed=0 lost=0 peak=0
for ((round = 0; round < rounds; round++)); do
	bare+=("$(build)")
	"$dir/list-ephemeral" watch --root "$dir" --json --missing >"$dir/events" 2>"$dir/messages" &
	watcher=$!
	until grep -q 'hint: watching' "$dir/messages"; do sleep 0.05; done
	watched+=("$(build)")
	sleep 1
	own=$(used "$watcher")
	memory=$(awk '/VmHWM/ { print $2 }' "/proc/$watcher/status")
	kill -TERM "$watcher" && wait "$watcher" && watcher=
	[ "$memory" -le "$peak" ] || peak=$memory
	jq -r 'select(.event == "write" and (.ops | index("written"))) | .path' "$dir/events" | sort -u >"$dir/seen"
	missed=$((missed + $(find "$dir/out" -name '*.o' | sort | comm -23 - "$dir/seen" | wc -l)))
	lost=$((lost + $(jq -r 'select(.event == "overflow") | .event' "$dir/events" | wc -l)))
	unnamed=$(jq -r 'select(.event == "write" and .program == "") | .path' "$dir/events" | wc -l)
	all=$(jq -r 'select(.event == "write") | .path' "$dir/events" | wc -l)
done
printf 'files per build      %s\n' "$files"
for ((round = 0; round < rounds; round++)); do
	awk '{ printf "pair                 elapsed %.3f, processors %.3f\n", $3 / $1, $4 / $2 }' <<<"${bare[round]} ${watched[round]}"
done
for column in 1 2; do
	a=$(shortest "$column" "${bare[@]}") b=$(shortest "$column" "${watched[@]}")
	what=elapsed
	[ "$column" -eq 1 ] || what=processors
	awk -v w="$what" -v a="$a" -v b="$b" 'BEGIN { printf "%-20s %s s, watched %s s, ratio %.3f\n", w, a, b, b / a }'
done
printf 'processors of watch  %s s in the last build\n' "$own"
printf 'object files missed  %s in %s builds\n' "$missed" "$rounds"
printf 'overflows reported   %s\n' "$lost"
printf 'writes in the last   %s, of unknown programs %s\n' "$all" "$unnamed"
printf 'peak memory          %s MB\n' "$((peak / 1024))"
