#!/usr/bin/env bash
# Builds a snapshot of the last commit twice, in two directories, and compares all files
# byte for byte. Then, as root, it installs the Debian package and tests it. The first run
# takes some minutes, because it builds the tools.
# shellcheck source=scripts/tools.sh
source "$(dirname "$0")/tools.sh"
export LC_ALL=C
need_packages rpm:rpm zstd:zstd jq:jq man:man-db git:git
[ -e /usr/share/bash-completion/bash_completion ] || need_packages bash-completion-of-debian:bash-completion
need_release_tools
goreleaser check

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for copy in first "second, and elsewhere"; do
	echo "== build: $copy"
	git clone -q --no-local . "$work/$copy"
	git -C "$work/$copy" remote set-url origin https://github.com/DaRacci/list-ephemeral.git
	# The builds have different caches and time zones.
	(cd "$work/$copy" && GOCACHE="$work/cache-${copy%%,*}" TZ=$([ "$copy" = first ] && echo UTC || echo Asia/Kolkata) \
		goreleaser release --snapshot --clean --skip=publish >"$work/log" 2>&1) || {
		cat "$work/log" >&2
		exit 1
	}
	# Files that goreleaser writes for itself: its configuration, and lists with times and paths.
	rm "$work/$copy/dist/"{config.yaml,metadata.json,artifacts.json}
	(cd "$work/$copy/dist" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$work/${copy%%,*}.sums"
done
if ! diff "$work/first.sums" "$work/second.sums"; then
	echo "release-check: error: the two builds differ" >&2
	exit 1
fi
echo "== both builds are identical: $(wc -l <"$work/first.sums") files"
cat "$work/first.sums"

dist=$work/first/dist
echo "== static"
for binary in "$dist"/list-ephemeral_linux_*/list-ephemeral; do
	if readelf -l "$binary" | grep -q INTERP; then
		echo "release-check: error: $binary is not static" >&2
		exit 1
	fi
done

echo "== the packages have the same files"
list() { sed -e 's|^\./||' -e 's|^/||' -e 's|/$||' -e 's|zsh/vendor-completions|zsh/site-functions|' | grep -E '^usr/(bin|share)/.*[^/]$' | grep -E 'list-ephemeral|copyright|CHANGELOG' | sort; }
dpkg-deb --fsys-tarfile "$dist"/*_amd64.deb | tar -t | grep -v '/$' | list >"$work/deb"
rpm -qpl "$dist"/*.x86_64.rpm 2>/dev/null | list >"$work/rpm"
zstd -dc "$dist"/*-x86_64.pkg.tar.zst | tar -t | grep -v '/$' | list >"$work/archlinux"
tar -tzf "$dist"/*_x86_64.apk 2>/dev/null | grep -v '/$' | list >"$work/apk"
for package in rpm archlinux apk; do
	# rpm and apk also list directories, which end in the name of the package.
	grep -vxE 'usr/share/doc/list-ephemeral' "$work/$package" | diff "$work/deb" - || {
		echo "release-check: error: the files of the $package package differ from those of the deb" >&2
		exit 1
	}
done
cat "$work/deb"
for file in usr/share/doc/list-ephemeral/{copyright,THIRD_PARTY_LICENSES}; do
	grep -qx "$file" "$work/deb" || {
		echo "release-check: error: the packages do not contain $file" >&2
		exit 1
	}
done
for archive in "$dist"/list-ephemeral_*_linux_*.tar.gz; do
	tar -tzf "$archive" | grep -x '[^/]*/THIRD_PARTY_LICENSES' >/dev/null || {
		echo "release-check: error: $archive does not contain THIRD_PARTY_LICENSES" >&2
		exit 1
	}
done

if [ "$(id -u)" -ne 0 ]; then
	echo "== not root: the Debian package is not installed"
	exit
fi
echo "== install the Debian package"
trap 'dpkg -r list-ephemeral >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
dpkg -i "$dist"/*_amd64.deb
/usr/bin/list-ephemeral --version
mkdir "$work/empty"
touch "$work/empty/file"
[ "$(/usr/bin/list-ephemeral list --root "$work/empty" 2>/dev/null)" = "$work/empty/file" ]
MANPATH=/usr/share/man man -w list-ephemeral list-ephemeral-trace
gzip -dc "$(MANPATH=/usr/share/man man -w list-ephemeral)" | groff -man -Tascii 2>/dev/null | grep -q 'what the next reboot wipes'
bash --norc -c 'source /usr/share/bash-completion/bash_completion
	_completion_loader list-ephemeral || true
	COMP_WORDS=(list-ephemeral snippet --dialect pres) COMP_CWORD=3 COMP_LINE="list-ephemeral snippet --dialect pres" COMP_POINT=37
	__start_list-ephemeral; [ "${COMPREPLY[*]}" = preservation ]'
dpkg -r list-ephemeral
if [ -e /usr/bin/list-ephemeral ]; then
	echo "release-check: error: removing the package does not remove the program" >&2
	exit 1
fi
echo "== success"
