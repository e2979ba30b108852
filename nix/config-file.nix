# The text of config.json. docs/configuration.md documents its keys.
{ lib }:
{
  # The options of the module.
  cfg,
  # The result of persisted.nix.
  persisted,
  # The configuration of NixOS, or null with standalone Home Manager.
  os,
  # Packages whose names the program filter lists.
  packages,
  # The home directory, or null if the file is for all users.
  home,
  # The name of the user that the file is for, or null.
  user,
  # The options of the module system that the file is for.
  options,
}:
let
  storagePath =
    if cfg.storagePath != null then toString cfg.storagePath else persisted.storageFor cfg.dialect;

  # "~" is the home directory of the user who runs the program.
  expand =
    path:
    if lib.hasPrefix "/" path || path == "~" || lib.hasPrefix "~/" path then
      path
    else
      "${if home == null then "~" else home}/${path}";

  # Packages that Home Manager and its modules install for their own use. They are not programs.
  isProgram =
    name:
    !builtins.elem name [
      "hm-session-vars.sh"
      "dummy-xdg-mime-dirs1"
      "dummy-xdg-mime-dirs2"
      "shared-mime-info"
    ];

  generated = {
    excludes = cfg.baseExcludes;
    inherit (cfg) extraExcludes extraIncludes;
    homeDir = home;
    roots = import ./roots.nix { inherit lib; } {
      stated = cfg.roots;
      inherit os;
    };
    persistedDirs = lib.unique (persisted.dirs ++ map expand cfg.extraPersisted.directories);
    persistedFiles = lib.unique (persisted.files ++ map expand cfg.extraPersisted.files);
    programs = lib.filter isProgram (lib.unique (map lib.getName packages));
    storagePaths = lib.unique (
      lib.optional (storagePath != null) storagePath ++ persisted.storagePaths
    );
    inherit (persisted) users;
    snippet = {
      inherit (cfg) dialect;
      inherit storagePath user;
      inherit
        (import ./defined-in.nix { inherit lib; } {
          inherit options;
          inherit (cfg) dialect;
        })
        file
        sources
        ;
    };
  };
in
# For a missing key the program uses its default; null is an error.
builtins.toJSON (
  lib.filterAttrsRecursive (_: value: value != null) (lib.recursiveUpdate generated cfg.settings)
)
