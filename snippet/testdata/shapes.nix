# Reads the modules dir/N.nix by shape.nix, each as the format that dir/formats.json names for it.
{ dir }:
let
  formats = builtins.fromJSON (builtins.readFile "${dir}/formats.json");
  read = n: import ./shape.nix { format = builtins.elemAt formats n; snippet = "${dir}/${toString n}.nix"; };
in
builtins.genList read (builtins.length formats)
