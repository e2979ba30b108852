package adopt

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// runEnv makes the test program execute a plan instead of tests, so the run can be traced, killed,
// and made to fail. Its value is the storage path, and the arguments are the paths.
const runEnv = "ADOPT_TEST_RUN"

// beneathEnv is the mount whose covered files are copied.
const beneathEnv = "ADOPT_TEST_BENEATH"

func TestMain(m *testing.M) {
	if storage := os.Getenv(runEnv); storage != "" {
		os.Exit(runPlan(storage, os.Args[1:]))
	}
	if name := os.Getenv(mapEnv); name != "" {
		os.Exit(writeMapped(name))
	}
	os.Exit(m.Run())
}

// runPlan is a minimal form of the adopt command. It returns 0 if everything was copied, and 1 if
// not.
func runPlan(storage string, paths []string) int {
	options := nothingRefused
	options.Beneath.Path = os.Getenv(beneathEnv)
	plan, err := Prepare(context.Background(), storage, paths, options)
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

// nothingRefused are options for test sources, whatever mount their directory is on.
var nothingRefused = Options{Roots: []Root{{Path: os.TempDir()}, {Path: os.Getenv("SOURCE")}}}
