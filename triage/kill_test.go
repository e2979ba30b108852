package triage_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/triage"
)

// saveEnv makes the test program save decisions until it is killed, and print each after it was
// saved. Its value is a directory for the file. nameEnv is a name for the paths.
const saveEnv, nameEnv = "TRIAGE_TEST_SAVE", "TRIAGE_TEST_NAME"

func TestMain(m *testing.M) {
	if dir := os.Getenv(saveEnv); dir != "" {
		save(dir, os.Getenv(nameEnv))
		return
	}
	os.Exit(m.Run())
}

// save decides on new paths, and again and again on one that all runs share, so the file is rewritten.
func save(dir, name string) {
	f := triage.InState(dir)
	b := new(triage.Book)
	for i := 0; ; i++ {
		path := fmt.Sprintf("/%s/%d", name, i)
		b.Decide([]triage.Sized{{Path: path}}, triage.Keep, time.Now())
		for range 60 {
			b.Decide([]triage.Sized{{Path: "/shared"}}, triage.Ignore, time.Now())
		}
		pending := b.Pending()
		saved, err := f.Save(context.Background(), pending)
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		b.Saved(len(pending), saved.Set, time.Now(), nil)
		fmt.Println(path)
	}
}

// TestKilledRunsLoseNothing runs several processes at once, kills each at a random time, and checks
// that everything that was saved is there.
func TestKilledRunsLoseNothing(t *testing.T) {
	dir := t.TempDir()
	f := triage.InState(dir)
	var mu sync.Mutex
	saved := map[string]bool{}
	runs := probe.Cases(12, 60)
	var all sync.WaitGroup
	for worker := range 3 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(worker)))
			for run := range runs / 3 {
				name := fmt.Sprintf("%d-%d", worker, run)
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), saveEnv+"="+dir, nameEnv+"="+name)
				out, err := cmd.StdoutPipe()
				if err == nil {
					err = cmd.Start()
				}
				if err != nil {
					t.Error(err)
					return
				}
				time.AfterFunc(time.Duration(50+random.IntN(250))*time.Millisecond, func() { _ = cmd.Process.Kill() })
				lines := bufio.NewScanner(out)
				for lines.Scan() {
					if line := lines.Text(); strings.HasPrefix(line, "/") {
						mu.Lock()
						saved[line] = true
						mu.Unlock()
					} else {
						t.Error(line)
					}
				}
				_ = cmd.Wait()
			}
		})
	}
	all.Wait()
	loaded, err := f.Load(t.Context())
	must(t, err)
	for path := range saved {
		if d, found := loaded.Set.On(path); !found || d.Verdict != triage.Keep {
			t.Errorf("lost %s", path)
		}
	}
	if len(saved) == 0 || len(loaded.Damaged) > runs {
		t.Errorf("%d saved, damaged %v", len(saved), loaded.Damaged)
	}
	if _, err := f.Save(t.Context(), many("/after", 1)); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(f.Path())
	must(t, err)
	t.Logf("%d saved by %d killed runs, %d damaged lines, %d bytes", len(saved), runs, len(loaded.Damaged), info.Size())
}
