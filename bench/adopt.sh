#!/usr/bin/env bash
#
# The benchmark of `adopt` (`make bench-adopt`): copies 100,000 small files and one large file,
# and prints the times as ratios to cp -a --reflink=auto in the same run. It needs root, because
# storage has to be a mount: it binds a directory in a mount namespace.
#
#	BENCH_DIR    working directory (a temporary directory)
#	BENCH_FILES  number of small files (100000)
#	BENCH_SIZE   size of the large file (4G)
#	BENCH_RUNS   runs of each command (5)
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
for tool in hyperfine python3 unshare; do
	command -v "$tool" >/dev/null || {
		echo "bench-adopt: error: $tool is missing" >&2
		exit 1
	}
done
if [[ ${1:-} != inside ]]; then
	dir=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/adopt.XXXXXX")
	trap 'rm -rf "$dir"' EXIT
	(cd "$here/.." && CGO_ENABLED=0 go build -trimpath -o "$dir/list-ephemeral" .)
	unshare --mount "$0" inside "$dir"
	exit
fi
dir=$2
mkdir -p "$dir/many" "$dir/one" "$dir/disk" "$dir/persist"
mount --bind "$dir/disk" "$dir/persist"
echo '{}' >"$dir/config.json"
python3 - "$dir/many" "${BENCH_FILES:-100000}" <<'PYTHON'
import os, random, sys
top, count = sys.argv[1], int(sys.argv[2])
random.seed(1)
for i in range(count):
    if i % 100 == 0:
        folder = f"{top}/{i // 5000}/{i // 100}"
        os.makedirs(folder)
    with open(f"{folder}/{i}", "wb") as f:
        f.write(random.randbytes(random.choice([0, 100, 1000, 3000, 8000])))
PYTHON
head -c "${BENCH_SIZE:-4G}" /dev/zero | tr '\0' x >"$dir/one/file"
for what in many one; do
	hyperfine --runs "${BENCH_RUNS:-5}" --style basic --export-csv "$dir/$what.csv" \
		--prepare "rm -rf $dir/disk/*; sync -f $dir" -n "cp of $what" "cp -a --reflink=auto $dir/$what $dir/persist/copy" \
		--prepare "rm -rf $dir/disk/*; sync -f $dir" -n "cp and sync of $what" "cp -a --reflink=auto $dir/$what $dir/persist/copy && sync -f $dir/persist" \
		--prepare "rm -rf $dir/disk/*; sync -f $dir" -n "adopt of $what" "$dir/list-ephemeral --config $dir/config.json adopt --storage $dir/persist $dir/$what" \
		>/dev/null 2>"$dir/$what.log" || { cat "$dir/$what.log" >&2; exit 1; }
	awk -F, -v what="$what" 'NR == 2 { cp = $4 } NR == 3 { synced = $4 } NR == 4 {
		printf "%s: adopt takes %.2f times as long as cp -a --reflink=auto, %.2f times as long as that with sync (medians)\n", what, $4 / cp, $4 / synced }' \
		FS=, <(cut -d, -f1,2,3,4 "$dir/$what.csv")
done
