# The exclude patterns that the program has built in, for a home directory. They are written out
# because an option can then show them, and another one take some away; a test compares the two.
{ lib }:
homeDirectory:
let
  system = [
    "etc/passwd"
    "etc/NIXOS"
    "etc/group"
    "etc/resolv.conf"
    "etc/subgid"
    "etc/subuid"
    "etc/sudoers"
    "var/lib/libvirt/{qemu.conf,nwfilter,dnsmasq}"
    "var/cache"
    "var/.updated"
    "var/lib/NetworkManager/timestamps"
    "var/lib/dhcpcd/*.{lease,lease6}"
    "/tmp"
  ];

  # Relative to the home directory.
  home = [
    ".cache"
    ".npm"
    ".cargo/registry"
    ".mozilla/firefox/*/cache2/entries"
    ".local/share/vulkan/implicit_layer.d"
    ".config/**/com.1password.1password.json"
    ".config/opencode/node_modules"
  ];

  # Programs made with Electron, relative to the home directory, and what each of them creates again.
  electron = [
    ".config/Code"
    ".config/SideQuest"
    ".config/1Password"
    ".config/1Password/Partitions/1password"
  ];
  perElectron = [
    "Cache"
    "Code Cache"
    "CachedData"
    "GPUCache"
    "Shared Dictionary"
    "DawnGraphiteCache"
    "DawnWebGPUCache"
    "Crashpad"
    "Dictionaries"
    "Network Persistent State"
    "TransportSecurity"
  ];

  # A slash inside anchors a pattern, so that the one in front can go; and what would be a wildcard
  # in the name of a directory stands for itself.
  literal = lib.escape [
    "\\"
    "*"
    "?"
    "["
    "]"
    "{"
    "}"
  ];
  prefix = lib.removePrefix "/" (literal "${toString homeDirectory}/");
in
system
++ map (path: prefix + path) (
  home ++ lib.concatMap (program: map (name: "${program}/${name}") perElectron) electron
)
