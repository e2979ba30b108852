package history_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// writeEnv makes the test program write a receipt instead of running tests, so it can be killed. Its
// value is the storage path.
const writeEnv = "HISTORY_TEST_WRITE"

func TestMain(m *testing.M) {
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
		must(t, cmd.Start())
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
			must(t, os.Remove(name))
		}
	}
	writeAt(t, r, second, noon.Add(time.Hour), entries)
	if names := files(t, r); len(names) != 2 {
		t.Errorf("left %q", names)
	}
}
