# programs.list-ephemeral for Home Manager, inside NixOS or standalone. Installs the program, and
# writes what this configuration persists and installs to config.json.
{
  config,
  lib,
  options,
  pkgs,
  ...
}@args:
let
  cfg = config.programs.list-ephemeral;

  # A default in the argument set does not work: the module system ignores it, and fails if osConfig
  # is not passed.
  osConfig = args.osConfig or (config._module.args.osConfig or null);

  persisted = import ./persisted.nix { inherit lib; } {
    hm = config;
    os = osConfig;
  };
  home = toString config.home.homeDirectory;
in
{
  options.programs.list-ephemeral = import ./options.nix { inherit lib pkgs; } {
    enable = persisted.wrapped;
    enableText = lib.literalMD "whether `user.persistence` or `host.persistence` is enabled";
    baseExcludes =
      if persisted.wrapperDeclared then import ./excludes.nix { inherit lib; } home else null;
    baseExcludesText = lib.literalMD ''
      `null`; where the options `user.persistence` or `host.persistence` exist, the list of the
      original program without the patterns that hide data or secrets
    '';
    inherit (persisted) dialect;
  };

  config = lib.mkIf cfg.enable {
    home.packages = lib.optional (cfg.package != null) cfg.package;

    # Plain text instead of a derivation, so evaluation alone shows the contents of the file.
    xdg.configFile."list-ephemeral/config.json".text = import ./config-file.nix { inherit lib; } {
      inherit
        cfg
        home
        options
        persisted
        ;
      os = osConfig;
      packages = config.home.packages;
      user = config.home.username;
    };
  };
}
