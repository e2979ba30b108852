package printable

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestSize(t *testing.T) {
	tests := []struct {
		bytes int64
		want  string
	}{
		{0, "0B"},
		{1, "1B"},
		{999, "999B"},
		{1000, "1.0K"},
		{1023, "1.0K"},
		{1024, "1.0K"},
		{1434, "1.4K"},
		{10188, "9.9K"},
		{10189, "10K"},
		{1023487, "999K"},
		{1023488, "1.0M"},
		{23 << 20, "23M"},
		{1<<30 - 1, "1.0G"},
		{3 << 40, "3.0T"},
		{5 << 50, "5.0P"},
		{math.MaxInt64, "8.0E"},
	}
	for _, tt := range tests {
		if got := Size(tt.bytes); got != tt.want {
			t.Errorf("Size(%d) = %q, want %q", tt.bytes, got, tt.want)
		}
	}
}

func TestAge(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		age  time.Duration
		want string
	}{
		{-time.Nanosecond, "new"},
		{0, "0s"},
		{time.Minute - 1, "59s"},
		{time.Minute, "1m"},
		{time.Hour - 1, "59m"},
		{time.Hour, "1h"},
		{2*day - 1, "47h"},
		{2 * day, "2d"},
		{100*day - 1, "99d"},
		{100 * day, "3mo"},
		{730*day - 1, "24mo"},
		{730 * day, "2y"},
		{math.MaxInt64, "292y"},
	}
	for _, tt := range tests {
		if got := Age(tt.age); got != tt.want {
			t.Errorf("Age(%v) = %q, want %q", tt.age, got, tt.want)
		}
	}
}

func TestNumbersFitTheirColumns(t *testing.T) {
	for bit := range 63 {
		for _, around := range []int64{-1, 0, 1} {
			n := int64(1)<<bit + around
			if got := Size(n); len(got) > 4 {
				t.Errorf("Size(%d) = %q has more than four columns", n, got)
			}
			if got := Age(time.Duration(n)); len(got) > 4 || strings.HasPrefix(got, "-") {
				t.Errorf("Age(%d) = %q has more than four columns", n, got)
			}
		}
	}
}
