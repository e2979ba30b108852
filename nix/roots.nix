# The directories that a reboot wipes: those that the user names, and those that the configuration
# of NixOS shows. Only file systems in memory show it. What the initrd rolls back is a script, and
# not known here.
{ lib }:
{
  # The value of the option: a list, or null.
  stated,
  # The configuration of NixOS, or null with standalone Home Manager.
  os,
}:
let
  inMemory =
    type:
    builtins.elem type [
      "tmpfs"
      "ramfs"
    ];

  # The program never scans these by itself (boot/role.go).
  isData =
    path:
    !builtins.any (dir: path == dir || lib.hasPrefix "${dir}/" path) [
      "/dev"
      "/proc"
      "/run"
      "/sys"
      "/tmp"
      "/var/tmp"
      "/nix/store"
      "/nix/.ro-store"
      "/nix/.rw-store"
    ];

  # A root that does not exist is an error in the program, so this leaves out what not every boot
  # mounts.
  isMounted =
    fs:
    fs.enable or true
    && !builtins.any (option: builtins.elem option (fs.options or [ ])) [
      "noauto"
      "nofail"
      "x-systemd.automount"
    ];

  points = lib.mapAttrsToList (name: fs: toString (fs.mountPoint or name)) (
    lib.filterAttrs (_: fs: inMemory (fs.fsType or "auto") && isMounted fs) (os.fileSystems or { })
  );

  # Not interpolated, because an element may be a path literal.
  known = map toString stated ++ lib.filter isData points;

  # The upper directory of a mutable /etc is /.rw-etc.
  overlay = os.system.etc.overlay or { };
  etc = lib.optional (
    overlay.enable or false && overlay.mutable or true && builtins.elem "/" known
  ) "/etc";
in
if stated == null then null else lib.unique (known ++ etc)
