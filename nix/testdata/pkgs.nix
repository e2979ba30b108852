# A stand-in for the few packages of nixpkgs that the flake and the package use.
{ lib }:
let
  package = name: {
    type = "derivation";
    inherit name;
  };
  # Calls a function with its own result, as buildGoModule does, and keeps its attributes.
  buildGoModule =
    f:
    let
      made = f made // {
        type = "derivation";
        name = "${made.pname}-${made.version}";
      };
    in
    made;
  pkgs =
    lib.genAttrs [
      "bindfs"
      "bubblewrap"
      "fd"
      "git"
      "installShellFiles"
      "jq"
      "nix"
      "nixfmt"
      "nixfmt-tree"
      "python3"
      "shellcheck"
      "strace"
      "tmux"
    ] package
    // {
      inherit buildGoModule lib pkgs;
      callPackage =
        file: args:
        let
          f = import file;
        in
        f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // args);
      mkShell = set: package "shell" // set;
      runCommand = name: _: _: package name;
      stdenv = {
        buildPlatform.canExecute = host: host == "this";
        hostPlatform = "this";
      };
    };
in
pkgs
