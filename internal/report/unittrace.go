package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/owner"
)

// TouchedTexts compares what a unit declares with the paths that its trace has changed, as lines.
// instance replaces "*" in what a template declares.
func TouchedTexts(u *owner.Declaration, instance string, changed []string) []string {
	var texts []string
	left := slices.Clone(changed)
	for i := range u.Directories {
		d := &u.Directories[i]
		dir, data := strings.ReplaceAll(d.Path, "*", instance), strings.ReplaceAll(d.Data, "*", instance)
		count := 0
		left = slices.DeleteFunc(left, func(path string) bool {
			inside := paths.AtOrBelow(path, dir) || paths.AtOrBelow(path, data)
			if inside {
				count++
			}
			return inside
		})
		texts = append(texts, fmt.Sprintf("%s declares %s (%s): %s changed", u.Name, printable.Name(dir), printable.Name(d.From.Text), Count(count, "path")))
	}
	if len(left) == 0 {
		return texts
	}
	const most = 3
	shown := left[:min(most, len(left))]
	text := fmt.Sprintf("%s declares no directory for %s that it changed: %s", u.Name, Count(len(left), "path"), printable.Name(strings.Join(shown, ", ")))
	if len(left) > most {
		text += ", ..."
	}
	return append(texts, text)
}
