package nixfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/nixfile"
)

func ExampleFile_Write() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "persist.nix")
	if err := os.WriteFile(path, []byte("{ a = 1; }\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	f, err := nixfile.Read(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	changed := strings.Replace(f.Text, "1", "2", 1)
	fmt.Println(f.Write(changed))
	text, _ := os.ReadFile(path)
	fmt.Print(string(text))
	err = f.Write(changed) // it is not the file that was read any more
	fmt.Println(strings.Contains(err.Error(), "it has changed since it was read"))
	// Output:
	// <nil>
	// { a = 2; }
	// true
}
