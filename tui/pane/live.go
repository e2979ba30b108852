package pane

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// liveLines is the maximum number of lines that Live returns.
const liveLines = 200

// Live returns the first lines of a snippet for a card, safe to show and without comments.
func Live(s *SnippetText) (lines []string) {
	for line := range strings.SplitSeq(strings.TrimSuffix(s.Shown(), "\n"), "\n") {
		if len(lines) == liveLines {
			break
		}
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			lines = append(lines, safe(line))
		}
	}
	return lines
}

// OfferText says what a key does that keeps the directories that files fill.
func OfferText(files, dirs int, key string) string {
	that := "that"
	if dirs > 1 {
		that = "those"
	}
	return printable.Plural(files, "file fills", "files fill") + " " + printable.Plural(dirs, "directory", "directories") + ": " + key + " keeps " + that
}
