package sizes

import (
	"math"
	"sync"
	"testing"
)

func TestAddAndTimesStopAtMax(t *testing.T) {
	for _, tt := range []struct{ a, b, want int64 }{
		{0, 0, 0}, {1, 2, 3}, {Max, 0, Max}, {0, Max, Max}, {Max, 1, Max}, {Max, Max, Max}, {Max - 1, 1, Max}, {Max - 5, 4, Max - 1},
	} {
		if got := Add(tt.a, tt.b); got != tt.want {
			t.Errorf("Add(%d, %d) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	for _, tt := range []struct {
		n    uint64
		unit int64
		want int64
	}{
		{0, 512, 0}, {3, 512, 1536}, {math.MaxUint64, 512, Max}, {1 << 54, 512, Max}, {1<<54 - 1, 512, Max - 511}, {7, 0, 0}, {7, -1, 0}, {math.MaxUint64, 1, Max},
	} {
		if got := Times(tt.n, tt.unit); got != tt.want {
			t.Errorf("Times(%d, %d) = %d, want %d", tt.n, tt.unit, got, tt.want)
		}
	}
}

func TestOfDoesNotCountHoles(t *testing.T) {
	for _, tt := range []struct {
		size, blocks uint64
		want         int64
	}{
		{0, 0, 0},
		{5, 8, 5},
		{512, 1, 512},
		{513, 1, 512},
		{1 << 40, 8, 4096},
		{1 << 40, 0, 0},
		{math.MaxInt64, math.MaxUint64, Max},
		{math.MaxUint64, math.MaxUint64, Max},
		{100, 1 << 62, 100},
	} {
		if got := Of(tt.size, tt.blocks); got != tt.want {
			t.Errorf("Of(%d, %d) = %d, want %d", tt.size, tt.blocks, got, tt.want)
		}
	}
}

func TestOfCompressedDoesNotCountHoles(t *testing.T) {
	for _, tt := range []struct {
		size, blocks uint64
		want         int64
	}{
		{0, 0, 0},
		{5, 8, 5},
		{1 << 40, 0, 1 << 40},
		{128 << 10, 8, 128 << 10},
		{4096 * 64, 8, 4096 * 64},
		{4096*64 + 1, 8, 4096},
		{1 << 40, 1, 512},
		{math.MaxUint64, math.MaxUint64, Max},
		{math.MaxUint64, 1, 512},
		{math.MaxInt64, 1 << 50, Max},
	} {
		if got := OfCompressed(tt.size, tt.blocks); got != tt.want {
			t.Errorf("OfCompressed(%d, %d) = %d, want %d", tt.size, tt.blocks, got, tt.want)
		}
	}
}

func TestCounterStopsAtMax(t *testing.T) {
	var c Counter
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				c.Add(3)
			}
		})
	}
	all.Wait()
	if c.Load() != 24_000 {
		t.Errorf("the sum is %d, want 24000", c.Load())
	}
	for range 8 {
		all.Go(func() { c.Add(Max) })
	}
	all.Wait()
	if c.Load() != Max {
		t.Errorf("the sum is %d, want %d", c.Load(), int64(Max))
	}
}
