# Reads snippets back: for each N below count, the module dir/N.nix, whose
# options dir/N.json declares as { home, homeAttr, hostAttr }. Returns what each
# one persists, list by list, as { kind, path, mode, user, group }; throws on what
# a module with such options would refuse, or take for another path.
{ dir, count }:
let
  inherit (builtins) attrNames concatMap elem filter fromJSON genList isAttrs isList isString;

  want = ok: what: value: if ok then value else throw what;

  # A path of parts that mean themselves; parts is the path cut at its slashes.
  clean = parts: filter (part: elem part [ "" "." ".." ]) parts == [ ];
  cut = path: filter isString (builtins.split "/" path);
  relative = home: path:
    want (isString path && clean (cut path)) "not a path below the home" "${home}/${path}";
  absolute = path:
    want (isString path && builtins.head (cut path) == "" && cut path != [ "" ] && clean (builtins.tail (cut path)))
      "not an absolute path" path;

  optional = set: name:
    want (!(set ? ${name}) || isString set.${name}) "${name} is not a string" (set.${name} or null);
  one = kind: path: { inherit kind path; mode = null; user = null; group = null; };
  full = set:
    want (isAttrs set && set ? directory && removeAttrs set [ "directory" "mode" "user" "group" ] == { })
      "not the set of a directory"
      { kind = "directory"; path = absolute set.directory; mode = optional set "mode"; user = optional set "user"; group = optional set "group"; };

  list = block: name: read:
    if !(block ? ${name}) then [ ]
    else want (isList block.${name} && block.${name} != [ ]) "${name} is not a list with elements" (map read block.${name});
  lists = block: directory: file:
    want (block != { } && removeAttrs block [ "directories" "files" ] == { }) "not a block with lists"
      (list block "directories" directory ++ list block "files" file);

  # Looks for the two blocks; there must be nothing else.
  find = case: at: value:
    if at == case.homeAttr then
      lists value (path: one "directory" (relative case.home path)) (path: one "file" (relative case.home path))
    else if at == case.hostAttr then
      lists value (entry: if isString entry then one "directory" (absolute entry) else full entry) (path: one "file" (absolute path))
    else
      want (isAttrs value) "a value that is no option"
        (concatMap (name: find case (at ++ [ name ]) value.${name}) (attrNames value));

  read = n: find (fromJSON (builtins.readFile "${dir}/${n}.json")) [ ] (import "${dir}/${n}.nix" { });
in
genList (n: read (toString n)) (fromJSON count)
