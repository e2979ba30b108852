package owner_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/owner"
)

// FuzzOf asks for any path, and checks that the parts of the answer fit together.
func FuzzOf(f *testing.F) {
	for _, name := range []string{
		"/", "/var/lib/shop/x", "/var/lib/private/dyn", "/var/lib/vm/one/x", "/home/ann/.mozilla/x", "/home/ann/src", "/home/bob/.config/\xff\n", "/etc/ssh/x",
		"/var/log/cups", "/var/lib/redis-*", "/run/user/1000/x", "/root/.cache/x", "/home",
	} {
		f.Add(name)
	}
	table := read(f, machine)
	f.Fuzz(func(t *testing.T, text string) {
		name := path.Clean("/" + text)
		o := table.Of(name)
		if (o.Type == owner.TypeUnknown) != (o.Name == "") || (o.Name == "") != (o.From == owner.Evidence{}) {
			t.Errorf("%q: %+v", name, o)
		}
		if o.Unit != "" && !slices.Contains(o.Units, o.Unit) || o.Type == owner.TypeUnit && o.Unit != o.Name {
			t.Errorf("%q: %+v", name, o)
		}
		if o.Kind != owner.KindUnknown && o.KindFrom.Source == owner.SourceUnknown || o.Mode != "" && (o.ModeFrom.Source == owner.SourceUnknown || len(o.Mode) != 4) {
			t.Errorf("%q: no evidence: %+v", name, o)
		}
		above := strings.Contains(o.Path, "*") || o.Path == "" || name == o.Path || strings.HasPrefix(name, strings.TrimSuffix(o.Path, "/")+"/")
		if !above {
			t.Errorf("%q is not in %q", name, o.Path)
		}
	})
}
