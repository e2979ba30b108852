# programs.list-ephemeral for NixOS. Installs the program, and writes the configuration for root and
# for users without a configuration of their own.
{
  config,
  lib,
  options,
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
    # The list of the original program is for one home, and this file is for all users.
    baseExcludes = null;
    baseExcludesText = lib.literalExpression "null";
    inherit (persisted) dialect;
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = lib.optional (cfg.package != null) cfg.package;

    environment.etc."list-ephemeral/config.json".text = import ./config-file.nix { inherit lib; } {
      inherit cfg options persisted;
      packages = config.environment.systemPackages;
      home = null;
      user = null;
    };
  };
}
