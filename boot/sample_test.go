package boot_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// oneDisk is a machine with a disk at "/", and the sample of its files.
func oneDisk(t testing.TB) (*fixture, *boot.Files) {
	t.Helper()
	table, err := mounts.ParseTable("20 1 254:1 / / rw - ext4 /dev/vda1 rw\n21 20 254:2 / /srv rw - ext4 /dev/vda2 rw\n")
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{table: table, options: boot.Options{Time: booted, Sample: boot.NewSample(table)}}
	f.options.Machine = f
	return f, f.options.Sample.Of(20)
}

// counted returns the evidence of the sample of "/".
func (f *fixture) counted(t testing.TB) boot.Evidence {
	t.Helper()
	for _, e := range f.judge(t).At("/").Evidence {
		if e.Kind == boot.KindSurvivors {
			return e
		}
	}
	return boot.Evidence{}
}

func TestASampleIsSpreadOverDirectories(t *testing.T) {
	t.Parallel()
	f, files := oneDisk(t)
	for range 1000 {
		files.Add("/one", time.Time{}, booted.Start)
	}
	if got := f.counted(t); got.Seen != 2 {
		t.Errorf("%d files of one directory", got.Seen)
	}
	taken := 0
	for i := range 1000 {
		if files.Add("/"+strconv.Itoa(i), time.Time{}, booted.Start.Add(-time.Hour)) {
			taken++
		}
	}
	if got := f.counted(t); got.Seen != 32 || got.Old != 30 || taken != 30 {
		t.Errorf("%d of %d files are older, %d were taken", got.Old, got.Seen, taken)
	}
	if files.Wants() {
		t.Error("a full sample wants more")
	}
}

func TestASampleGoesByTheBirthWhereThereIsOne(t *testing.T) {
	t.Parallel()
	old, young := booted.Start.Add(-time.Hour), booted.Start.Add(time.Hour)
	for _, tt := range []struct {
		name         string
		birth, ctime time.Time
		old          int
	}{
		{"born before the boot, changed after it", old, young, 1},
		{"born after the boot, with a ctime before it", young, old, 0},
		{"no birth, changed before the boot", time.Time{}, old, 1},
		{"no birth, changed after the boot", time.Time{}, young, 0},
		{"born in 1970, as by mkfs -d, changed after the boot", time.Unix(0, 0), young, 0},
		{"born in 1970, changed before the boot", time.Unix(0, 0), old, 1},
		{"all of a clock that was not set", time.Unix(7, 0), time.Unix(7, 0), 0},
		{"some seconds before the boot", booted.Start.Add(-119 * time.Second), young, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, files := oneDisk(t)
			files.Add("/", tt.birth, tt.ctime)
			if got := f.counted(t); got.Seen != 1 || got.Old != tt.old {
				t.Errorf("%d of %d files are older", got.Old, got.Seen)
			}
		})
	}
}

func TestASampleKnowsTheMountsOfItsTable(t *testing.T) {
	t.Parallel()
	f, _ := oneDisk(t)
	sample := f.options.Sample
	if sample.Of(21) == nil || !sample.Of(21).Wants() {
		t.Error("/srv wants no files")
	}
	unknown := sample.Of(99)
	if unknown.Wants() || unknown.Add("/", booted.Start, booted.Start) {
		t.Error("a mount that is not in the table takes files")
	}
}

// TestASampleIsFilledByManyAtOnce adds from many goroutines, while others judge.
func TestASampleIsFilledByManyAtOnce(t *testing.T) {
	t.Parallel()
	f, files := oneDisk(t)
	trees := f.judge(t)
	var taken atomic.Int32
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			for i := range 500 {
				if files.Wants() && files.Add(strconv.Itoa(i%100+worker), time.Time{}, booted.Start.Add(-time.Hour)) {
					taken.Add(1)
				}
			}
			trees.WithSample(f.options.Sample)
		})
	}
	wait.Wait()
	if got := f.counted(t); got.Seen != 32 || got.Old != 32 || taken.Load() != 32 {
		t.Errorf("%d of %d files are older, %d were taken", got.Old, got.Seen, taken.Load())
	}
}
