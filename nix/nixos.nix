# programs.list-ephemeral for NixOS: installs the program, and writes the configuration that it
# reads where a user has none of his own, and for root.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.list-ephemeral;

  persisted = import ./persisted.nix { inherit lib; } {
    hm = null;
    os = config;
  };
in
{
  options.programs.list-ephemeral = import ./options.nix { inherit lib pkgs; } {
    enable = false;
    enableText = lib.literalExpression "false";
    # The built-in list goes by the home directory of the one who runs the program.
    baseExcludes = null;
    baseExcludesText = lib.literalExpression "null";
    inherit (persisted) dialect;
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = lib.optional (cfg.package != null) cfg.package;

    environment.etc."list-ephemeral/config.json".text = import ./config-file.nix { inherit lib; } {
      inherit cfg persisted;
      packages = config.environment.systemPackages;
      home = null;
      user = null;
    };
  };
}
