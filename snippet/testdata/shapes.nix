# Checks the modules dir/N.nix with shape.nix, each in its format in dir/formats.json.
{ dir }:
let
  formats = builtins.fromJSON (builtins.readFile "${dir}/formats.json");
  read = n: import ./shape.nix { format = builtins.elemAt formats n; snippet = "${dir}/${toString n}.nix"; };
in
builtins.genList read (builtins.length formats)
