# The options that the modules for Home Manager and for NixOS have in common.
{ lib, pkgs }:
{
  # The value of `enable` where nobody says anything, and what manuals say of it.
  enable,
  enableText,
  # The same for `baseExcludes` and for `dialect`.
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
    description = "The package to install; null installs none, and only writes the configuration.";
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
      Patterns of what is never shown, as `fd --exclude` has them, relative to `/`. null leaves
      them to the list that is built into the program.
    '';
  };

  extraExcludes = mkOption {
    type = types.listOf types.str;
    default = [ ];
    example = [ "home/*/.local/share/Trash" ];
    description = "More exclude patterns, in addition to `baseExcludes`.";
  };

  extraIncludes = mkOption {
    type = types.listOf types.str;
    default = [ ];
    example = [
      ".config/my-app"
      "/var/lib/my-app"
    ];
    description = ''
      Paths that are always candidates, even if excluded. A relative one lies below the home
      directory.
    '';
  };

  extraPersisted = {
    directories = paths ''
      Directories that are kept by means which no module knows of. A relative one lies below the
      home directory.
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
    defaultText = literalMD "the one that this configuration is written in";
    description = "How snippets are written.";
  };

  storagePath = mkOption {
    type = types.nullOr types.path;
    default = null;
    example = "/persist";
    description = ''
      The storage that snippets name, which the program never enters. null takes the one that this
      configuration uses.
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
      Keys of the configuration file, which win over what the other options say. null takes a key
      out of the file.
    '';
  };
}
