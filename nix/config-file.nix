# The text of config.json. docs/configuration.md has its keys.
{ lib }:
{
  # The options of the module.
  cfg,
  # What persisted.nix has found.
  persisted,
  # Packages whose names the program filter offers.
  packages,
  # The home directory, or null if the file is for everybody.
  home,
  # The name of the user whom the file is for, or null.
  user,
}:
let
  storagePath =
    if cfg.storagePath != null then toString cfg.storagePath else persisted.storageFor cfg.dialect;

  # "~" is the home directory of the one who runs the program.
  expand =
    path:
    if lib.hasPrefix "/" path || path == "~" || lib.hasPrefix "~/" path then
      path
    else
      "${if home == null then "~" else home}/${path}";

  # What Home Manager and its modules install for themselves, which no program is named after.
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
    };
  };
in
# The program takes a key that is missing for its default, and null for a mistake.
builtins.toJSON (
  lib.filterAttrsRecursive (_: value: value != null) (lib.recursiveUpdate generated cfg.settings)
)
