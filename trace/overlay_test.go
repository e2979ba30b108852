package trace

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOverlayLayersAreReadFromTheOptions(t *testing.T) {
	for _, tt := range []struct {
		name, options string
		want          []string
	}{
		{"one of each", "rw,lowerdir=/l,upperdir=/u,workdir=/w", []string{"/u", "/l"}},
		{"several lower ones", "rw,lowerdir=/a:/b,upperdir=/u", []string{"/u", "/a", "/b"}},
		{"read-only", "ro,lowerdir=/a:/b", []string{"", "/a", "/b"}},
		{"escaped", `rw,lowerdir=/a\134:b:/c\040d,upperdir=/u\134\054v`, []string{"/u,v", "/a:b", "/c d"}},
		{"data only", "ro,lowerdir=/a::/data", []string{"", "/a", "/data"}},
		{"one option for each", "rw,lowerdir+=/a,lowerdir+=/b,datadir+=/c,upperdir=up", []string{"up", "/a", "/b", "/c"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, overlayLayers(tt.options)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func FuzzOverlayLayers(f *testing.F) {
	f.Add("rw,lowerdir=/a:/b,upperdir=/u")
	f.Add(`lowerdir=\`)
	f.Fuzz(func(t *testing.T, options string) {
		if got := overlayLayers(options); len(got) == 0 {
			t.Error("no upper layer")
		}
	})
}
