package nixedit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

// module is a file as people write it, of some 1,200 bytes.
const module = `{ config, lib, pkgs, ... }:
let
  cfg = config.services.example; # see the manual
  port = 8080;
in
{
  options.services.example.enable = lib.mkEnableOption "the example";
  config = lib.mkIf cfg.enable {
    environment.systemPackages = with pkgs; [ git htop (python3.withPackages (p: [ p.requests p.numpy ])) ];
    systemd.services.example = {
      description = "An example on port ${toString port}";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ] ++ lib.optional (cfg.database != null) "postgresql.service";
      serviceConfig = {
        ExecStart = "${pkgs.example}/bin/example --port ${toString port}";
        Restart = "always";
        DynamicUser = true;
      };
      preStart = ''
        mkdir -p /var/lib/example
        if [ "''${FOO:-}" = "x" ]; then echo ${cfg.name or "none"}; fi
      '';
    };
    environment.persistence."/keep" = {
      hideMounts = true;
      directories = [
        "/var/lib/example" # state
        { directory = "/var/lib/private/example"; mode = "0700"; }
      ];
      users.alice.files = [ ".config/example.toml" ];
    };
    networking.firewall.allowedTCPPorts = [ port 80 443 ] ++ (if cfg.openFirewall then [ 22 ] else [ ]);
    fileSystems."/data" = { device = "/dev/disk/by-label/data"; fsType = "ext4"; options = [ "noatime" ]; };
  };
}
`

// large returns a file of at least a number of bytes.
func large(size int) string {
	return "[\n" + strings.Repeat("("+module+")\n", size/len(module)+1) + "]\n"
}

func BenchmarkParse(b *testing.B) {
	text := large(5 << 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nixedit.Parse(text, nixedit.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInsert(b *testing.B) {
	file, err := nixedit.Parse(module, nixedit.Options{})
	if err != nil {
		b.Fatal(err)
	}
	edit := nixedit.Edit{Lists: impermanence, Entries: []nixedit.Entry{
		entry(impermanence, hostDirs, "/var/lib/new"), entry(impermanence, hostFiles, "/etc/new"), entry(impermanence, homeDirs, ".new"),
	}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := file.Insert(edit); err != nil {
			b.Fatal(err)
		}
	}
}

// largeModule is a module of 5 MB with 50,000 sets.
func largeModule() string {
	var text strings.Builder
	text.WriteString("{ lib, ... }:\n{\n")
	for i := 0; text.Len() < 5<<20; i++ {
		fmt.Fprintf(&text, "  services.x%d.settings = { a = [ \"b\" %d (f x) ]; c = ''\n    text ${y}\n  ''; };\n", i, i)
	}
	text.WriteString("  environment.persistence.\"/keep\".directories = [ \"/var/lib/example\" ];\n}\n")
	return text.String()
}

// manyModules is a file of 5 MB with 50,000 modules, each of which is a place for a new binding.
func manyModules(last string) string {
	var text strings.Builder
	text.WriteString("{ lib, ... }: lib.mkMerge [\n")
	for i := 0; text.Len() < 5<<20; i++ {
		fmt.Fprintf(&text, "  (lib.mkIf true { services.x%d.enable = true; environment.etc = { y = %d; }; })\n", i, i)
	}
	text.WriteString("  { " + last + " }\n]\n")
	return text.String()
}

// BenchmarkInsertLarge inserts into two lists of a large file, or finds that there are too many places.
func BenchmarkInsertLarge(b *testing.B) {
	for name, text := range map[string]string{
		"sets":    largeModule(),
		"modules": manyModules("environment.persistence.\"/keep\".directories = [ \"/var/lib/example\" ];"),
		"places":  manyModules(""),
	} {
		b.Run(name, func(b *testing.B) {
			file, err := nixedit.Parse(text, nixedit.Options{})
			if err != nil {
				b.Fatal(err)
			}
			edit := nixedit.Edit{Lists: impermanence, Entries: []nixedit.Entry{
				entry(impermanence, hostDirs, "/var/lib/new"), entry(impermanence, homeDirs, ".new"),
			}}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := file.Insert(edit); (err != nil) != (name == "places") {
					b.Fatal(err)
				}
			}
		})
	}
}
