package adopt

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// runEnv has the test program carry out a plan instead of tests: its value is the storage
// path, and the arguments are the paths. So it can be traced, injected with errors, and killed.
const runEnv = "ADOPT_TEST_RUN"

func TestMain(m *testing.M) {
	if storage := os.Getenv(runEnv); storage != "" {
		os.Exit(runPlan(storage, os.Args[1:]))
	}
	if name := os.Getenv(mapEnv); name != "" {
		os.Exit(writeMapped(name))
	}
	os.Exit(m.Run())
}

// runPlan is what the command does, at its shortest: 0 if all was copied, 1 if not.
func runPlan(storage string, paths []string) int {
	plan, err := Prepare(context.Background(), storage, paths, nothingRefused)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	results, err := plan.Run(context.Background(), new(Progress))
	status := 0
	for _, r := range results {
		fmt.Println(r.Outcome, r.Path)
		for _, p := range r.Problems {
			fmt.Println(" ", p.Path, p.Err)
			status = 1
		}
		for _, w := range r.Warnings {
			fmt.Println(" ", w.Path, w.Err)
		}
	}
	if err != nil {
		fmt.Println(err)
		status = 1
	}
	return status
}

// nothingRefused are options for sources of tests, wherever their directory is mounted.
var nothingRefused = Options{Roots: []Root{{Path: os.TempDir()}, {Path: os.Getenv("SOURCE")}}}
