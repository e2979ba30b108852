# The exclude patterns that the Home Manager module of the original program wrote, for a home
# directory, without those that hide data or secrets. They are the default of `baseExcludes` where
# the original's options exist. A test compares them with a file that the original wrote.
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

  # Electron programs, relative to the home directory, and what each of them recreates.
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

  # A slash inside a pattern anchors it, so the leading slash can be removed. Wildcard characters in
  # the name of the directory are escaped.
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
