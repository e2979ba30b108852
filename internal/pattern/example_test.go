package pattern_test

import (
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

func Example() {
	set, err := pattern.Compile([]pattern.Pattern{
		{Text: "tmp", Source: "config.json: excludes[0]"},
		{Text: "home/*/.cache", Source: "config.json: excludes[1]"},
		{Text: "*.{o,pyc}", Source: "--exclude"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"home/alice/.cache", "srv/.cache", "var/tmp", "src/main.o"} {
		at := pattern.Start
		names := strings.Split(path, "/")
		for _, dir := range names[:len(names)-1] {
			at = set.Enter(at, []byte(dir))
		}
		if p, ok := set.Find(at, []byte(names[len(names)-1]), false); ok {
			fmt.Printf("%s: excluded by %s\n", path, p.Source)
		} else {
			fmt.Printf("%s: kept\n", path)
		}
	}
	// Output:
	// home/alice/.cache: excluded by config.json: excludes[1]
	// srv/.cache: kept
	// var/tmp: excluded by config.json: excludes[0]
	// src/main.o: excluded by --exclude
}

func ExampleError() {
	_, err := pattern.Compile([]pattern.Pattern{{Text: "*.{o,pyc", Source: "config.json: excludes[2]"}})
	fmt.Println(err)
	// Output:
	// config.json: excludes[2]: exclude pattern '*.{o,pyc': a '{' has no '}'
}
