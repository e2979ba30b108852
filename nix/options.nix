# The options that the Home Manager and NixOS modules have in common.
{ lib, pkgs }:
{
  # The default of `enable`, and its description in manuals.
  enable,
  enableText,
  # The same for `baseExcludes` and `dialect`.
  baseExcludes,
  baseExcludesText,
  dialect,
}:
let
  inherit (lib)
    literalExpression
    literalMD
    mkOption
    types
    ;

  paths =
    description:
    mkOption {
      type = types.listOf types.str;
      default = [ ];
      inherit description;
    };
in
{
  enable = mkOption {
    type = types.bool;
    default = enable;
    defaultText = enableText;
    example = true;
    description = "Whether to install list-ephemeral and write its configuration.";
  };

  package = mkOption {
    type = types.nullOr types.package;
    default = pkgs.callPackage ./package.nix { };
    defaultText = literalExpression "pkgs.callPackage ./package.nix { }";
    description = "The package to install. null only writes the configuration.";
  };

  baseExcludes = mkOption {
    type = types.nullOr (types.listOf types.str);
    default = baseExcludes;
    defaultText = baseExcludesText;
    example = [
      "tmp"
      "var/cache"
    ];
    description = ''
      Exclude patterns, in the syntax of `fd --exclude`, relative to `/`. Matching paths are not
      candidates. With a list, only these patterns and `extraExcludes` hide paths. With null the
      program also hides what it knows to be written again at boot, of the running system only,
      managed by NixOS or Home Manager, or cache.
    '';
  };

  extraExcludes = mkOption {
    type = types.listOf types.str;
    default = [ ];
    example = [ "home/*/.local/share/Trash" ];
    description = "More exclude patterns, in addition to what `baseExcludes` hides.";
  };

  extraIncludes = mkOption {
    type = types.listOf types.str;
    default = [ ];
    example = [
      ".config/my-app"
      "/var/lib/my-app"
    ];
    description = ''
      Paths that are always candidates, even if excluded. Relative paths are relative to the home
      directory.
    '';
  };

  roots = mkOption {
    type = types.nullOr (types.listOf types.path);
    default = null;
    example = [
      "/"
      "/home"
    ];
    description = ''
      The directories that a reboot wipes: nothing else is listed. The module adds what the
      configuration of NixOS shows: file systems of type tmpfs and ramfs, and a mutable
      `system.etc.overlay` on a wiped /. A rollback in the initrd is a script that it cannot read.
      With null the program detects all of them on the running machine, except on ZFS.
    '';
  };

  extraPersisted = {
    directories = paths ''
      Directories that are persisted by other means than the supported modules. Relative paths are
      relative to the home directory.
    '';
    files = paths "The same for files.";
  };

  dialect = mkOption {
    type = types.enum [
      "plain"
      "impermanence"
      "impermanence-hm"
      "preservation"
      "json"
      "paths"
    ];
    default = dialect;
    defaultText = literalMD "the dialect that this configuration uses";
    description = "The dialect of snippets.";
  };

  storagePath = mkOption {
    type = types.nullOr types.path;
    default = null;
    example = "/persist";
    description = ''
      The storage path in snippets. The program never enters it. null uses the storage path of this
      configuration.
    '';
  };

  settings = mkOption {
    type = types.attrsOf types.anything;
    default = { };
    example = {
      ui.theme = "dark";
      programs = null;
    };
    description = ''
      Keys of the configuration file. They take precedence over the other options. null removes a
      key from the file.
    '';
  };
}
