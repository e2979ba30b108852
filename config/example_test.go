package config_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/DaRacci/list-ephemeral/config"
)

func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "config.json")
	text := `{
  "excludes": ["tmp", "home/*/.cache"],
  "extraInclude": [],
  "persistedDirs": ["~/.ssh/"],
  "homeDir": "/home/alice"
}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		panic(err)
	}

	c, err := config.Load(config.Env{}, file)
	if err != nil {
		panic(err)
	}
	for _, p := range c.Patterns() {
		fmt.Println(p.Text, "from", p.Origin.Key)
	}
	fmt.Println(c.PersistedDirs.Texts(), c.Home, c.Snippet.Dialect)
	for _, w := range c.Warnings {
		fmt.Println(w.Text)
	}
	// Output:
	// tmp from excludes[0]
	// home/*/.cache from excludes[1]
	// [/home/alice/.ssh] /home/alice plain
	// unknown key "extraInclude" (did you mean "extraIncludes"?)
}

func ExampleError() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chdir(dir); err != nil {
		panic(err)
	}
	if err := os.WriteFile("config.json", []byte("{\n  \"ui\": {\"theme\": \"darkish\"}\n}"), 0o600); err != nil {
		panic(err)
	}

	_, err = config.Load(config.Env{}, "config.json")
	fmt.Println(err)
	// Output:
	// config.json:2:19: ui.theme: expected one of auto, light, dark, got "darkish"
}
