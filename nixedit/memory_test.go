package nixedit_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

// TestLargeFilesTakeLittleMemory counts everything that is allocated, also what is garbage by then. It is
// not parallel, because the counter is that of the process.
func TestLargeFilesTakeLittleMemory(t *testing.T) {
	for name, text := range map[string]string{
		"modules in a list": large(5 << 20),
		"many sets":         largeModule(),
		"many modules":      manyModules("environment.persistence.\"/keep\".directories = [ \"/var/lib/example\" ];"),
		"many places":       manyModules(""),
		"many numbers":      "{ x = [ " + strings.Repeat("1 ", 5<<19) + "]; environment.persistence.\"/keep\".directories = [ ]; }",
		"many paths":        "{ environment.persistence.\"/keep\".directories = [\n" + strings.Repeat("  \"/var/lib/example\"\n", 5<<20/21) + "]; }",
	} {
		edit := nixedit.Edit{Lists: impermanence, Entries: []nixedit.Entry{
			entry(impermanence, hostDirs, "/var/lib/new"), entry(impermanence, homeDirs, ".new"),
		}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file, err := nixedit.Parse(text, nixedit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = file.Insert(edit)
		runtime.ReadMemStats(&after)
		if missing := name == "modules in a list" || name == "many places"; err != nil && !missing {
			t.Errorf("%s: %v", name, err)
		}
		most := 12.0 // times the size
		if name == "many places" {
			most = 14 // they are in the refusal
		}
		if used := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(text)); used > most {
			t.Errorf("%s: allocates %.1f times the size of the file, expected at most %.0f", name, used, most)
		} else {
			t.Logf("%s: allocates %.1f times the size of the file", name, used)
		}
	}
}
