# A stand-in for the part of nixpkgs' lib that the modules use, so they can be evaluated without
# nixpkgs. It has a small module system: options are declared once, definitions must be of declared
# options and have the declared type, and mkIf, mkMerge and priorities are supported. The flake's
# checks evaluate the same cases with the real lib.
let
  inherit (builtins)
    all
    any
    attrNames
    attrValues
    concatLists
    concatMap
    concatStringsSep
    elem
    filter
    foldl'
    functionArgs
    genericClosure
    hasAttr
    head
    isAttrs
    isBool
    isFunction
    isList
    isPath
    isString
    length
    listToAttrs
    mapAttrs
    parseDrvName
    replaceStrings
    split
    stringLength
    substring
    tail
    toJSON
    ;

  optional = yes: value: if yes then [ value ] else [ ];
  optionals = yes: values: if yes then values else [ ];
  optionalString = yes: text: if yes then text else "";
  optionalAttrs = yes: set: if yes then set else { };
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      at = stringLength text - stringLength suffix;
    in
    at >= 0 && substring at (stringLength suffix) text == suffix;
  removePrefix =
    prefix: text:
    if hasPrefix prefix text then substring (stringLength prefix) (stringLength text) text else text;
  unique = foldl' (seen: value: if elem value seen then seen else seen ++ [ value ]) [ ];
  take = count: list: builtins.genList (builtins.elemAt list) count;
  nameValuePair = name: value: { inherit name value; };
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  filterAttrs =
    keep: set:
    listToAttrs (
      concatMap (name: optional (keep name set.${name}) (nameValuePair name set.${name})) (attrNames set)
    );
  filterAttrsRecursive =
    keep: set:
    mapAttrs (_: value: if isAttrs value then filterAttrsRecursive keep value else value) (
      filterAttrs keep set
    );
  recursiveUpdate =
    a: b:
    a
    // mapAttrs (
      name: value:
      if isAttrs value && isAttrs (a.${name} or null) then recursiveUpdate a.${name} value else value
    ) b;
  isDerivation = value: (value.type or null) == "derivation";

  lib = {
    inherit
      attrNames
      concatMap
      concatStringsSep
      evalModules
      filter
      filterAttrs
      filterAttrsRecursive
      hasPrefix
      hasSuffix
      isAttrs
      isDerivation
      isList
      isString
      mapAttrs
      mapAttrsToList
      mkIf
      mkMerge
      mkOption
      nameValuePair
      optional
      optionalAttrs
      optionalString
      optionals
      recursiveUpdate
      removePrefix
      substring
      take
      types
      unique
      ;
    assertMsg = yes: message: yes || throw message;
    catAttrs = builtins.catAttrs;
    cleanSourceFilter = path: type: baseNameOf path != ".git" || type != "directory";
    # Nothing can be added to the store here, so a test calls the filter itself.
    cleanSourceWith = { src, filter }: { inherit src filter; };
    escape = special: replaceStrings special (map (char: "\\${char}") special);
    fileContents = file: head (split "\n" (builtins.readFile file));
    genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
    getName =
      package:
      let
        parse = name: (parseDrvName name).name;
      in
      if isString package then parse package else package.pname or (parse package.name);
    licenses.mit.spdxId = "MIT";
    literalExpression = text: {
      _type = "literalExpression";
      inherit text;
    };
    literalMD = text: {
      _type = "literalMD";
      inherit text;
    };
    mkDefault = mkOverride 1000;
    mkForce = mkOverride 50;
    naturalSort = builtins.sort builtins.lessThan;
    platforms.linux = [
      "x86_64-linux"
      "aarch64-linux"
    ];
    splitString = separator: text: filter isString (split separator text);
  };

  mkOption = set: set // { _type = "option"; };
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  typeOf = value: value._type or null;

  show = concatStringsSep ".";
  one = at: values: if length values == 1 then head values else throw "${show at} is defined twice";
  same =
    at: values:
    if all (value: value == head values) values then
      head values
    else
      throw "${show at} has conflicting definitions";
  # Merges values and checks that they have a type.
  merged =
    type: at: values:
    if any (value: typeOf value != null) values then
      throw "${show at} has mkIf or similar inside a value, which only the real lib supports"
    else if all type.check values then
      type.merge at values
    else
      throw "a definition of ${show at} is not of type ${type.name}";

  types = rec {
    bool = {
      name = "bool";
      check = isBool;
      merge = same;
    };
    str = {
      name = "str";
      check = isString;
      merge = same;
    };
    path = {
      name = "path";
      check = value: isPath value || (isString value && hasPrefix "/" value);
      merge = same;
    };
    package = {
      name = "package";
      check = isDerivation;
      merge = one;
    };
    raw = {
      name = "raw";
      check = _: true;
      merge = one;
    };
    anything = raw // {
      name = "anything";
      merge =
        at: values:
        if all isAttrs values && !any isDerivation values then
          mapAttrs (name: _: anything.merge (at ++ [ name ]) (builtins.catAttrs name values)) (
            foldl' (a: b: a // b) { } values
          )
        else
          same at values;
    };
    enum = names: {
      name = "one of ${toJSON names}";
      check = value: elem value names;
      merge = same;
    };
    nullOr = type: {
      name = "null or ${type.name}";
      check = value: value == null || type.check value;
      merge =
        at: values: if all (value: value == null) values then null else merged type at values;
    };
    listOf = type: {
      name = "list of ${type.name}";
      check = isList;
      merge = at: values: map (value: merged type (at ++ [ "*" ]) [ value ]) (concatLists values);
    };
    attrsOf = type: {
      name = "set of ${type.name}";
      check = value: isAttrs value && !isDerivation value;
      merge =
        at: values:
        mapAttrs (name: _: merged type (at ++ [ name ]) (builtins.catAttrs name values)) (
          foldl' (a: b: a // b) { } values
        );
    };
  };

  # The definitions of the option at a path, as { priority, value }.
  definitions =
    priority: at: definition:
    if typeOf definition == "if" then
      # The condition may depend on options that the content does not define.
      let
        found = definitions priority at definition.content;
      in
      if found != [ ] && definition.condition then found else [ ]
    else if typeOf definition == "merge" then
      concatMap (definitions priority at) definition.contents
    else if typeOf definition == "override" then
      definitions definition.priority at definition.content
    else if at == [ ] then
      [
        {
          inherit priority;
          value = definition;
        }
      ]
    else if hasAttr (head at) definition then
      definitions priority (tail at) definition.${head at}
    else
      [ ];

  # Fails on a definition of an undeclared option, whatever its condition.
  checked =
    at: options: definition:
    if typeOf options == "option" then
      true
    else if typeOf definition == "merge" then
      all (checked at options) definition.contents
    else if typeOf definition == "if" || typeOf definition == "override" then
      checked at options definition.content
    else
      all (
        name:
        if hasAttr name options then
          checked (at ++ [ name ]) options.${name} definition.${name}
        else
          throw "the option ${show (at ++ [ name ])} does not exist"
      ) (attrNames definition);

  declared =
    at: trees:
    if any (tree: typeOf tree == "option") trees then
      one at trees
    else
      mapAttrs (name: _: declared (at ++ [ name ]) (builtins.catAttrs name trees)) (
        foldl' (a: b: a // b) { } trees
      );

  evalModules =
    {
      modules,
      specialArgs ? { },
    }:
    let
      load =
        key: module:
        let
          value = if isFunction module then call module else module;
          rest = removeAttrs value [
            "key"
            "_file"
            "imports"
            "options"
            "config"
          ];
        in
        if isPath module || isString module then
          load (toString module) (import module)
        else
          {
            key = value.key or key;
            file = value._file or "<unknown-file>";
            imports = value.imports or [ ];
            options = value.options or { };
            config =
              if !(value ? options || value ? config) then
                rest
              else if rest == { } then
                value.config or { }
              else
                throw "a module with options or config also has ${toJSON (attrNames rest)}";
          };
      call =
        f:
        let
          args = specialArgs // {
            inherit lib config;
            options = located [ ] options;
          };
        in
        f (args // mapAttrs (name: _: args.${name} or config._module.args.${name}) (functionArgs f));
      loadAll =
        parent: loadables:
        builtins.genList (
          n: load "${parent}/${toString n}" (builtins.elemAt loadables n)
        ) (length loadables);
      loaded = genericClosure {
        startSet = loadAll "" modules;
        operator = module: loadAll module.key module.imports;
      };
      ownOptions._module.args = mkOption {
        type = types.attrsOf types.raw;
        default = { };
      };
      options = declared [ ] ([ ownOptions ] ++ map (module: module.options) loaded);
      value =
        at: option:
        let
          defined =
            concatMap (module: definitions 100 at module.config) loaded
            ++ optional (option ? default) {
              priority = 1500;
              value = option.default;
            };
          strongest = foldl' (
            least: found: if found.priority < least then found.priority else least
          ) 9999 defined;
          found = map (definition: definition.value) (
            filter (definition: definition.priority == strongest) defined
          );
        in
        if defined == [ ] then
          throw "the option ${show at} is used but not defined"
        else
          (option.apply or (x: x)) (merged option.type at found);
      values =
        at: tree:
        if typeOf tree == "option" then
          value at tree
        else
          mapAttrs (name: values (at ++ [ name ])) tree;
      # The options with the files that define them.
      located =
        at: tree:
        if typeOf tree == "option" then
          tree
          // {
            definitionsWithLocations = concatMap (
              module:
              map (definition: {
                inherit (module) file;
                inherit (definition) value;
              }) (definitions 100 at module.config)
            ) loaded;
          }
        else
          mapAttrs (name: located (at ++ [ name ])) tree;
      config = values [ ] options;
    in
    {
      inherit options;
      config =
        if all (module: checked [ ] options module.config) loaded then config else throw "not reached";
    };
in
lib
