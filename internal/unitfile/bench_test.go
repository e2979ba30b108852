package unitfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// service is a unit as NixOS writes them, with a long PATH.
var service = "[Unit]\nAfter=network.target\nDescription=A daemon\n\n[Service]\nEnvironment=\"PATH=" + strings.Repeat("/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-coreutils-9.5/bin:", 40) + "\"\n" +
	"ExecStart=/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-daemon/bin/daemon --flag \\\n  --other\nStateDirectory=daemon\nUser=daemon\nX-Restart-Triggers=/nix/store/x\n"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(service)))
	for b.Loop() {
		unitfile.Parse(service, "daemon.service")
	}
}

func BenchmarkParseTmpfiles(b *testing.B) {
	text := strings.Repeat("'d' '/keep/var/lib/x' '0755' 'root' 'root' '-' \nL+ /var/lib/bluetooth - - - - /keep/var/lib/bluetooth\n", 50)
	b.ReportAllocs()
	for b.Loop() {
		unitfile.ParseTmpfiles(text, "f", tmpfilesOptions)
	}
}

// BenchmarkAssemble reads 300 units.
func BenchmarkAssemble(b *testing.B) {
	content := map[string]string{}
	for i := range 300 {
		content[fmt.Sprintf("etc/u%03d.service", i)] = service
	}
	files, _ := tree(b, content)
	b.ReportAllocs()
	for b.Loop() {
		search := unitfile.Search(files, "/etc")
		for _, name := range search.Names(".service") {
			search.Assemble(name)
		}
	}
}
