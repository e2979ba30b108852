package trash

import "testing"

func TestInvalidManifestLinesAreRefused(t *testing.T) {
	for _, line := range []string{"", "1", `1 "" ""`, `1 "" "/etc"`, `1 "" "../x"`, `1 "" "a/../b"`, `1 ".." "a"`, `../1 "" "a"`, `01 "" "a"`, `-1 "" "a"`, `1 "" a`, `1 "" "a" "b"`} {
		if item, err := parseItem(line); err == nil {
			t.Errorf("parsed %q as %+v", line, item)
		}
	}
}

// FuzzManifestLines checks that any path can be written to a manifest line and parsed back.
func FuzzManifestLines(f *testing.F) {
	f.Add("home/a", "")
	f.Add("x\n1 \"\" \"y\"\xff", "sub vol/\x00")
	f.Fuzz(func(t *testing.T, rel, in string) {
		item := Item{name: "7", in: in, rel: rel}
		got, err := parseItem(string(item.appendTo(nil)))
		if valid := rel != "" && isBelow(rel) && isBelow(in); valid != (err == nil) || valid && got != item {
			t.Errorf("%+v became %+v, %v", item, got, err)
		}
	})
}
