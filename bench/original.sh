#!/usr/bin/env bash
#
# A stand-in for `list` of the bash script that this program replaces, written
# anew from what that script does: fd with every exclude pattern, a loop that holds
# each path against every persisted file and directory, `sort -u`, and the
# included paths behind it. The loop is the plainest that bash can do it with (two
# arrays, pattern matches, no subshell), so that the ratio errs on the low side.
#
#	original.sh TREE FD_ARGS CONFIG LIMIT REPORT >PATHS
#
# The loop stops after LIMIT seconds. REPORT gets one JSON object: the seconds
# that the run took, or, where it was cut off, would have taken at the speed of the
# paths it got to ("extrapolated": true), and how many paths that were.
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

# microseconds since the epoch
now() { echo "${EPOCHREALTIME/./}"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

begin=$(now)
"$fd" --one-file-system --base-directory "$tree" --hidden --type f "${excludes[@]}" >"$work/found"
searched=$(now)
total=$(wc -l <"$work/found")

# Done in this shell, not in a pipeline: the count has to survive the loop.
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
