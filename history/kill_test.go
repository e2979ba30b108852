package history_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// writeEnv makes the test program write a receipt instead of running tests, so it can be killed. Its
// value is the storage path.
const writeEnv = "HISTORY_TEST_WRITE"

// buryEnv makes it copy the files of a directory into the graveyard of a storage path. Its value is
// the directory.
const buryEnv = "HISTORY_TEST_BURY"

func TestMain(m *testing.M) {
	if home := os.Getenv(buryEnv); home != "" {
		names, _ := filepath.Glob(home + "/*")
		g := &history.Graveyard{Storage: os.Getenv(writeEnv)}
		_, err := g.Bury(context.Background(), first, slices.Values(names), history.BuryOptions{Roots: []string{home}})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	if storage := os.Getenv(writeEnv); storage != "" {
		r := &history.Receipts{Storage: storage}
		_, err := r.Write(context.Background(), second, at(noon.Add(time.Hour)), list(manyEntries(20_000)))
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestKilledWriterLeavesNoReceipt kills the writer at random times: the receipt is there and intact,
// or the one before is the newest.
func TestKilledWriterLeavesNoReceipt(t *testing.T) {
	r := storage(t)
	writeAt(t, r, first, noon, entries)
	random := rand.New(rand.NewPCG(1, 2))
	for range probe.Cases(15, 100) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writeEnv+"="+r.Storage)
		must.Do(t, cmd.Start())
		time.Sleep(time.Duration(random.IntN(150)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		header, all, reasons := newest(t, r, third)
		whole := header.Boot == second.Boot && len(all) == 20_000
		before := header.Boot == first.Boot && len(all) == len(entries)
		if !whole && !before || len(reasons) > 0 {
			t.Fatalf("%s, %d entries, %v", header.Boot, len(all), reasons)
		}
		for _, name := range files(t, r)[1:] {
			must.Do(t, os.Remove(name))
		}
	}
	writeAt(t, r, second, noon.Add(time.Hour), entries)
	if names := files(t, r); len(names) != 2 {
		t.Errorf("left %q", names)
	}
}

// TestKilledBurialLeavesNoGrave kills Bury at random times: each grave has all of its files, and the
// next run removes the rest.
func TestKilledBurialLeavesNoGrave(t *testing.T) {
	y := newYard(t)
	for i := range 300 {
		y.write(fmt.Sprint("f", i), fmt.Sprint(i))
	}
	random := rand.New(rand.NewPCG(5, 6))
	for range probe.Cases(10, 100) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), buryEnv+"="+y.home, writeEnv+"="+y.g.Storage)
		must.Do(t, cmd.Start())
		time.Sleep(time.Duration(random.IntN(80)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		graves, err := y.g.Graves()
		must.Do(t, err)
		for _, g := range graves {
			copies, err := filepath.Glob(filepath.Join(y.dir, g.Name, "files", y.home, "*"))
			if err != nil || len(copies) != 300 || g.Files != 300 {
				t.Fatalf("%d files, %+v, %v", len(copies), g, err)
			}
		}
	}
	b := y.bury(second, time.Now().Add(time.Hour), history.BuryOptions{})
	for _, name := range y.graves() {
		if filepath.Ext(name) == ".new" {
			t.Errorf("left %s, %+v", name, b)
		}
	}
}
