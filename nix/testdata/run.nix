# The expressions that the tests evaluate, one per attribute.
let
  lib = import ./lib.nix;
  pkgs = import ./pkgs.nix { inherit lib; };
  stand = import ./modules.nix { inherit lib pkgs; };

  homeWith =
    modules:
    (lib.evalModules {
      modules = [
        stand.home
        {
          home.username = "alice";
          home.homeDirectory = "/home/alice";
        }
      ]
      ++ modules;
    }).config;
  systemWith =
    modules:
    (lib.evalModules {
      modules = [ stand.nixos ] ++ modules;
    }).config;

  flake = import ../../flake.nix;
  outputs = flake.outputs {
    self = outputs // {
      lastModifiedDate = "20260801120000";
    };
    nixpkgs = {
      inherit lib;
      legacyPackages = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ] (_: pkgs);
    };
  };
  enabled.programs.list-ephemeral.enable = true;
  names = map (package: package.name);

  # The names of all options in a tree.
  optionNames =
    tree:
    lib.concatMap (
      name:
      let
        option = tree.${name};
      in
      if (option._type or null) == "option" then
        [ name ]
      else
        map (below: "${name}.${below}") (optionNames option)
    ) (lib.attrNames tree);
in
{
  cases = import ./cases.nix { inherit lib pkgs; };

  excludes = import ../excludes.nix { inherit lib; };

  # The files of a home with an additional module.
  home =
    module:
    (homeWith [
      ../home-manager.nix
      enabled
      module
    ]).xdg.configFile;

  options = {
    home = optionNames (import ../home-manager.nix {
      config = homeWith [ ../home-manager.nix ];
      options = { };
      inherit lib pkgs;
    }).options.programs.list-ephemeral;
    system = optionNames (import ../nixos.nix {
      config = systemWith [ ../nixos.nix ];
      options = { };
      inherit lib pkgs;
    }).options.programs.list-ephemeral;
  };

  package =
    let
      made = pkgs.callPackage ../package.nix { version = "1.2.3"; };
      foreign = import ../package.nix {
        inherit lib;
        inherit (pkgs) buildGoModule installShellFiles;
        stdenv.buildPlatform.canExecute = _: false;
        stdenv.hostPlatform = "another";
      };
    in
    {
      inherit (made)
        pname
        version
        vendorHash
        subPackages
        env
        ldflags
        checkPhase
        postInstall
        meta
        ;
      tools = names made.nativeBuildInputs;
      crossPostInstall = foreign.postInstall;
      defaultVersion = foreign.version;
    };

  # The unit that writes the receipt, with and without the graveyard, that of the watch, and none.
  receipt =
    let
      unit =
        options:
        (systemWith [
          ../nixos.nix
          enabled
          {
            programs.list-ephemeral = options // {
              storagePath = "/persist";
              package = {
                type = "derivation";
                name = "list-ephemeral";
                outPath = "/pkg";
              };
            };
          }
        ]).systemd.services;
    in
    {
      plain = unit { receipt.enable = true; };
      graveyard = unit {
        receipt = {
          enable = true;
          graveyard = {
            enable = true;
            maxAge = "7d";
          };
        };
      };
      watch = unit {
        watch = {
          enable = true;
          maxSize = "1Mi";
        };
      };
      disabled = unit { };
    };

  # The files, given as { path, type }, that the package's source filter keeps.
  kept =
    files:
    let
      inherit (pkgs.callPackage ../package.nix { }) src;
    in
    lib.filter (file: src.filter "${toString src.src}/${file.path}" file.type) files;

  flake = {
    inputs = lib.attrNames flake.inputs;
    outputs = lib.attrNames outputs;
    systems = lib.attrNames outputs.packages;
    package = outputs.packages.x86_64-linux.default.name;
    sameName = outputs.packages.x86_64-linux.list-ephemeral.name;
    overlay = (outputs.overlays.default pkgs { }).list-ephemeral.name;
    checks = lib.mapAttrs (_: check: check.name) outputs.checks.x86_64-linux;
    shell = lib.attrNames outputs.devShells;
    formatter = outputs.formatter.aarch64-linux.name;
    # Imported twice, as when two files import the module.
    home =
      names
        (homeWith [
          outputs.homeModules.default
          outputs.homeManagerModules.default
          enabled
        ]).home.packages;
    system =
      names
        (systemWith [
          outputs.nixosModules.default
          outputs.nixosModules.default
          enabled
        ]).environment.systemPackages;
  };
}
