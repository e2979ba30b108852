#!/usr/bin/env bash
#
# The benchmark of `list` (`make bench-list`): creates the trees, checks that all
# programs find the same files, and prints the time, CPU time, memory and time to the
# first byte of `list` and of the other programs, with ratios within the run.
# bench/README.md explains the results.
#
#	BENCH_DIR    directory of the trees (/var/tmp/list-ephemeral-bench)
#	BENCH_FILES  sizes of the trees, in files ("100000 1000000")
#	BENCH_RUNS   timed runs of each command (7)
#	BENCH_COLD   1: also with cold caches (root only, not on tmpfs)
#	BENCH_LIMIT  seconds until the loop of the stand-in for the original is stopped (60)
#	LIST_EPHEMERAL_BIN  the program to measure (built from this tree)
set -euo pipefail
export LC_ALL=C

die() {
	echo "bench-list: error: $*" >&2
	exit 1
}
say() { echo "bench-list: $*" >&2; }

# need PACKAGE COMMAND...: prints the path of the first command that exists.
need() {
	local package=$1 name
	shift
	for name in "$@"; do
		type -P "$name" && return
	done
	die "$1 is missing; Debian has it in the package $package: apt-get install $package"
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
mkdir -p "${BENCH_DIR:=/var/tmp/list-ephemeral-bench}"
dir=$(cd "$BENCH_DIR" && pwd -P)
runs=${BENCH_RUNS:-7}
limit=${BENCH_LIMIT:-60}
read -ra sizes <<<"${BENCH_FILES:-100000 1000000}"
original_size=100000 # the stand-in for the original gets this tree

go=$(need golang go)
gcc=$(need gcc gcc)
hyperfine=$(need hyperfine hyperfine)
fd=$(need fd-find fd fdfind)
bfs=$(need bfs bfs)
find=$(need findutils find)
jq=$(need jq jq)
time=$(need time time)
need coreutils sort >/dev/null
need util-linux flock >/dev/null

exec 9>"$dir/lock"
flock -n 9 || die "another benchmark is running in $dir"
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

# --- building ---------------------------------------------------------------

build() {
	say "building"
	bin=${LIST_EPHEMERAL_BIN:-$temp/list-ephemeral}
	if [[ -z ${LIST_EPHEMERAL_BIN:-} ]]; then
		(cd "$here/.." && CGO_ENABLED=0 "$go" build -trimpath -o "$bin" .)
	fi
	(cd "$here" && CGO_ENABLED=0 "$go" build -o "$temp/" ./gentree ./firstbyte ./firstrow)
	"$gcc" -std=c11 -O2 -pthread -o "$temp/cwalk" "$here/cwalk.c"
	# No user settings: fd, for example, reads a list of ignored names from the home.
	mkdir "$temp/home"
	export HOME=$temp/home XDG_CONFIG_HOME=$temp/home/.config
	unset LIST_EPHEMERAL_CONFIG LS_COLORS
}

# use SIZE: creates the trees of this size and sets the parts of the commands.
use() {
	size=$1
	tree=$dir/t$size pruned=$dir/p$size in=$temp/in$size
	"$temp/gentree" -dir "$tree" -files "$size" -inputs "$in" \
		-excludes "$here/excludes.txt" -persisted "$here/persisted.txt" >&2
	mapfile -t excludes <"$in/fd-args"
	fd_default=("$fd" --one-file-system --hidden --base-directory "$tree")
	fd_all=("${fd_default[@]}" --no-ignore)
	ours=("$bin" list --config "$in/config.json" --root "$tree")
	ours_all=("$bin" list --config "$in/all.json" --root "$tree")
	# All paths, of every type, that are not excluded: each directory that fd enters.
	"${fd_all[@]}" "${excludes[@]}" --print0 |
		"$temp/gentree" -dir "$pruned" -mirror "$tree" >&2
	sync -f "$dir" # no writeback during the timed runs
}

# --- the same results ------------------------------------------------------

# same WHAT OURS THEIRS: checks that both files contain the same NUL-terminated names.
same() {
	cmp -s "$2" "$3" && return
	say "only in the output of list (left) or of the other program (right):"
	comm -z -3 "$2" "$3" | tr '\0\n' '\n?' | head -n 10 >&2
	die "$1: the results differ, so the times cannot be compared"
}

# count FILE: prints the number of NUL-terminated names.
count() { tr -dc '\0' <"$1" | wc -c; }

check() {
	local counted
	say "checking that the results are the same"
	"${ours[@]}" -0 >"$temp/ours"
	sort -zuc "$temp/ours" || die "list is not sorted, or prints a path twice"
	"${fd_all[@]}" --type f "${excludes[@]}" --absolute-path --print0 | sort -zu >"$temp/theirs"
	same "list and fd, with excludes" "$temp/ours" "$temp/theirs"
	"${ours[@]}" | cmp -s - <(tr '\0' '\n' <"$temp/ours") || die "list and list -0 differ"
	kept=$(count "$temp/ours")
	defaults=$("${fd_default[@]}" --type f "${excludes[@]}" --print0 | tr -dc '\0' | wc -c)
	counted=$("$temp/cwalk" "$pruned")
	[[ $counted == "$kept files, "* ]] || die "the pruned tree has $counted, but list prints $kept files"

	"${ours_all[@]}" -0 >"$temp/ours"
	sort -zuc "$temp/ours" || die "list without excludes is not sorted, or prints a path twice"
	"$find" "$tree" -xdev -type f -print0 | sort -zu >"$temp/theirs"
	same "list and find, without excludes" "$temp/ours" "$temp/theirs"
	[[ $(count "$temp/ours") == "$size" ]] || die "$tree does not contain $size files; was it changed?"
	rm "$temp/ours" "$temp/theirs"
}

# --- measuring -------------------------------------------------------------

# One row for each command: its name, the quoted command, and the number of the
# row of list that does the same work.
names=() commands=() rivals=()
row() {
	local rival=$1 name=$2
	shift 2
	names+=("$name") rivals+=("$rival") commands+=("$(printf '%q ' "$@")")
}

rows() {
	names=() commands=() rivals=()
	local sorted
	sorted="$(printf '%q ' "${fd_all[@]}" --type f "${excludes[@]}") | sort -u"
	row 0 "list" "${ours[@]}"
	row 0 "fd --no-ignore, unsorted" "${fd_all[@]}" --type f "${excludes[@]}"
	row 0 "fd as the original calls it, unsorted" "${fd_default[@]}" --type f "${excludes[@]}"
	row 0 "fd --no-ignore | sort -u" sh -c "$sorted"
	row 0 "C walker without the excluded paths" "$temp/cwalk" "$pruned"
	row 5 "list, nothing excluded" "${ours_all[@]}"
	row 5 "fd --no-ignore, nothing excluded" "${fd_all[@]}" --type f
	row 5 "find -xdev -type f" "$find" "$tree" -xdev -type f
	row 5 "bfs -xdev -type f" "$bfs" "$tree" -xdev -type f
	row 5 "C walker on the whole tree" "$temp/cwalk" "$tree"
}

# timed REPORT [HYPERFINE_FLAG...] COMMAND...: runs hyperfine; each command is one
# quoted string. Output goes to a pipe and not to /dev/null, which a program can
# detect. There is no shell in between.
timed() {
	local report=$1
	shift
	if ! "$hyperfine" --shell=none --output=pipe --style=basic --export-json "$report" "$@" \
		>"$temp/hyperfine.log" 2>&1; then
		cat "$temp/hyperfine.log" >&2
		die "hyperfine failed"
	fi
}

# peak RUNS COMMAND: prints the largest peak memory of the runs, in KiB.
peak() {
	local most=0 kib i
	for ((i = 0; i < $1; i++)); do
		eval "$time -f %M -o $temp/peak $2" | cat >/dev/null
		kib=$(tail -n 1 "$temp/peak")
		((kib <= most)) || most=$kib
	done
	echo "$most"
}

# numbers FILE: reads a hyperfine report into medians and cpus, in ms.
numbers() {
	mapfile -t medians < <("$jq" -r '.results[].median * 1000' "$1")
	mapfile -t cpus < <("$jq" -r '.results[] | (.user + .system) * 1000' "$1")
}

# line NAME MEDIAN RATIO CPU RATIO KIB FIRST: prints a row of a table; "-" means no value.
line() {
	awk -v name="$1" -v ms="$2" -v wall="$3" -v cpu="$4" -v load="$5" -v kib="$6" -v first="$7" '
		function cell(x, format) { return x == "-" ? x : sprintf(format, x) }
		BEGIN {
			printf "%-38s %9s %9s %9s %9s %9s %10s\n", name, cell(ms, "%.1f"), cell(wall, "%.3f"),
				cell(cpu, "%.1f"), cell(load, "%.3f"), kib == "-" ? kib : sprintf("%.1f", kib / 1024), first
		}'
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'; }

heading() {
	printf '\n%s\n\n' "$1"
	printf '%-38s %9s %9s %9s %9s %9s %10s\n' "" "median ms" "list : it" "CPU ms" "list : it" "peak MiB" "1st byte ms"
}

compare() {
	local i first memory
	rows
	say "measuring $size files, ${#commands[@]} commands, $runs runs each"
	timed "$temp/warm.json" --warmup 1 --runs "$runs" "${commands[@]}"
	numbers "$temp/warm.json"
	heading "$size files, warm cache; with excludes $kept remain ($defaults for fd as the original calls it)"
	for i in "${!names[@]}"; do
		first=- # for the C walker, which prints only its counts at the end
		[[ ${commands[i]} == "$temp/cwalk "* ]] || first=$(eval "$temp/firstbyte -runs 3 ${commands[i]}")
		memory=1 # runs: only programs with a garbage collector differ from run to run
		((rivals[i] != i)) || memory=3
		line "${names[i]}" "${medians[i]}" "$(ratio "${medians[rivals[i]]}" "${medians[i]}")" \
			"${cpus[i]}" "$(ratio "${cpus[rivals[i]]}" "${cpus[i]}")" \
			"$(peak "$memory" "${commands[i]}")" "$first"
	done
	printf '\nthe screen shows its first row after %s ms (median of 5, in a pseudo-terminal)\n' \
		"$("$temp/firstrow" -runs 5 "[ ] /" "$bin" --config "$in/config.json" --root "$tree")"
}

compare_cold() {
	say "measuring $size files with cold caches"
	timed "$temp/cold.json" --runs 3 --prepare "sh -c 'sync; echo 3 >/proc/sys/vm/drop_caches'" \
		"${commands[0]}" "${commands[2]}"
	numbers "$temp/cold.json"
	heading "$size files, cold cache"
	line "${names[0]}" "${medians[0]}" 1 "${cpus[0]}" 1 - -
	line "${names[2]}" "${medians[1]}" "$(ratio "${medians[0]}" "${medians[1]}")" \
		"${cpus[1]}" "$(ratio "${cpus[0]}" "${cpus[1]}")" - -
}

# Compares with all that the original does: excludes and persisted paths.
compare_original() {
	local whole=("$bin" list --config "$in/persisted.json" --root "$tree")
	say "running the stand-in for the original, at most $limit s"
	FD=$fd "$here/original.sh" "$tree" "$in/fd-args" "$in/persisted.json" "$limit" "$temp/report" >"$temp/theirs"
	local seconds reached paths cut
	read -r seconds reached paths cut < <("$jq" -r '"\(.seconds) \(.reached) \(.paths) \(.extrapolated)"' "$temp/report")
	if [[ $cut == false && $defaults == "$kept" ]]; then
		# The original treats each line as a path, even if a name contains newlines.
		local relative="$((${#tree} + 2))-"
		"${whole[@]}" -0 | cut -z -b "$relative" | tr '\0' '\n' | sort -u | tr '\n' '\0' >"$temp/ours"
		cut -b "$relative" "$temp/theirs" | sort -u | tr '\n' '\0' >"$temp/theirs0"
		same "list and the original, with persisted paths" "$temp/ours" "$temp/theirs0"
	fi
	timed "$temp/whole.json" --warmup 1 --runs "$runs" "$(printf '%q ' "${whole[@]}")"
	numbers "$temp/whole.json"
	printf '\n%s files, list with excludes and persisted paths: the stand-in for the original\n' "$size"
	if [[ $cut == true ]]; then
		printf 'was stopped after %s s and %s of %s paths; at that speed it takes ' "$limit" "$reached" "$paths"
	else
		printf 'finished with the same result and takes '
	fi
	awk -v it="$seconds" -v ms="${medians[0]}" 'BEGIN {
		printf "%.1f s, list %.1f ms: %.0f times as long\n", it, ms, it * 1000 / ms }'
}

file_system() { df --output=fstype "$dir" | tail -n 1; }

machine() {
	printf 'list-ephemeral %s\n' "$("$bin" --version 2>/dev/null | head -n 1 | awk '{ print $NF }')"
	printf '%s, %s, %s, %s\n' "$("$fd" --version)" "$("$bfs" --version | head -n 1)" \
		"$("$find" --version | head -n 1)" "$("$hyperfine" --version)"
	printf 'Linux %s, %s processors, %s on %s\n' "$(uname -r)" "$(nproc)" "$dir" "$(file_system)"
}

cold=${BENCH_COLD:-0}
if [[ $cold == 1 ]]; then
	[[ $EUID == 0 ]] || die "BENCH_COLD=1 needs root, to drop the kernel's caches"
	[[ $(file_system) != tmpfs ]] || die "BENCH_COLD=1 needs a disk: $dir is on tmpfs, which has no cold state"
fi
build
machine
for size in "${sizes[@]}"; do
	use "$size"
	check
	compare
	[[ $cold != 1 ]] || compare_cold
	[[ $size != "$original_size" ]] || compare_original
done
