package adopt

import (
	"os"
	"testing"
)

// TestEmptyDirectoriesAreCopied copies directories without any files to count.
func TestEmptyDirectoriesAreCopied(t *testing.T) {
	g := newGround(t)
	g.must(os.Mkdir(g.at("hollow"), 0o700))
	g.expect(g.adopt("hollow"), "copied hollow 0")
	g.expect(g.adopt("hollow"), "present hollow 0")
}
