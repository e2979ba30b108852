#!/usr/bin/env bash
#
# A stand-in for `list` of the bash script that this program replaces. It is a new
# implementation of what that script does: fd with every exclude pattern, a loop
# that compares each path with every persisted file and directory, the included
# paths, and `sort -u`. The loop is the simplest one in bash (two arrays, pattern
# matches, no subshell), so the ratio is rather too low than too high.
#
#	original.sh TREE FD_ARGS CONFIG LIMIT REPORT >PATHS
#
# The loop stops after LIMIT seconds. REPORT gets one JSON object: the seconds that
# the run took, the number of paths, and the number of paths that the loop reached.
# If the loop was stopped, the seconds are extrapolated ("extrapolated": true).
set -euo pipefail
export LC_ALL=C

tree=$1 fd_args=$2 config=$3 limit=$4 report=$5
fd=${FD:-fd}

mapfile -t excludes <"$fd_args"
mapfile -t persisted_files < <(jq -r '.persistedFiles[]' "$config")
mapfile -t persisted_dirs < <(jq -r '.persistedDirs[]' "$config")
mapfile -t includes < <(jq -r '.extraIncludes[]' "$config")
home=$(jq -r '.homeDir' "$config")

is_persisted() {
	local path=$1 entry
	for entry in "${persisted_files[@]}"; do
		[[ $path == "$entry" ]] && return 0
	done
	for entry in "${persisted_dirs[@]}"; do
		[[ $path == "$entry" || $path == "${entry%/}"/* ]] && return 0
	done
	[[ $path == /nix/store/* ]]
}

# now prints the microseconds since the epoch.
now() { echo "${EPOCHREALTIME/./}"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

begin=$(now)
"$fd" --one-file-system --base-directory "$tree" --hidden --type f "${excludes[@]}" >"$work/found"
searched=$(now)
total=$(wc -l <"$work/found")

# In this shell, not in a pipeline, because the count is used after the loop.
done_paths=0
deadline=$((SECONDS + limit))
while IFS= read -r path; do
	path=$tree/${path#./}
	is_persisted "$path" || printf '%s\n' "$path"
	done_paths=$((done_paths + 1))
	((SECONDS < deadline)) || break
done <"$work/found" >"$work/kept"
looped=$(now)

{
	cat "$work/kept"
	for path in "${includes[@]}"; do
		[[ $path == /* ]] || path=$home/$path
		printf '%s\n' "$path"
	done
} | sort -u
end=$(now)

jq -n --argjson find "$((searched - begin))" --argjson loop "$((looped - searched))" \
	--argjson sort "$((end - looped))" --argjson reached "$done_paths" --argjson total "$total" '{
		paths: $total, reached: $reached, extrapolated: ($reached < $total),
		seconds: (($find + $loop * $total / ([$reached, 1] | max) + $sort) / 1e6)
	}' >"$report"
