# Reads snippets: for each N below count, the module dir/N.nix. dir/N.json describes it as {
# dialect, home, users, storage, homeAttr, hostAttr }; users maps names to homes. Returns the
# entries of each module, list by list, as { kind, path, extra }, where extra contains the
# attributes of a set other than the path. Throws if a module with such options would reject an
# entry or read it as another path.
{ dir, count }:
let
  inherit (builtins) all attrNames attrValues concatMap elem filter fromJSON genList isAttrs isBool isList isString;

  want = ok: what: value: if ok then value else throw what;

  # A clean path: no part is "", "." or ".."; parts is the path split at its slashes.
  clean = parts: filter (part: elem part [ "" "." ".." ]) parts == [ ];
  cut = path: filter isString (builtins.split "/" path);
  below = home: path:
    want (isString path && clean (cut path)) "not a path below the home" "${home}/${path}";
  absolute = path:
    want (isString path && builtins.head (cut path) == "" && cut path != [ "" ] && clean (builtins.tail (cut path)))
      "not an absolute path" path;

  # The attributes allowed besides the path. A mode is a string: 0700 without quotes is the number
  # 700.
  strings = names: set: isAttrs set && set != { } && removeAttrs set names == { } && all isString (attrValues set);
  owner = strings [ "mode" "user" "group" ];
  text = isString;
  yes = value: isBool value && value;
  preserved = {
    how = value: value == "symlink";
    mode = text;
    user = text;
    group = text;
    configureParent = yes;
    parent = owner;
    inInitrd = yes;
  };
  owned = { mode = text; user = text; group = text; };
  nothing = { };

  # An element: the path, or a set of the path and at least one other allowed attribute.
  entry = { kind, path, extra }: element:
    let
      set = if isAttrs element then removeAttrs element [ kind ] else { };
      right = name: want (extra ? ${name}) "no option ${name}" (want (extra.${name} set.${name}) "${name} is wrong" set.${name});
    in
    if isString element then { inherit kind; path = path element; extra = { }; }
    else want (isAttrs element && element ? ${kind} && set != { }) "not the set of a ${kind}" {
      inherit kind;
      path = path element.${kind};
      extra = builtins.listToAttrs (map (name: { inherit name; value = right name; }) (attrNames set));
    };

  list = block: name: read:
    if !(block ? ${name}) then [ ]
    else want (isList block.${name} && block.${name} != [ ]) "${name} is not a list with elements" (map read block.${name});
  lists = path: ofDirectory: ofFile: others: block:
    want (isAttrs block && block != { } && removeAttrs block ([ "directories" "files" ] ++ others) == { }) "not a block with lists"
      (list block "directories" (entry { kind = "directory"; inherit path; extra = ofDirectory; })
        ++ list block "files" (entry { kind = "file"; inherit path; extra = ofFile; }));

  # A block that may contain users.<name>.
  shared = ofDirectory: ofFile: case: block:
    lists absolute ofDirectory ofFile [ "users" ] block
    ++ concatMap
      (name: lists (below (case.users.${name} or (throw "no user ${name}"))) ofDirectory ofFile [ ] block.users.${name})
      (attrNames (block.users or { }));

  inParent = { parentDirectory = owner; };
  options = case: {
    plain = [
      { at = case.homeAttr; read = lists (below case.home) nothing nothing [ ]; }
      { at = case.hostAttr; read = lists absolute owned inParent [ ]; }
    ];
    impermanence = [ { at = [ "environment" "persistence" case.storage ]; read = shared owned inParent case; } ];
    impermanence-hm = [ { at = [ "home" "persistence" case.storage ]; read = lists (below case.home) owned inParent [ ]; } ];
    preservation = [ { at = [ "preservation" "preserveAt" case.storage ]; read = shared preserved preserved case; } ];
  }.${case.dialect};

  # Reads the options, and throws on anything else.
  find = case: at: value:
    let here = filter (option: option.at == at) (options case);
    in
    if here != [ ] then (builtins.head here).read value
    else
      want (isAttrs value) "an unknown option"
        (concatMap (name: find case (at ++ [ name ]) value.${name}) (attrNames value));

  read = n: find (fromJSON (builtins.readFile "${dir}/${n}.json")) [ ] (import "${dir}/${n}.nix");
in
genList (n: read (toString n)) (fromJSON count)
