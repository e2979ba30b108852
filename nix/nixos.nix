# programs.list-ephemeral for NixOS. Installs the program, and writes the configuration for root and
# for users without a configuration of their own.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.programs.list-ephemeral;

  persisted = import ./persisted.nix { inherit lib; } {
    hm = null;
    os = config;
  };

  storagePaths = lib.unique (
    lib.optional (cfg.storagePath != null) (toString cfg.storagePath) ++ persisted.storagePaths
  );

  size =
    default: description:
    lib.mkOption {
      type = lib.types.str;
      inherit default description;
    };

  receiptCommand =
    "${cfg.package}/bin/list-ephemeral receipt"
    + lib.optionalString cfg.receipt.graveyard.enable (
      " --graveyard --max-file ${cfg.receipt.graveyard.maxFile}"
      + " --max-total ${cfg.receipt.graveyard.maxTotal} --max-age ${cfg.receipt.graveyard.maxAge}"
    );

  watchCommand =
    "${cfg.package}/bin/list-ephemeral watch --record /run/list-ephemeral/writes"
    + " --record-size ${cfg.watch.maxSize}";
in
{
  options.programs.list-ephemeral = {
    receipt = {
      enable = lib.mkOption {
        type = lib.types.bool;
        default = false;
        example = true;
        description = ''
          Whether to write a receipt into storage at shutdown: which files the reboot wipes.
          `list-ephemeral verify` compares it with the machine after the reboot.
        '';
      };
      graveyard = {
        enable = lib.mkOption {
          type = lib.types.bool;
          default = false;
          example = true;
          description = ''
            Whether to copy small files that the reboot wipes into storage, for
            `list-ephemeral lost` and `restore`. The copies may contain secrets. Only root can read
            them.
          '';
        };
        maxFile = size "1Mi" "The size of the largest file that is copied.";
        maxTotal = size "256Mi" "The size of all copies. The oldest ones are removed first.";
        maxAge = size "30d" "The age after which copies are removed.";
      };
    };
    watch = {
      enable = lib.mkOption {
        type = lib.types.bool;
        default = false;
        example = true;
        description = ''
          Whether to record in `/run` which files are written that the reboot wipes, and by which
          programs. `list --json`, `explain` and the preview of the screen show it. Only root can
          read the record.
        '';
      };
      maxSize = size "8Mi" "The size of the record. The oldest entries are removed first.";
    };
  }
  // import ./options.nix { inherit lib pkgs; } {
    enable = false;
    enableText = lib.literalExpression "false";
    # The list of the original program is for one home, and this file is for all users.
    baseExcludes = null;
    baseExcludesText = lib.literalExpression "null";
    inherit (persisted) dialect;
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = lib.optional (cfg.package != null) cfg.package;

    environment.etc."list-ephemeral/config.json".text = import ./config-file.nix { inherit lib; } {
      inherit cfg options persisted;
      os = config;
      packages = config.environment.systemPackages;
      home = null;
      user = null;
    };

    systemd.services = lib.mkIf (cfg.package != null) (
      lib.mkMerge [
        # It stops after the services and the sessions, and before storage is unmounted.
        (lib.mkIf cfg.receipt.enable {
          list-ephemeral-receipt = {
            description = "Receipt of what the reboot wipes";
            wantedBy = [ "basic.target" ];
            after = [ "local-fs.target" ];
            before = [
              "basic.target"
              "shutdown.target"
            ];
            conflicts = [ "shutdown.target" ];
            unitConfig = {
              DefaultDependencies = false;
              RequiresMountsFor = storagePaths;
            };
            serviceConfig = {
              Type = "oneshot";
              RemainAfterExit = true;
              ExecStop = receiptCommand;
              TimeoutStopSec = 30;
            };
          };
        })
        (lib.mkIf cfg.watch.enable {
          list-ephemeral-watch = {
            description = "Record of what is written that the reboot wipes";
            wantedBy = [ "multi-user.target" ];
            serviceConfig = {
              ExecStart = watchCommand;
              RuntimeDirectory = "list-ephemeral";
              RuntimeDirectoryPreserve = true;
              Restart = "on-failure";
              Nice = 10;
            };
          };
        })
      ]
    );
  };
}
