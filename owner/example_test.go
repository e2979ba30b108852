package owner_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/DaRacci/list-ephemeral/owner"
)

func ExampleTable_Of() {
	root, err := os.MkdirTemp("", "example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	dir := filepath.Join(root, "etc/systemd/system")
	unit := "[Service]\nExecStart=/usr/libexec/bluetooth/bluetoothd\nStateDirectory=bluetooth\nStateDirectoryMode=0700\n"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		fmt.Println(err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, "bluetooth.service"), []byte(unit), 0o644); err != nil {
		fmt.Println(err)
		return
	}
	table := owner.Read(context.Background(), owner.Options{Root: root})
	o := table.Of("/var/lib/bluetooth")
	fmt.Println(o.Type, o.Name, o.Kind, o.Mode)
	fmt.Printf("%s, line %d: %s\n", o.From.File, o.From.Line, o.From.Text)
	// Output:
	// unit bluetooth.service state 0700
	// /etc/systemd/system/bluetooth.service, line 3: StateDirectory=bluetooth
}
