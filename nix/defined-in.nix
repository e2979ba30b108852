# The files that define what a configuration persists, for snippet.file and snippet.sources.
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

  all = lib.unique (lib.filter (lib.hasPrefix "/") (files option));

  # A file in the store is a copy of the user's file, or belongs to another project. Modules without a
  # file have a name such as <unknown-file>.
  inStore = lib.hasPrefix "${builtins.storeDir}/";
  own = lib.filter (file: !inStore file) all;

  # The path below the source: without it, each commit would change the file, and the source would be
  # a part of the system.
  below =
    file:
    let
      name = builtins.unsafeDiscardStringContext (lib.removePrefix "${builtins.storeDir}/" file);
      matched = builtins.match "[^/]+/(.+)" name;
    in
    if matched == null then [ ] else matched;
  sources = lib.unique (lib.concatMap below (lib.filter inStore all));
in
{
  file = if builtins.length own == 1 then builtins.head own else null;
  # They count only if nothing is defined outside of the store, as with flakes.
  sources = if own == [ ] && sources != [ ] then sources else null;
}
