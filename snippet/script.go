package snippet

import (
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/octal"
)

// each calls do for each path, sorted bytewise.
func (s *selection) each(do func(p *place, item *Item)) {
	var all []Item
	for i := range s.places {
		all = append(append(all, s.places[i].dirs...), s.places[i].files...)
	}
	for _, item := range sortItems(all) {
		do(&s.places[s.placeOf(item.Path)], &item)
	}
}

// paths returns one path per line, or each path followed by NUL.
func (s *selection) paths(null bool) string {
	end := byte('\n')
	if null {
		end = 0
	}
	var b strings.Builder
	s.each(func(_ *place, item *Item) {
		b.WriteString(item.Path)
		b.WriteByte(end)
	})
	return b.String()
}

// jsonLine is the schema of the JSON dialect, which docs/json.md documents.
type jsonLine struct {
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	Type      string `json:"type"`
	Mode      string `json:"mode"`
	User      string `json:"user"`
	Group     string `json:"group"`
	HomeOf    string `json:"homeOf"`
	InHome    string `json:"inHome"`
}

// json returns one JSON object per line.
func (s *selection) json() string {
	var text []byte
	encoder := jsonline.NewEncoder()
	s.each(func(p *place, item *Item) {
		line := jsonLine{Type: "file", HomeOf: p.user.Name}
		line.Path, line.PathBytes = jsonline.Path(item.Path)
		if item.Dir {
			line.Type = "directory"
		} else if item.Kind != Ordinary && item.Kind != Swap {
			line.Type = item.Kind.String()
		}
		if a := item.Access; a != nil && item.Kind != Symlink {
			line.Mode, line.User, line.Group = octal.Mode(a.Mode), a.User, a.Group
		}
		if inHome := item.Path[p.skip():]; p.user.Home != "" && utf8.ValidString(inHome) {
			line.InHome = inHome
		}
		text = encoder.Append(text, &line)
	})
	return string(text)
}
