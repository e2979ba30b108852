# Stand-ins for NixOS, Home Manager and the modules for ephemeral roots. Each declares the options
# that list-ephemeral reads and writes, and gives them the same values as the real module.
{ lib, pkgs }:
let
  inherit (lib) mkOption types;

  option =
    type: default:
    mkOption {
      inherit type default;
      description = "A stand-in.";
    };
  needed =
    type:
    mkOption {
      inherit type;
      description = "A stand-in.";
    };
  sets = apply: (option (types.attrsOf types.anything) { }) // { inherit apply; };
  strings = option (types.listOf types.str) [ ];
  things = option (types.listOf types.anything) [ ];
  yesOrNo = option types.bool;

  # impermanence's concatPaths.
  joined =
    base: path:
    let
      parts = lib.filter (part: part != "") (lib.splitString "/" "${base}/${path}");
    in
    "/" + lib.concatStringsSep "/" parts;

  # Version 2 of impermanence resolves the entries.
  resolved =
    storage: base: set:
    set
    // {
      directories = map (
        entry:
        let
          given = if lib.isString entry then { directory = entry; } else entry;
        in
        { persistentStoragePath = storage; } // given // { dirPath = joined base given.directory; }
      ) (set.directories or [ ]);
      files = map (
        entry:
        let
          given = if lib.isString entry then { file = entry; } else entry;
        in
        { persistentStoragePath = storage; } // given // { filePath = joined base given.file; }
      ) (set.files or [ ]);
    };
  resolvedStore =
    base: homeOf: name: set:
    let
      storage = set.persistentStoragePath or name;
    in
    {
      enable = true;
    }
    // resolved storage base set
    // {
      persistentStoragePath = storage;
      users = lib.mapAttrs (user: resolved storage (homeOf user)) (set.users or { });
    };
in
rec {
  home = {
    options = {
      home.username = needed types.str;
      home.homeDirectory = needed types.path;
      home.packages = option (types.listOf types.package) [ ];
      xdg.configFile = sets (x: x);
    };
    config._module.args.pkgs = pkgs;
  };

  # Evaluates the users of Home Manager with the configuration that they are part of.
  nixos =
    { config, lib, ... }:
    {
      options = {
        environment.systemPackages = option (types.listOf types.package) [ ];
        environment.etc = sets (x: x);
        systemd.services = sets (x: x);
        fileSystems = sets (
          lib.mapAttrs (
            name: fs:
            {
              mountPoint = name;
              fsType = "auto";
              options = [ "defaults" ];
            }
            // fs
          )
        );
        system.etc.overlay = {
          enable = yesOrNo false;
          mutable = yesOrNo true;
        };
        users.users = sets (
          lib.mapAttrs (
            name: user:
            {
              isNormalUser = false;
              home = if user.isNormalUser or false then "/home/${name}" else "/var/empty";
            }
            // user
          )
        );
        home-manager.users = (option (types.attrsOf types.raw) { }) // {
          apply = lib.mapAttrs (
            name: modules:
            (lib.evalModules {
              specialArgs.osConfig = config;
              modules = [
                home
                {
                  home.username = name;
                  home.homeDirectory = config.users.users.${name}.home;
                }
              ]
              ++ modules;
            }).config
          );
        };
      };
      config._module.args.pkgs = pkgs;
    };

  # File systems, some of them in memory.
  disks = {
    fileSystems = {
      "/".fsType = "zfs";
      "/home".fsType = "zfs";
      "/var/lib/x".fsType = "tmpfs";
      "/srv/off" = {
        fsType = "tmpfs";
        enable = false;
      };
      "/srv/auto" = {
        fsType = "tmpfs";
        options = [
          "size=1g"
          "x-systemd.automount"
        ];
      };
      "/tmp".fsType = "tmpfs";
      "/nix/.rw-store".fsType = "tmpfs";
      scratch = {
        mountPoint = "/srv/scratch";
        fsType = "ramfs";
      };
    };
  };
  memory.fileSystems = {
    "/".fsType = "tmpfs";
    "/home".fsType = "ext4";
    "/runner".fsType = "tmpfs";
  };

  impermanence =
    { config, lib, ... }:
    {
      options.environment.persistence = sets (
        lib.mapAttrs (resolvedStore "/" (user: config.users.users.${user}.home))
      );
    };
  impermanenceHome =
    { config, lib, ... }:
    {
      options.home.persistence = sets (
        lib.mapAttrs (resolvedStore config.home.homeDirectory (_: throw "it has no users"))
      );
    };
  # The branch home-manager-v1 does not change the lists.
  impermanenceHomeV1.options.home.persistence = sets (
    lib.mapAttrs (
      _: set:
      {
        directories = [ ];
        files = [ ];
        removePrefixDirectory = false;
      }
      // set
    )
  );

  preservation =
    { config, lib, ... }:
    {
      options.preservation = {
        enable = yesOrNo false;
        preserveAt = sets (
          lib.mapAttrs (
            name: set:
            let
              whole =
                key: base: entry:
                let
                  given = if lib.isString entry then { ${key} = entry; } else entry;
                in
                { how = "bindmount"; } // given // { ${key} = "${base}${given.${key}}"; };
              lists = base: set: {
                directories = map (whole "directory" base) (set.directories or [ ]);
                files = map (whole "file" base) (set.files or [ ]);
              };
              parent = path: {
                directory = dirOf path;
                how = "_intermediate";
              };
              ofUser =
                user: set:
                let
                  found = lists "${config.users.users.${user}.home}/" set;
                in
                found
                // {
                  username = user;
                  directories = found.directories ++ map (entry: parent entry.directory) found.directories;
                };
            in
            { persistentStoragePath = name; }
            // set
            // lists "" set
            // {
              users = lib.mapAttrs ofUser (set.users or { });
            }
          )
        );
      };
    };

  # The wrapper for a home, around hostPersistence.
  userPersistence =
    { config, lib, ... }@args:
    let
      osConfig = args.osConfig or null;
    in
    {
      options.user.persistence = {
        enable = yesOrNo false;
        root = option types.str (
          if osConfig == null then
            "/persist/home/${config.home.username}"
          else
            "${osConfig.host.persistence.root}/home/${config.home.username}"
        );
        directories = things // {
          apply =
            own:
            own
            ++ lib.optionals config.user.persistence.enable [
              "Documents"
              "Downloads"
              "Pictures"
              "Videos"
              "Music"
              "Templates"
              ".local/share/keyrings"
            ];
        };
        files = strings;
      };
    };

  # The wrapper for a host, around impermanence. It reads the homes, which read it.
  hostPersistence =
    { config, lib, ... }:
    let
      cfg = config.host.persistence;
      homes = lib.filterAttrs (_: home: home.user.persistence.enable) config.home-manager.users;
    in
    {
      imports = [ impermanence ];
      options.host.persistence = {
        enable = yesOrNo false;
        root = option types.str "/persist";
        directories = things;
        files = things;
      };
      config = lib.mkIf cfg.enable {
        environment.persistence."/persist" = {
          directories = [
            "/var/lib/systemd"
            "/var/lib/nixos"
            "/var/log"
            "/etc/NetworkManager/system-connections"
          ]
          ++ cfg.directories;
          files = [
            "/etc/machine-id"
            {
              file = "/etc/nix/id_rsa";
              parentDirectory.mode = "u=rwx,g=rx,o=rx";
            }
          ]
          ++ cfg.files;
          users = lib.mapAttrs (_: home: { inherit (home.user.persistence) directories files; }) homes;
        };
      };
    };
}
