#!/bin/sh
# Creates a typical machine for the picture in the README, and runs a command in it:
#
#   run.sh DIR PROGRAM COMMAND [ARG...]
#
# DIR is an empty directory to mount it on, PROGRAM a static binary. Times are
# relative to now, so the picture always shows the same ages.
set -eu
dir=$1 program=$2
shift 2
hostname forge
mount -t tmpfs -o mode=755 machine "$dir"
cd "$dir"
# file SIZE AGE PATH creates a file with this size in bytes and this age.
file() {
	mkdir -p "$(dirname "$3")"
	head -c "$1" /dev/zero | tr '\0' x >"$3"
	touch -d "$2 ago" "$3"
}
home=home/alice
file 512 '3 days' $home/.bash_history
file 1200000 '2 hours' $home/.config/Code/User/globalStorage/state.vscdb
file 3900 '5 hours' $home/.config/Code/User/settings.json
file 48000 '9 days' $home/.config/Code/User/keybindings.json
file 9000 '20 days' $home/.config/kitty/kitty.conf
file 2100 '40 days' $home/.config/gh/hosts.yml
file 5300000 '3 minutes' $home/.mozilla/firefox/x3k9d1ab.default/places.sqlite
file 520000 '4 minutes' $home/.mozilla/firefox/x3k9d1ab.default/cookies.sqlite
file 290000 '3 days' $home/.mozilla/firefox/x3k9d1ab.default/key4.db
file 41000 '3 days' $home/.mozilla/firefox/x3k9d1ab.default/logins.json
file 64000 '8 days' $home/.mozilla/firefox/x3k9d1ab.default/prefs.js
file 310 '90 days' $home/.mozilla/firefox/profiles.ini
file 2200 '1 day' $home/.ssh/known_hosts
file 411 '400 days' $home/.ssh/id_ed25519
file 88000 '6 days' $home/.local/share/fish/fish_history
file 120000 '4 days' $home/.local/share/keyrings/login.keyring
file 31000000 '12 days' $home/.local/share/PrismLauncher/instances/vanilla/world.dat
file 99 '70 days' "var/lib/bluetooth/00:11:22:33:44:55/settings"
file 15000 '11 hours' var/lib/tailscale/tailscaled.state
file 80000000 '26 hours' var/lib/postgresql/16/base/16384
file 33 '200 days' etc/adjtime
echo root:x:0:0::/root:/bin/sh >etc/passwd
echo root:x:0: >etc/group
echo '{}' >config.json
mkdir -p bin proc nix/store/system persist run etc
# NixOS that writes the accounts at each activation.
touch etc/NIXOS
ln -s /nix/store/system run/current-system
echo 'update-users-groups.pl /nix/store/0-users-groups.json' >nix/store/system/activate
echo '{"mutableUsers":false}' >nix/store/0-users-groups.json
cp "$program" bin/list-ephemeral
mount --rbind /proc proc
echo laptop >/proc/sys/kernel/hostname # of the namespace
mkdir -p dev
mount --rbind /dev dev
exec env HOME=/home/alice LANG=C.UTF-8 TZ=UTC chroot . "$@"
