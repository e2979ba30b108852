# Evaluates the cases of testdata/cases.nix with the real lib and its types, and compares the
# results with testdata/want. The Go tests do the same without nixpkgs.
{
  lib,
  pkgs,
  runCommand,
}:
let
  cases = import ./testdata/cases.nix { inherit lib pkgs; };
  expected = lib.mapAttrs (
    name: _: builtins.fromJSON (builtins.readFile (./testdata/want + "/${name}.json"))
  ) cases;

  # The module system decides in which order modules add to a list.
  sorted =
    value:
    if lib.isList value then
      lib.naturalSort value
    else if lib.isAttrs value then
      lib.mapAttrs (_: sorted) value
    else
      value;
  wrong = lib.attrNames (lib.filterAttrs (name: case: sorted case != sorted expected.${name}) cases);
in
assert lib.assertMsg (wrong == [ ]) "not as expected: ${toString wrong}";
runCommand "list-ephemeral-modules" { } "touch $out"
