package scan_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/scan"
)

func Example() {
	root, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(root)
	for _, name := range []string{"history", "kept"} {
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o600); err != nil {
			panic(err)
		}
	}

	policy := scan.NewPolicy(scan.Rules{
		Roots:     []string{root},
		Persisted: []scan.Persisted{{Path: filepath.Join(root, "kept"), Source: "by hand"}},
	})
	stats, err := scan.List(context.Background(), scan.Options{Policy: policy}, func(e *scan.Entry) error {
		fmt.Println(filepath.Base(string(e.Path)), e.Kind)
		return nil
	})
	fmt.Println(stats.Candidates, len(stats.Errors), err)
	verdict := policy.Judge(filepath.Join(root, "kept"), scan.KindFile)
	fmt.Println(verdict.Class, verdict.Source)
	// Output:
	// history file
	// 1 0 <nil>
	// persisted by hand
}

func Example_defaultRoots() {
	table, err := mounts.Read()
	if err != nil {
		panic(err)
	}
	fmt.Println(table.DefaultRoots("/nowhere"))
	// Output: [/]
}

func ExampleRollup() {
	policy := scan.NewPolicy(scan.Rules{
		Persisted: []scan.Persisted{{Path: "/home/alice/.config/Code/User/settings.json"}},
	})
	rollup := scan.NewRollup(policy, "/home/alice")
	for _, path := range []string{
		"/home/alice/.config/kitty/themes/dark.conf",
		"/home/alice/.config/Code/User/snippets/go.json",
		"/home/alice/.bash_history",
	} {
		unit, _ := rollup.Unit(path, false)
		fmt.Println(unit.Path, unit.Dir)
	}
	// Output:
	// /home/alice/.config/kitty true
	// /home/alice/.config/Code/User/snippets true
	// /home/alice/.bash_history false
}
