# The file that defines what a configuration persists, for snippet.file.
{ lib }:
{
  # The options of NixOS or of Home Manager.
  options,
  # The dialect of snippets.
  dialect,
}:
let
  # The option of the dialect, or a set of options. One of the other module system is missing here.
  option =
    {
      plain = {
        home = options.user.persistence or { };
        host = options.host.persistence or { };
      };
      impermanence = options.environment.persistence or { };
      impermanence-hm = options.home.persistence or { };
      preservation = options.preservation.preserveAt or { };
    }
    .${dialect} or { };

  files =
    tree:
    if (tree._type or null) == "option" then
      map (definition: toString definition.file) (tree.definitionsWithLocations or [ ])
    else
      lib.concatMap files (builtins.attrValues tree);

  # A file in the store is a copy of the user's file, or belongs to another project. Modules without a
  # file have a name such as <unknown-file>.
  own = lib.unique (
    lib.filter (file: lib.hasPrefix "/" file && !lib.hasPrefix "${builtins.storeDir}/" file) (
      files option
    )
  );
in
if builtins.length own == 1 then builtins.head own else null
