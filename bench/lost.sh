#!/usr/bin/env bash
#
# The benchmark of `lost` (`make bench-lost`): compares the running machine with five old roots of
# 100,000 files each, and prints the time as a ratio to as many `list`s of the machine in the same
# run, and the memory. It needs root, because the old roots are subvolumes of a btrfs: an image that
# it mounts in a mount namespace. The inputs are generated from a seed.
#
#	BENCH_DIR     working directory (a temporary directory; about 1 GB)
#	BENCH_FILES   files in each old root (100000)
#	BENCH_STATES  old roots (5)
#	BENCH_RUNS    runs of each command (7)
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
files=${BENCH_FILES:-100000} states=${BENCH_STATES:-5}
for tool in hyperfine python3 unshare mkfs.btrfs btrfs; do
	command -v "$tool" >/dev/null || {
		echo "bench-lost: error: $tool is missing" >&2
		exit 1
	}
done
if [[ ${1:-} != inside ]]; then
	dir=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/lost.XXXXXX")
	trap 'rm -rf "$dir"' EXIT
	mkdir "$dir/bin"
	(cd "$here/.." && CGO_ENABLED=0 go build -trimpath -o "$dir/bin/list-ephemeral" . &&
		go build -o "$dir/gentree" ./bench/gentree)
	unshare --mount --propagation private "$0" inside "$dir"
	exit
fi

dir=$2
truncate -s 8G "$dir/image"
mkfs.btrfs -q "$dir/image" >/dev/null 2>&1
mkdir "$dir/disk" "$dir/machine"
mount -o loop "$dir/image" "$dir/disk"
btrfs -q subvolume create "$dir/disk/root"
mkdir "$dir/disk/old_roots"
mkdir "$dir/disk/root/tree"
"$dir/gentree" -dir "$dir/disk/root/tree" -files "$files" >/dev/null
mv "$dir/disk/root/tree"/* "$dir/disk/root/"
rmdir "$dir/disk/root/tree"
mkdir -p "$dir/disk/root"/{nix,proc,dev}
for ((i = 1; i <= states; i++)); do
	old=$dir/disk/old_roots/2026-0$i-01_08:00:00
	btrfs -q subvolume snapshot "$dir/disk/root" "$old"
	# Of a hundred files, one is gone, one has other content of the same length, one is longer, one
	# has another time, and one is new.
	python3 - "$old" "$i" <<'PYTHON'
import os, random, sys
top, seed = os.fsencode(sys.argv[1]), int(sys.argv[2])
random.seed(seed)
for folder, dirs, names in os.walk(top):
    dirs.sort()
    for name in sorted(names):
        path, what = os.path.join(folder, name), random.randrange(100)
        if os.path.islink(path) or what > 4:
            continue
        if what == 0:
            os.unlink(path)
        elif what == 1:
            size = os.path.getsize(path)
            with open(path, "r+b") as f:
                f.write(random.randbytes(min(size, 1000)))
        elif what == 2:
            with open(path, "ab") as f:
                f.write(b"more")
        elif what == 3:
            os.utime(path, (seed, seed))
        else:
            with open(path[:-1] + b"%d" % seed, "wb") as f:
                f.write(b"new")
PYTHON
done
mount -o "subvol=root" "$(findmnt -no SOURCE "$dir/disk" | cut -d'[' -f1)" "$dir/machine"
mount --bind "$dir/bin" "$dir/machine/nix"
mount --rbind /proc "$dir/machine/proc"
mount --rbind /dev "$dir/machine/dev"
umount "$dir/disk"
echo '{"excludes": []}' >"$dir/bin/config.json"
program=(chroot "$dir/machine" /nix/list-ephemeral --config /nix/config.json)

echo "$("${program[@]}" list --count) files on the machine, $("${program[@]}" lost --boots "$states" --count 2>/dev/null) paths lost of $states states"
hyperfine --warmup 1 --runs "${BENCH_RUNS:-7}" --style basic --export-csv "$dir/times.csv" \
	-n list "${program[*]} list >/dev/null" -n "list -l" "${program[*]} list -l >/dev/null" \
	-n "lost" "${program[*]} lost >/dev/null 2>&1" -n "lost --boots $states" "${program[*]} lost --boots $states >/dev/null 2>&1" \
	>/dev/null 2>"$dir/log" || { cat "$dir/log" >&2; exit 1; }
awk -F, -v n="$states" 'NR > 1 { t[NR] = $4; cpu[NR] = $5 + $6; printf "%-15s %4.0f ms, %4.0f ms of processor time\n", $1, 1000 * $4, 1000 * cpu[NR] }
	END {
		printf "lost --boots %d takes %.2f times as long as %d lists, %.2f times as long as %d lists with -l (medians);\n", n, t[5] / n / t[2], n, t[5] / n / t[3], n
		printf "%.2f and %.2f times of their processor time (means). Only list -l reads sizes and times. lost does so twice for each path: in a state and now.\n", cpu[5] / n / cpu[2], cpu[5] / n / cpu[3]
	}' "$dir/times.csv"
/usr/bin/time -f "lost --boots $states: at most %M KiB of memory" "${program[@]}" lost --boots "$states" 2>&1 >/dev/null | tail -1
