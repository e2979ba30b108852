# What a machine's configuration persists, and where, collected from each module for ephemeral
# roots that is there. Every option is read by `or`, so that none of them has to exist.
{ lib }:
{
  # The configuration of Home Manager, or null outside of it.
  hm,
  # The configuration of NixOS, or null where Home Manager stands alone.
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

  # An option of type path may hold a path literal. toString keeps its name; to interpolate it, or
  # to write it as JSON, would copy what lies there into the store.
  clean =
    path:
    let
      text = toString path;
      parts = filter (part: part != "" && part != ".") (lib.splitString "/" text);
    in
    lib.optionalString (lib.hasPrefix "/" text) "/" + lib.concatStringsSep "/" parts;

  # All modules take what is listed for a home to lie below it, even if it begins with "/" or "~".
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
    # The storage of each entry: how often a path is in here says how much it is used.
    uses = concatMap (one: one.uses) found;
  };

  # The lists `directories` and `files` of a set in a storage. An entry is a path below base, or a
  # set that holds one; impermanence has resolved it there, to dirPath or filePath.
  lists =
    storage: base: set:
    let
      # preservation lists parents that it creates, and does not persist.
      real = filter (entry: (entry.how or null) != "_intermediate");
      directories = real (set.directories or [ ]);
      files = real (set.files or [ ]);
      # The first version of impermanence's Home Manager module can leave out the first directory
      # of a path where it links, as GNU Stow does.
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

  # A wrapper of one's own around those: `user.persistence` or `host.persistence`.
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
    # Its module has put the home in front already.
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
  # The system's storage comes first, since that of a home often is a directory in it.
  storagePaths = (join (system ++ homes)).storage;

  normal = lib.filterAttrs (_: account: account.isNormalUser or false) accounts;
in
{
  # With repetitions: inside NixOS our own home is there twice, and so is what wrappers hand on.
  inherit (found) dirs files;
  inherit storagePaths;

  # Whether the options user.persistence or host.persistence are in use.
  inherit wrapped;

  # The names of those who log in, with their home directories.
  users =
    lib.mapAttrs (_: account: clean account.home) normal
    // lib.optionalAttrs (hm != null) { ${hm.home.username} = clean hm.home.homeDirectory; };

  # The dialect that this configuration is written in: by what is in use, else by what could be.
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

  # The storage that a snippet in a dialect names: of those of the module that the dialect is for,
  # or else of the system, or else of the homes, the one with most entries, of equals the one with
  # the fewest components; null where there is none, or that leaves several.
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
