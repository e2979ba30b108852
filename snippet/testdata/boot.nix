# Simulates a boot with snippets: for each N below count, the module dir/N.nix. dir/N.json describes
# it as { dialect, home, users, storage }; users maps names to { home, group }. Returns the
# directories in the order in which they are created, as { storage, path, user, group, mode }.
# storage is the path at which the directory is created first, or "" if there is none. The rules
# reimplement those of the modules (impermanence 7b1d382, preservation 93416f4), including their
# errors.
{ dir, count }:
let
  inherit (builtins)
    attrNames concatLists concatMap concatStringsSep elem filter foldl' fromJSON genList isAttrs isString length
    listToAttrs map split;

  unique = foldl' (seen: one: if elem one seen then seen else seen ++ [ one ]) [ ];
  parts = path: filter (part: isString part && part != "") (split "/" path);
  rooted = names: "/" + concatStringsSep "/" names;
  take = n: list: genList (builtins.elemAt list) n;
  # All directories above a path of names, topmost first.
  above = names: genList (n: take (n + 1) names) (if names == [ ] then 0 else length names - 1);
  only = allowed: set:
    if removeAttrs set allowed == { } then set
    else throw "no such option: ${toString (attrNames (removeAttrs set allowed))}";

  # ---- impermanence: lists of a system or of a home become one list of directories to create.

  # An entry of a list, and the mode and owner with which a missing directory above it is created.
  directories = place: block: map
    (given:
      let set = only [ "directory" "user" "group" "mode" ] (if isAttrs given then given else { directory = given; });
      in place.defaults // removeAttrs set [ "directory" ] // { inherit place; names = parts set.directory; })
    (block.directories or [ ]);
  # For a file, the directory that contains it is created.
  files = place: block: unique (map
    (given:
      let
        set = only [ "file" "parentDirectory" ] (if isAttrs given then given else { file = given; });
        names = parts set.file;
      in
      place.defaults // only [ "user" "group" "mode" ] (set.parentDirectory or { })
      // { inherit place; names = take (length names - 1) names; })
    (block.files or [ ]));

  system = { home = null; defaults = { user = "root"; group = "root"; mode = "0755"; }; };
  ofUser = users: group: name: { inherit (users.${name}) home; defaults = { inherit group; user = name; mode = "0755"; }; };

  # blocks are { place, block }.
  created = case: blocks:
    let
      inherit (case) storage users;
      explicit = concatMap (one: directories one.place one.block) blocks ++ unique (concatMap (one: files one.place one.block) blocks);
      path = one: rooted (parts (if one.place.home == null then "" else one.place.home) ++ one.names);
      # The home is created for the owner of each entry, with a closed mode; the first entry wins.
      homes = unique (concatMap
        (one:
          if one.place.home == null then [ ]
          else [ { place = system; names = parts one.place.home; inherit (one) user; inherit (users.${one.user}) group; mode = "0700"; } ])
        explicit);
      parentsOf = ones: unique (concatMap (one: map (names: one.place.defaults // { inherit (one) place; inherit names; }) (above one.names)) ones);
      root = { place = system; names = parts storage; } // system.defaults;
      in_ = base: one: {
        storage = base;
        path = path one;
        inherit (one) user mode;
        group = if one.group == null then users.${one.user}.group else one.group;
      };
    in
    map (in_ "") (parentsOf [ root ] ++ [ root ])
    ++ map (in_ storage) (parentsOf homes ++ homes ++ parentsOf explicit ++ explicit);

  impermanence = case: block: created case (
    [ { place = system; inherit block; } ]
    ++ map
      (name: { place = ofUser case.users case.users.${name}.group name; block = block.users.${name}; })
      (attrNames (block.users or { })));

  # ---- preservation: rules for systemd-tmpfiles, sorted by path; two different rules are a
  # conflict.

  preservation = case: block:
    let
      inherit (case) storage users;
      rules = base: owner: prefix: key: defaultMode: given:
        let
          set = only [ key "how" "user" "group" "mode" "configureParent" "parent" "inInitrd" ]
            (if isAttrs given then given else { ${key} = given; });
          names = parts (prefix + "/" + set.${key});
          group = users.${owner}.group;
          rule = names: perms: map (storage: { inherit storage names; } // perms) [ storage null ];
        in
        (if key == "file" || set.how or "" == "symlink" then [ ]
        else rule names { user = set.user or owner; group = set.group or group; mode = set.mode or defaultMode; })
        ++ (if set.configureParent or false
        then rule (take (length names - 1) names) ({ inherit group; user = owner; mode = "0755"; } // set.parent or { })
        else [ ])
        ++ concatMap
          (names: if length names > length (parts prefix) && prefix != "" then rule names { inherit group; user = owner; mode = "0755"; } else [ ])
          (above names);
      lists = owner: prefix: block:
        concatMap (rules block owner prefix "directory" "0755") (block.directories or [ ])
        ++ concatMap (rules block owner prefix "file" "0644") (block.files or [ ]);
      homes = map
        (name: { inherit storage; names = parts users.${name}.home; user = name; inherit (users.${name}) group; mode = "0700"; })
        (attrNames (block.users or { }));
      all = map (rule: rule // { path = rooted ((if rule.storage == null then [ ] else parts rule.storage) ++ rule.names); })
        (lists "root" "" block ++ homes ++ concatMap (name: lists name users.${name}.home block.users.${name}) (attrNames (block.users or { })));
      byPath = builtins.groupBy (rule: rule.path) all;
      one = path:
        let same = unique (map (rule: { inherit (rule) user group mode; }) byPath.${path});
        in if length same == 1 then builtins.head same // { storage = ""; inherit path; }
        else throw "conflicting rules for ${path}: ${builtins.toJSON same}";
    in
    map one (attrNames byPath);

  boot = n:
    let
      case = fromJSON (builtins.readFile "${dir}/${n}.json");
      module = import "${dir}/${n}.nix";
      home = group: block: [ { place = ofUser case.users group case.user; inherit block; } ];
    in
    {
      impermanence = impermanence case (module.environment.persistence.${case.storage} or { });
      impermanence-hm = created case (home null (module.home.persistence.${case.storage} or { }));
      preservation = preservation case (module.preservation.preserveAt.${case.storage} or { });
      # Both wrappers pass their entries on to impermanence.
      plain = created case (
        [ { place = system; block = module.host.persistence or { }; } ]
        ++ home case.users.${case.user}.group (module.user.persistence or { }));
    }.${case.dialect};
in
genList (n: boot (toString n)) (fromJSON count)
