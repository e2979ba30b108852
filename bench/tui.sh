#!/usr/bin/env bash
#
# The benchmark of the screen (`make bench-tui`): types queries key by key into
# list-ephemeral and into fzf, in pseudo-terminals, on the same lists of paths. It
# prints the time from each key until its answer is on the screen, and for our screen
# the time from a key to the frame that shows its effect, while the list fills and
# afterwards. Only ratios of one run can be compared; other work on the machine slows
# whichever program runs at that moment.
#
#	BENCH_PATHS  numbers of paths ("100000 1000000"; 5000000 takes minutes)
#	BENCH_RUNS   how often each query is typed (3)
#	BENCH_DIR    directory of the lists (/var/tmp/list-ephemeral-bench)
#	LIST_EPHEMERAL_BIN  the program to measure (built from this tree)
set -euo pipefail
export LC_ALL=C

die() {
	echo "bench-tui: error: $*" >&2
	exit 1
}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
dir=${BENCH_DIR:-/var/tmp/list-ephemeral-bench}
mkdir -p "$dir"
read -ra sizes <<<"${BENCH_PATHS:-100000 1000000}"
queries=ffprof,config,src,e,zq,nodemodulest,codeuset,machineid,sshconf,gitconfig,keyring,cookies
command -v fzf >/dev/null || die "fzf is missing; Debian has it in the package fzf: apt-get install fzf"

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
bin=${LIST_EPHEMERAL_BIN:-$temp/list-ephemeral}
if [[ -z ${LIST_EPHEMERAL_BIN:-} ]]; then
	(cd "$here/.." && CGO_ENABLED=0 go build -trimpath -o "$bin" .)
fi
(cd "$here" && CGO_ENABLED=0 go build -o "$temp/" ./typing ./frames ./haystack)
fzfs=("$(command -v fzf)")
newest=$temp/bin/fzf
if GOBIN=$temp/bin GOFLAGS=-mod=mod go install github.com/junegunn/fzf@v0.65.2 2>"$temp/install.log"; then
	fzfs+=("$newest")
else
	echo "bench-tui: cannot install a newer fzf: $(tail -n 1 "$temp/install.log")" >&2
fi

# typed NAME COMMAND [FLAG...]: prints a line for each query.
typed() {
	local name=$1 shell=$2
	shift 2
	echo "$name"
	"$temp/typing" -runs "${BENCH_RUNS:-3}" -queries "$queries" "$@" sh -c "exec $shell" | sed 's/^/  /'
}

export HOME=$temp XDG_CONFIG_HOME=$temp/.config FZF_DEFAULT_OPTS=
unset LIST_EPHEMERAL_CONFIG
for size in "${sizes[@]}"; do
	list=$dir/paths$size
	[[ -s $list ]] || "$temp/haystack" "$size" >"$list"
	echo
	echo "$size paths, from a key to its frame"
	"$temp/frames" -runs "${BENCH_RUNS:-3}" sh -c "exec $bin < $list" | sed 's/^/  /'
	echo
	echo "$size paths, ms from a key to its answer, key by key (-: the key did not change the number of matches)"
	echo
	typed "list-ephemeral" "$bin < $list" -open /
	for fzf in "${fzfs[@]}"; do
		typed "fzf $("$fzf" --version | cut -d' ' -f1)" "$fzf --scheme=path < $list"
	done
done
