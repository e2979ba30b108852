{
  description = "Find what the next reboot wipes, and write the Nix that keeps it";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;

      forEachSystem =
        f:
        lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
        ] (system: f nixpkgs.legacyPackages.${system});

      # The version is the commit date, in the nixpkgs form for packages without a release.
      date = self.lastModifiedDate or "19700101";
      part = start: length: lib.substring start length date;
      version = "0-unstable-${part 0 4}-${part 4 2}-${part 6 2}";
      package = pkgs: pkgs.callPackage ./nix/package.nix { inherit version; };

      # A module that installs this version, built with the package set of the importing
      # configuration.
      withPackage =
        name: module:
        { lib, pkgs, ... }:
        {
          # Without a key, importing the module twice would define the package twice.
          key = "list-ephemeral.${name}";
          imports = [ module ];
          programs.list-ephemeral.package = lib.mkDefault (package pkgs);
        };
    in
    {
      packages = forEachSystem (pkgs: rec {
        list-ephemeral = package pkgs;
        default = list-ephemeral;
      });

      overlays.default = final: _: { list-ephemeral = package final; };

      homeModules.default = withPackage "homeModules.default" ./nix/home-manager.nix;
      homeManagerModules = self.homeModules;
      nixosModules.default = withPackage "nixosModules.default" ./nix/nixos.nix;

      checks = forEachSystem (pkgs: {
        package = package pkgs;
        modules = pkgs.callPackage ./nix/check.nix { };
      });

      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ (package pkgs) ];
          # Programs that the tests compare with and that the scripts call.
          packages = [
            pkgs.bindfs
            pkgs.bubblewrap
            pkgs.fd
            pkgs.git
            pkgs.jq
            pkgs.nix
            pkgs.nixfmt
            pkgs.python3
            pkgs.shellcheck
            pkgs.strace
            pkgs.tmux
          ];
        };
      });

      # Newer versions of Nix pass no arguments if no files are given. nixfmt would then read stdin;
      # nixfmt-tree formats the whole tree.
      formatter = forEachSystem (pkgs: pkgs.nixfmt-tree);
    };
}
