package printable

import "testing"

func FuzzNameIsAlwaysSafe(f *testing.F) {
	for _, tt := range names {
		f.Add(tt.in)
	}
	f.Fuzz(check)
}
