# Configurations, and the results of the modules: for each the two files config.json, one of the
# home and one of the system, and the names of the installed packages. want/ has the expected
# results.
{ lib, pkgs }:
let
  stand = import ./modules.nix { inherit lib pkgs; };
  sample = builtins.fromJSON (builtins.readFile ../../config/testdata/config.sample.json);

  result =
    file: packages: config:
    let
      text = (file config)."list-ephemeral/config.json".text or null;
    in
    {
      config = if text == null then null else builtins.fromJSON text;
      installed = map lib.getName (packages config);
    };
  ofHome = result (config: config.xdg.configFile) (config: config.home.packages);
  ofSystem = result (config: config.environment.etc) (config: config.environment.systemPackages);

  # The part of a package that the modules read.
  package = name: {
    type = "derivation";
    inherit name;
  };

  # Replaces the list of the original program in some cases, so that the results stay readable.
  short.programs.list-ephemeral.baseExcludes = [ "tmp" ];
  enabled.programs.list-ephemeral.enable = true;
  alice = {
    home.username = "alice";
    home.homeDirectory = "/home/alice";
  };

  # Standalone Home Manager.
  alone =
    {
      modules,
      specialArgs ? { },
    }:
    {
      home =
        ofHome
          (lib.evalModules {
            inherit specialArgs;
            modules = [
              stand.home
              ../home-manager.nix
            ]
            ++ modules;
          }).config;
    };

  # NixOS with Home Manager in it.
  inside =
    {
      system ? [ ],
      home ? [ ],
      others ? { },
      user ? "alice",
    }:
    let
      config =
        (lib.evalModules {
          modules = [
            stand.nixos
            ../nixos.nix
            {
              users.users.${user}.isNormalUser = true;
              users.users.root.home = "/root";
              home-manager.users = {
                ${user} = [ ../home-manager.nix ] ++ home;
              }
              // others;
            }
          ]
          ++ system;
        }).config;
    in
    {
      home = ofHome config.home-manager.users.${user};
      system = ofSystem config;
    };

  wrapperHome = [
    stand.userPersistence
    { user.persistence.enable = true; }
  ];
  wrapperHost = [
    stand.hostPersistence
    { host.persistence.enable = true; }
  ];
in
{
  alone-no-os-config = alone {
    modules = [
      alice
      enabled
      { home.packages = [
          (package "hm-session-vars.sh")
          (package "dummy-xdg-mime-dirs1")
          (package "shared-mime-info-2.4")
          (package "firefox-140.0")
          (package "firefox-141.0")
        ]; }
    ];
  };

  alone-os-config-null = alone {
    specialArgs.osConfig = null;
    modules = [
      alice
      enabled
    ];
  };

  # osConfig may be passed this way too.
  alone-os-config-argument = alone {
    modules = [
      alice
      enabled
      {
        _module.args.osConfig = {
          users.users.bob.home = "/data/bob";
          # dirPath and filePath are internal to impermanence and could be removed.
          environment.persistence."/persist" = {
            directories = [ "/var/log" ];
            users.bob.directories = [ { directory = "work"; } ];
          };
        };
      }
    ];
  };

  alone-disabled = alone { modules = [ alice ]; };

  alone-impermanence-v1 = alone {
    modules = [
      alice
      enabled
      stand.impermanenceHomeV1
      {
        home.persistence."/persist/home/alice" = {
          directories = [
            "Documents"
            "a//b/"
            {
              directory = ".local/share/Steam";
              method = "symlink";
            }
          ];
          files = [ ".screenrc" ];
          allowOther = true;
        };
        home.persistence."/persist/dotfiles" = {
          removePrefixDirectory = true;
          directories = [
            "fish/.config/fish"
            { directory = "git/.config/git"; }
          ];
          files = [
            "screen/.screenrc2"
            ".plain"
          ];
        };
      }
    ];
  };

  alone-wrapper = alone {
    modules = wrapperHome ++ [
      alice
      short
      {
        user.persistence.directories = [
          ".config/obsidian"
          { directory = ".gnupg"; }
        ];
        user.persistence.files = [ ".screenrc" ];
      }
    ];
  };

  # The options of the wrapper are declared but not in use: the list of the original program stays.
  alone-wrapper-disabled = alone {
    modules = [
      alice
      stand.userPersistence
      enabled
      { user.persistence.directories = [ "lost" ]; }
    ];
  };

  alone-options = alone {
    modules = [
      alice
      enabled
      {
        programs.list-ephemeral = {
          package = package "another-1.0";
          baseExcludes = [ "var/cache" ];
          extraExcludes = [ "home/*/.local/share/Trash" ];
          extraIncludes = [ ".config/my-app" ];
          roots = [
            "/"
            "/home"
          ];
          extraPersisted.directories = [
            "games"
            "~/music"
            "/data"
          ];
          extraPersisted.files = [ ".netrc" ];
          dialect = "preservation";
          storagePath = "/keep";
          settings = {
            ui.theme = "dark";
            snippet.user = "bob";
            programs = null;
          };
        };
      }
    ];
  };

  # Options of type path accept a path literal, which must not be copied into the store.
  alone-path-literals = alone {
    modules = [
      enabled
      stand.impermanenceHomeV1
      {
        home.username = "alice";
        home.homeDirectory = /home/alice;
        home.persistence.main = {
          persistentStoragePath = /keep/alice;
          directories = [ "Documents" ];
        };
        programs.list-ephemeral.roots = [ /keep/wiped ];
        programs.list-ephemeral.storagePath = /keep/alice;
      }
    ];
  };

  # The initrd rolls back / and /home, which only the user can say.
  inside-roots = inside {
    system = [
      enabled
      stand.disks
      {
        programs.list-ephemeral.roots = [
          "/"
          /home
          "/var/lib/x"
        ];
        system.etc.overlay.enable = true;
      }
    ];
    home = [
      enabled
      { programs.list-ephemeral.roots = [ "/home" ]; }
    ];
  };

  # A / in memory, and an /etc whose changes are not kept anywhere.
  inside-roots-in-memory = inside {
    system = [
      enabled
      stand.memory
      {
        system.etc.overlay = {
          enable = true;
          mutable = false;
        };
        programs.list-ephemeral.roots = [ "/home" ];
      }
    ];
  };

  # The program detects them.
  inside-no-roots = inside {
    system = [
      enabled
      stand.disks
    ];
    home = [ enabled ];
  };

  inside-nothing = inside {
    system = [ enabled ];
    home = [ enabled ];
  };

  inside-disabled = inside { };

  inside-no-package = inside {
    system = [
      enabled
      { programs.list-ephemeral.package = null; }
    ];
    home = [
      enabled
      { programs.list-ephemeral.package = null; }
    ];
  };

  inside-impermanence = inside {
    system = [
      enabled
      stand.impermanence
      {
        users.users.bob = {
          isNormalUser = true;
          home = "/data/bob";
        };
        environment.systemPackages = [ (package "git-2.50") ];
        environment.persistence."/persist" = {
          hideMounts = true;
          directories = [
            "/var/log"
            {
              directory = "/var/lib/colord/";
              mode = "0750";
            }
            {
              directory = "/var/lib/docker";
              persistentStoragePath = "/big";
            }
          ];
          files = [
            "/etc/machine-id"
            {
              file = "/etc/nix/id_rsa";
              method = "symlink";
            }
          ];
          users.alice = {
            directories = [
              "Downloads"
              {
                directory = ".ssh";
                mode = "0700";
              }
            ];
            files = [ ".screenrc" ];
          };
          users.bob.directories = [ "work" ];
        };
        environment.persistence.cache = {
          persistentStoragePath = "/cache";
          directories = [ "/var/cache" ];
        };
        environment.persistence."/off" = {
          enable = false;
          directories = [ "/srv" ];
          users.alice.directories = [ "lost" ];
        };
      }
    ];
    home = [ enabled ];
  };

  # Of several stores, the one with the most entries is used. The first in alphabetical order is a
  # cache.
  inside-several-stores = inside {
    system = [
      enabled
      stand.impermanence
      {
        environment.persistence."/cache".directories = [ "/var/cache" ];
        environment.persistence."/persist".files = [ "/etc/machine-id" ];
        environment.persistence."/persist".users.alice.directories = [ "Documents" ];
      }
    ];
    home = [
      enabled
      stand.impermanenceHome
      {
        # Equally many entries: the one with the fewest components is used.
        home.persistence."/persist".directories = [ "Music" ];
        home.persistence."/a/cache".directories = [ "Downloads" ];
        # A store without entries is not used.
        home.persistence."/0" = { };
      }
    ];
  };

  # A tie: no storage path is used.
  inside-unclear-stores = inside {
    system = [
      enabled
      stand.preservation
      {
        preservation.enable = true;
        preservation.preserveAt."/cache".directories = [ "/var/cache" ];
        preservation.preserveAt."/persist".directories = [ "/var/lib/bluetooth" ];
      }
    ];
    home = [ enabled ];
  };

  inside-impermanence-unused = inside {
    system = [
      enabled
      stand.impermanence
    ];
    home = [
      enabled
      stand.impermanenceHome
    ];
  };

  inside-impermanence-home = inside {
    system = [
      enabled
      stand.impermanence
      { environment.persistence."/persist".directories = [ "/var/log" ]; }
      { users.users.bob.isNormalUser = true; }
    ];
    home = [
      enabled
      stand.impermanenceHome
      {
        home.persistence."/persist/own" = {
          directories = [
            "Documents"
            {
              directory = ".gnupg";
              mode = "0700";
            }
          ];
          files = [ { file = ".config/monitors.xml"; } ];
        };
      }
    ];
    others.bob = [
      stand.impermanenceHome
      { home.persistence."/persist".directories = [ "work" ]; }
    ];
  };

  inside-preservation = inside {
    system = [
      enabled
      stand.preservation
      # Migrating from one module to the other means having both for a while.
      stand.impermanence
      {
        environment.persistence."/persist".directories = [
          "/var/log"
          "/srv/a"
          "/srv/b"
          "/srv/c"
          "/srv/d"
          "/srv/e"
          "/srv/f"
        ];
        preservation.enable = true;
        # As many entries as the other store without its users.
        preservation.preserveAt."/cache".directories = [
          "/var/cache/a"
          "/var/cache/b"
          "/var/cache/c"
        ];
        preservation.preserveAt."/persistent" = {
          directories = [
            "/var/lib/bluetooth"
            {
              directory = "/var/lib/nixos";
              inInitrd = true;
            }
          ];
          files = [
            {
              file = "/etc/machine-id";
              how = "symlink";
            }
          ];
          users.alice = {
            directories = [ ".local/share/direnv" ];
            files = [
              {
                file = ".config/app/secret";
                mode = "0600";
              }
            ];
          };
          users.root.directories = [ ".ssh" ];
        };
      }
    ];
    home = [ enabled ];
  };

  # What the user's own file defines: modules in the store, and without a file, do not count.
  inside-defined-in-a-file = inside {
    system = [
      stand.impermanence
      enabled
      short
      {
        _file = "/etc/nixos/persist.nix";
        environment.persistence."/persist".directories = [ "/var/log" ];
      }
      {
        _file = "/etc/nixos/persist.nix";
        environment.persistence."/state".files = [ "/etc/machine-id" ];
      }
      {
        _file = "${builtins.storeDir}/abc-source/module.nix";
        environment.persistence."/other".directories = [ "/var/lib/a" ];
      }
      { environment.persistence."/third".directories = [ "/var/lib/b" ]; }
    ];
    home = [
      enabled
      short
    ];
  };

  # With a flake, all files are in the store.
  inside-defined-in-a-flake = inside {
    system = [
      stand.impermanence
      enabled
      short
      {
        _file = "${builtins.storeDir}/abc-source/hosts/forge.nix";
        environment.persistence."/persist".directories = [ "/var/log" ];
      }
      {
        _file = "${builtins.storeDir}/abc-source/hosts/forge.nix";
        environment.persistence."/state".files = [ "/etc/machine-id" ];
      }
      {
        _file = "${builtins.storeDir}/def-source/hosts/forge.nix";
        environment.persistence."/third".directories = [ "/var/lib/b" ];
      }
      {
        _file = "${builtins.storeDir}/abc-source/users/alice";
        environment.persistence."/fourth".users.alice.directories = [ ".ssh" ];
      }
      {
        _file = "${builtins.storeDir}/def-single.nix";
        environment.persistence."/fifth".directories = [ "/var/lib/a" ];
      }
    ];
  };

  inside-defined-in-several-files = inside {
    system = [
      stand.preservation
      enabled
      short
      {
        _file = "/etc/nixos/a.nix";
        preservation.enable = true;
        preservation.preserveAt."/persist".directories = [ { directory = "/var/log"; } ];
      }
      {
        _file = "/etc/nixos/b.nix";
        preservation.preserveAt."/state".directories = [ { directory = "/var/lib/a"; } ];
      }
    ];
  };

  alone-defined-in-a-file = alone {
    modules = [
      alice
      enabled
      short
      stand.userPersistence
      {
        _file = "/home/alice/nix/home.nix";
        user.persistence.enable = true;
        user.persistence.directories = [ "Documents" ];
      }
    ];
  };

  inside-preservation-disabled = inside {
    system = [
      enabled
      stand.preservation
      { preservation.preserveAt."/persistent".directories = [ "/var/log" ]; }
    ];
    home = [ enabled ];
  };

  # The modules of the wrapper read each other's configuration, and ours reads both.
  inside-wrapper = inside {
    user = "racci";
    system = wrapperHost ++ [
      enabled
      { host.persistence.directories = [ "/var/lib/bluetooth" ]; }
    ];
    home = wrapperHome ++ [
      short
      { user.persistence.files = [ ".screenrc" ]; }
    ];
  };

  inside-wrapper-home-disabled = inside {
    system = wrapperHost;
    home = [
      stand.userPersistence
      short
    ];
  };

  # Only the wrapper of the host is declared, and it is not in use.
  inside-wrapper-host-disabled = inside {
    system = [
      stand.hostPersistence
      enabled
    ];
    home = [ enabled ];
  };

  # A list can be removed.
  inside-wrapper-no-excludes = inside {
    system = wrapperHost;
    home = wrapperHome ++ [
      {
        programs.list-ephemeral.baseExcludes = null;
        programs.list-ephemeral.extraExcludes = [ "games" ];
      }
    ];
  };

  inside-wrapper-and-impermanence = inside {
    system = wrapperHost ++ [
      enabled
      { environment.persistence."/backup".directories = [ "/srv/data" ]; }
    ];
    home = wrapperHome ++ [
      stand.impermanenceHome
      short
      { home.persistence."/cache".directories = [ ".cache/nix" ]; }
    ];
  };

  # The configuration for which the module of the original program wrote config.sample.json.
  original =
    let
      short = lib.removePrefix "${sample.homeDir}/";
      # The wrapper for homes adds the last seven by itself.
      directories = lib.take 19 (map short sample.persistedDirs);
      inRoot = lib.filter (path: !lib.hasPrefix "${sample.homeDir}/" path);
    in
    inside {
      user = "racci";
      system = wrapperHost ++ [
        enabled
        {
          host.persistence = {
            directories = map (directory: { inherit directory; }) (inRoot sample.persistedDirs);
            files = inRoot sample.persistedFiles;
          };
        }
      ];
      home = wrapperHome ++ [
        {
          user.persistence = {
            inherit directories;
            files = map short (lib.filter (lib.hasPrefix "${sample.homeDir}/") sample.persistedFiles);
          };
          home.packages = map (
            name: package (if name == "python3" then "python3-3.12.10-env" else name)
          ) sample.programs;
          programs.list-ephemeral = {
            inherit (sample) extraExcludes extraIncludes;
            package = null;
          };
        }
      ];
    };
}
