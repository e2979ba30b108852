# What a machine's configuration persists, and where. It is collected from every module for
# ephemeral roots that is in use. All options are read with `or`, because any of them may be
# missing.
{ lib }:
{
  # The configuration of Home Manager, or null outside of it.
  hm,
  # The configuration of NixOS, or null with standalone Home Manager.
  os,
}:
let
  inherit (builtins)
    attrValues
    concatMap
    filter
    head
    isAttrs
    length
    tail
    ;

  # The value of an option of type path may be a path literal. toString returns its name.
  # Interpolating it, or converting it to JSON, would copy the file into the store.
  clean =
    path:
    let
      text = toString path;
      parts = filter (part: part != "" && part != ".") (lib.splitString "/" text);
    in
    lib.optionalString (lib.hasPrefix "/" text) "/" + lib.concatStringsSep "/" parts;

  # All modules treat the entries of a home as relative to it, even those that begin with "/" or
  # "~".
  below = base: path: clean "${toString base}/${toString path}";

  nothing = {
    dirs = [ ];
    files = [ ];
    storage = [ ];
    uses = [ ];
  };
  storedAt = path: nothing // { storage = [ (clean path) ]; };
  join = found: {
    dirs = concatMap (one: one.dirs) found;
    files = concatMap (one: one.files) found;
    storage = concatMap (one: one.storage) found;
    # The storage of each entry, with repetitions: they count how much each storage path is used.
    uses = concatMap (one: one.uses) found;
  };

  # The lists `directories` and `files` of a set in a storage. An entry is a path below base, or a
  # set that contains one. impermanence adds the resolved path to the set, as dirPath or filePath.
  lists =
    storage: base: set:
    let
      # preservation also lists parents that it creates but does not persist.
      real = filter (entry: (entry.how or null) != "_intermediate");
      directories = real (set.directories or [ ]);
      files = real (set.files or [ ]);
      # Version 1 of impermanence's Home Manager module can remove the first directory of a path
      # when it creates the link, as GNU Stow does.
      unstowed =
        path:
        let
          parts = lib.splitString "/" (clean path);
        in
        if (set.removePrefixDirectory or false) && length parts > 1 then
          lib.concatStringsSep "/" (tail parts)
        else
          path;
      dir =
        entry:
        if isAttrs entry then
          clean (entry.dirPath or (below base (unstowed entry.directory)))
        else
          below base (unstowed entry);
      file =
        entry:
        if isAttrs entry then
          clean (entry.filePath or (below base (unstowed entry.file)))
        else
          below base (unstowed entry);
    in
    {
      dirs = map dir directories;
      files = map file files;
      # An entry may have a storage of its own.
      storage = map clean (lib.catAttrs "persistentStoragePath" (filter isAttrs (directories ++ files)));
      uses = map (
        entry: clean (if isAttrs entry then entry.persistentStoragePath or storage else storage)
      ) (directories ++ files);
    };

  # The sets of environment.persistence, home.persistence or preservation.preserveAt, whose names
  # are storage paths.
  stores =
    {
      sets,
      base,
      homeOf ? user: "/home/${user}",
    }:
    let
      one =
        name: set:
        let
          storage = set.persistentStoragePath or name;
        in
        if set.enable or true then
          join (
            [
              (storedAt storage)
              (lists storage base set)
            ]
            ++ lib.mapAttrsToList (user: lists storage (homeOf user)) (set.users or { })
          )
        else
          nothing;
    in
    join (lib.mapAttrsToList one sets);

  # A configuration's own wrapper around those modules: `user.persistence` or `host.persistence`.
  wrapper =
    base: set:
    if set.enable or true then
      join [
        (if set ? root then storedAt set.root else nothing)
        (lists (set.root or "") base set)
      ]
    else
      nothing;

  accounts = os.users.users or { };
  userWrapper = hm.user.persistence or { enable = false; };
  hostWrapper = os.host.persistence or { enable = false; };
  wrapped = (userWrapper.enable or true) || (hostWrapper.enable or true);
  preservation = os.preservation or { };
  preserves = preservation.enable or false;

  homeWrapper =
    config: wrapper config.home.homeDirectory (config.user.persistence or { enable = false; });
  homeStores =
    config:
    stores {
      base = config.home.homeDirectory;
      sets = config.home.persistence or { };
    };
  homes = concatMap (config: [
    (homeWrapper config)
    (homeStores config)
  ]) (lib.optional (hm != null) hm ++ attrValues (os.home-manager.users or { }));

  preserved = stores {
    base = "/";
    sets = lib.optionalAttrs preserves (preservation.preserveAt or { });
    # preservation has already prepended the home directory.
    homeOf = _: "/";
  };
  system = [
    (wrapper "/" hostWrapper)
    (stores {
      base = "/";
      sets = os.environment.persistence or { };
      homeOf = user: accounts.${user}.home or "/home/${user}";
    })
    preserved
  ];

  found = join (homes ++ system);
  # The system's storage comes first, because the storage of a home is often a directory in it.
  storagePaths = (join (system ++ homes)).storage;

  normal = lib.filterAttrs (_: account: account.isNormalUser or false) accounts;
in
{
  # With repetitions: inside NixOS, our own home occurs twice, and so do entries that a wrapper
  # passes on.
  inherit (found) dirs files;
  inherit storagePaths;

  # Whether user.persistence or host.persistence is in use, and whether one of them is declared.
  inherit wrapped;
  wrapperDeclared = hm ? user.persistence || os ? host.persistence;

  # The names of normal users, with their home directories.
  users =
    lib.mapAttrs (_: account: clean account.home) normal
    // lib.optionalAttrs (hm != null) { ${hm.home.username} = clean hm.home.homeDirectory; };

  # The dialect of this configuration: that of the module in use, otherwise that of an imported
  # module.
  dialect =
    if wrapped then
      "plain"
    else if preserves then
      "preservation"
    else if (hm.home.persistence or { }) != { } then
      "impermanence-hm"
    else if os ? environment.persistence then
      "impermanence"
    else if hm ? home.persistence then
      "impermanence-hm"
    else if os ? preservation then
      "preservation"
    else
      "plain";

  # The storage path for snippets in a dialect. The storage paths of the dialect's module are used
  # if there are any, otherwise those of the system, otherwise those of the homes. Of several, the
  # one with the most entries is used; ties are broken by the fewest components. null if there is
  # none, or still a tie.
  storageFor =
    dialect:
    let
      declared = {
        impermanence-hm = if hm == null then nothing else homeStores hm;
        preservation = preserved;
      };
      named = filter (one: one.storage != [ ]) [
        (declared.${dialect} or nothing)
        (join system)
        (join homes)
      ];
      inherit (head named) storage uses;
      rank = path: [
        (-length (filter (use: use == path) uses))
        (length (lib.splitString "/" path))
      ];
      ranked = builtins.sort (a: b: rank a < rank b) (lib.unique storage);
      clear = length ranked == 1 || rank (head ranked) != rank (head (tail ranked));
    in
    if named != [ ] && clear then head ranked else null;
}
