package tui

import (
	"context"
	"errors"
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// inserting opens the snippet of a path and its into dialog.
func inserting(t *testing.T, files []IntoFile, plan func(file string, at ...string) (IntoPlan, error)) *driver {
	t.Helper()
	d := newDriver(t, Options{Dialects: []string{"plain", "impermanence"}, Machine: fakeMachine{
		intoFiles: func(_ context.Context, dialect int) ([]IntoFile, error) {
			if dialect != 0 {
				return nil, fmt.Errorf("no files in dialect %d", dialect)
			}
			return files, nil
		},
		planInto: func(_ context.Context, file string, at []string, selected []index.Selected, _ int) (IntoPlan, error) {
			equal(t, "selected", len(selected), 1)
			return plan(file, at...)
		},
	}})
	d.add(sample...)
	d.end(nil)
	d.keys("space", "enter", "i")
	return d
}

func TestIntoChoosesShowsAndWrites(t *testing.T) {
	var planned, wrote []string
	d := inserting(t, []IntoFile{{Path: "/etc/nixos/a\x1b.nix", Places: []string{"line 3: host.persistence.directories"}}, {Path: "/etc/nixos/b.nix", Places: []string{"line 9: a new list"}}},
		func(file string, _ ...string) (IntoPlan, error) {
			planned = append(planned, file)
			return IntoPlan{
				Lines: []IntoLine{{Kind: LineProblem, Text: "one is left out"}, {Kind: LineHeading, Text: "@@ -1 +1,2 @@"}, {Kind: LineRemoved, Text: `-"\u202e"`}, {Kind: LineAdded, Text: "+\u202e"}, {Kind: LineContext, Text: " same"}, {Kind: LineNote, Text: "checked"}},
				Write: func(context.Context) []string { wrote = append(wrote, file); return []string{"wrote it \x07"} },
			}, nil
		})
	d.has("insert into which file?", `/etc/nixos/a\e.nix`, "line 3: host.persistence.directories", "/etc/nixos/b.nix", "Enter shows the change")
	d.keys("j", "enter")
	d.has("change /etc/nixos/b.nix?", "one is left out", "@@ -1 +1,2 @@", `+\u{202e}`, " same", "checked", "Enter writes the file")
	equal(t, "written", len(wrote), 0)
	d.keys("esc")
	d.has("insert into which file?")
	d.keys("k", "enter")
	d.has(`change /etc/nixos/a\e.nix?`)
	d.hold = true
	d.keys("enter", "enter", "esc") // the file is being written
	d.has("writing")
	d.hold = false
	d.release()
	d.has(`wrote it \x07`, "Esc goes back")
	equal(t, "plans", len(planned), 2)
	equal(t, "written", fmt.Sprintf("%q", wrote), `["/etc/nixos/a\x1b.nix"]`)
	d.keys("enter")
	d.has("snippet for 1 path")
	d.hasNot("wrote it")
}

func TestIntoLetsChooseAmongPlaces(t *testing.T) {
	var chosen [][]string
	wrote := false
	write := func(context.Context) []string { wrote = true; return nil }
	d := inserting(t, []IntoFile{{Path: "/p.nix"}}, func(_ string, at ...string) (IntoPlan, error) {
		chosen = append(chosen, at)
		left := IntoLine{Kind: LineProblem, Text: "the list has 2 places"}
		switch len(at) {
		case 0:
			return IntoPlan{Lines: []IntoLine{left}, Choices: []IntoChoice{{At: "3", Text: "a.files with 2 elements"}, {At: "9", Text: "b\x1b.files"}}}, nil
		case 1:
			return IntoPlan{Lines: []IntoLine{left, {Kind: LineAdded, Text: "+one"}}, Choices: []IntoChoice{{At: "12:c", Text: "c"}}, Write: write}, nil
		}
		return IntoPlan{Lines: []IntoLine{{Kind: LineAdded, Text: "+both"}}, Write: write}, nil
	})
	d.has("insert where?", "the list has 2 places", "line 3: a.files with 2 elements", `line 9: b\e.files`, "none of these", "Enter chooses")
	d.keys("j", "enter")
	d.has("insert where?", "line 12:c: c")
	d.keys("G", "enter") // none of these: what can be inserted is shown
	d.has("change /p.nix?", "+one", "Enter writes the file")
	d.keys("esc", "i", "enter", "enter")
	d.has("change /p.nix?", "+both")
	d.keys("enter")
	equal(t, "written", wrote, true)
	equal(t, "choices", fmt.Sprint(chosen), "[[] [9] [] [3] [3 12:c]]")
}

func TestIntoPlansAtOnceForOneFile(t *testing.T) {
	for _, tt := range []struct {
		name string
		plan IntoPlan
		err  error
		want string
	}{
		{"nothing to write", IntoPlan{Lines: []IntoLine{{Kind: LineNote, Text: "nothing to insert"}}}, nil, "nothing to insert"},
		{"a file that is refused", IntoPlan{}, errors.New("syntax \x1berror"), `syntax \eerror`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := inserting(t, []IntoFile{{Path: "/p.nix"}}, func(string, ...string) (IntoPlan, error) { return tt.plan, tt.err })
			d.has(tt.want, "Esc goes back")
			d.hasNot("Enter writes")
			d.keys("enter")
			d.hasNot(tt.want)
			d.has("snippet for 1 path")
		})
	}
}

func TestIntoSaysWhyThereIsNoFile(t *testing.T) {
	d := inserting(t, nil, nil)
	d.has("no Nix file with lists of paths was found", "snippet.file")
	d.keys("esc", "f", "i")
	d.has("no files in dialect 1")
}

func TestIntoDropsLateAnswers(t *testing.T) {
	d := inserting(t, []IntoFile{{Path: "/a"}, {Path: "/b"}}, func(string, ...string) (IntoPlan, error) {
		return IntoPlan{Lines: []IntoLine{{Kind: LineNote, Text: "late"}}}, nil
	})
	d.hold = true
	d.keys("enter")
	d.has("planning")
	d.keys("enter", "j", "esc")
	d.hold = false
	d.release()
	d.hasNot("late")
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.keys("i")
	d.has("which file")
}

func TestIntoIsOnlyForSnippets(t *testing.T) {
	d := newDriver(t, Options{Machine: fakeMachine{}})
	d.add(sample...)
	d.end(nil)
	d.keys("space", "enter", "i")
	d.has("these paths are not a snippet")
}

// TestIntoShowsTheFileAtTheCursor moves through more files than fit.
func TestIntoShowsTheFileAtTheCursor(t *testing.T) {
	var files []IntoFile
	for i := range 30 {
		files = append(files, IntoFile{Path: fmt.Sprintf("/file-%02d.nix", i), Places: []string{"line 1: x"}})
	}
	d := inserting(t, files, nil)
	for _, tt := range []struct{ key, want string }{{"end", "/file-29.nix"}, {"home", "/file-00.nix"}, {"pgdown", "/file-"}, {"G", "/file-29.nix"}, {"k", "/file-28.nix"}} {
		d.keys(tt.key)
		d.has(tt.want)
	}
}
