package adopt

import (
	"context"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// runEnv makes the test program execute a plan instead of tests, so the run can be traced, killed,
// and made to fail. Its value is the storage path, and the arguments are the paths.
const runEnv = "ADOPT_TEST_RUN"

// earlierEnv makes that plan copy from an earlier state of $SOURCE: its value is the directory.
const earlierEnv = "ADOPT_TEST_EARLIER"

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
	if old := os.Getenv(earlierEnv); old != "" {
		fd, err := unix.Open(old, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		if err != nil {
			fmt.Println(err)
			return 1
		}
		options.Source = earlier{fd: fd, root: os.Getenv("SOURCE")}
	}
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
