# Configurations, and what the modules make of them: for each the two files config.json, that of a
# home and that of the system, and the names of what is installed. want/ has what is expected.
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

  # A package as far as anybody looks at it here.
  package = name: {
    type = "derivation";
    inherit name;
  };

  # The whole list of patterns would hide the rest; the case "customer" has it.
  short.programs.list-ephemeral.baseExcludes = lib.mkDefault [ "tmp" ];
  enabled.programs.list-ephemeral.enable = true;
  alice = {
    home.username = "alice";
    home.homeDirectory = "/home/alice";
  };

  # Home Manager on its own.
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
              short
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
      listed ? short,
    }:
    let
      config =
        (lib.evalModules {
          modules = [
            stand.nixos
            ../nixos.nix
            listed
            {
              users.users.${user}.isNormalUser = true;
              users.users.root.home = "/root";
              home-manager.users = {
                ${user} = [
                  ../home-manager.nix
                  listed
                ]
                ++ home;
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

  customersHome = [
    stand.userPersistence
    { user.persistence.enable = true; }
  ];
  customersHost = [
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

  # Somebody may pass it this way too.
  alone-os-config-argument = alone {
    modules = [
      alice
      enabled
      {
        _module.args.osConfig = {
          users.users.bob.home = "/data/bob";
          # dirPath and filePath are internal to impermanence, and could go.
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

  alone-customer = alone {
    modules = customersHome ++ [
      alice
      {
        user.persistence.directories = [
          ".config/obsidian"
          { directory = ".gnupg"; }
        ];
        user.persistence.files = [ ".screenrc" ];
      }
    ];
  };

  # The customer's options are there, but not in use.
  alone-customer-disabled = alone {
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

  # Options of type path may hold a path literal, which must not end up in the store.
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
        programs.list-ephemeral.storagePath = /keep/alice;
      }
    ];
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

  # Of several stores, the one with most entries; the first by alphabet is a cache.
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
        # As many: the one with the fewest components.
        home.persistence."/persist".directories = [ "Music" ];
        home.persistence."/a/cache".directories = [ "Downloads" ];
        # In what nothing is, no use is made of.
        home.persistence."/0" = { };
      }
    ];
  };

  # Nothing says which of them is meant.
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
      # Whoever changes from one to the other has both for a while.
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
        # As many as the other has without its users.
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

  inside-preservation-disabled = inside {
    system = [
      enabled
      stand.preservation
      { preservation.preserveAt."/persistent".directories = [ "/var/log" ]; }
    ];
    home = [ enabled ];
  };

  # His modules read each other's configuration, and ours reads both.
  inside-customer = inside {
    user = "racci";
    system = customersHost ++ [
      enabled
      { host.persistence.directories = [ "/var/lib/bluetooth" ]; }
    ];
    home = customersHome ++ [ { user.persistence.files = [ ".screenrc" ]; } ];
  };

  inside-customer-home-disabled = inside {
    system = customersHost;
    home = [ stand.userPersistence ];
  };

  inside-customer-and-impermanence = inside {
    system = customersHost ++ [
      enabled
      { environment.persistence."/backup".directories = [ "/srv/data" ]; }
    ];
    home = customersHome ++ [
      stand.impermanenceHome
      { home.persistence."/cache".directories = [ ".cache/nix" ]; }
    ];
  };

  # What the customer's own module makes a known file of.
  customer =
    let
      short = lib.removePrefix "${sample.homeDir}/";
      # His module for homes adds the last seven by itself.
      directories = lib.take 19 (map short sample.persistedDirs);
      inRoot = lib.filter (path: !lib.hasPrefix "${sample.homeDir}/" path);
    in
    inside {
      user = "racci";
      listed = { };
      system = customersHost ++ [
        enabled
        {
          host.persistence = {
            directories = map (directory: { inherit directory; }) (inRoot sample.persistedDirs);
            files = inRoot sample.persistedFiles;
          };
        }
      ];
      home = customersHome ++ [
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
