package generation

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// fstabLine is one line of fstab(5), with escapes undone.
type fstabLine struct {
	what, where, fsType, options string
	source                       Source
}

func (l fstabLine) has(names ...string) bool { return hasOption(l.options, names...) }

// fstab reads SYSTEM/etc/fstab and returns the lines by the names of their mount units. Of two lines
// for the same path the first one counts, systemd-fstab-generator(8).
func (r *reader) fstab() map[string]fstabLine {
	file := r.at("etc/fstab")
	content, err := r.files.Read(file, maxText)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			r.unreadable(file, err)
		}
		return nil
	}
	lines := map[string]fstabLine{}
	number := 0
	for text := range strings.Lines(string(content)) {
		number++
		line, ok := parseFstabLine(text)
		line.source = Source{File: file, Line: number}
		switch {
		case !ok:
			r.problem(Problem{Kind: Malformed, Source: line.source, Detail: strings.TrimRight(text, "\n")})
			continue
		case line.where == "" || line.fsType == "swap":
			continue
		}
		name, err := unitfile.EscapePath(line.where)
		if err != nil {
			r.problem(Problem{Kind: BadPath, Source: line.source, Path: line.where, Detail: strings.TrimRight(text, "\n")})
			continue
		}
		line.source.Unit = name + ".mount"
		if _, taken := lines[line.source.Unit]; taken {
			r.problem(Problem{Kind: DuplicateEntry, Source: line.source, Path: line.where})
			continue
		}
		lines[line.source.Unit] = line
	}
	return lines
}

// parseFstabLine splits a line at blanks. An empty line or a comment is ok and has no fields.
func parseFstabLine(text string) (fstabLine, bool) {
	text = strings.Trim(text, " \t\r\n")
	if text == "" || text[0] == '#' {
		return fstabLine{}, true
	}
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(fields) < 3 {
		return fstabLine{}, false
	}
	fields = append(fields, "defaults")
	return fstabLine{
		what: octal.Unescape(fields[0]), where: octal.Unescape(fields[1]), fsType: octal.Unescape(fields[2]), options: octal.Unescape(fields[3]),
	}, true
}

// fstabMount declares the mount of a line that no unit replaces. Drop-ins of the unit that systemd
// makes of the line count.
func (r *reader) fstabMount(line fstabLine) {
	name := line.source.Unit
	u := &unitfile.Unit{Name: name, ID: name}
	for _, pair := range [][2]string{{"What", line.what}, {"Where", line.where}, {"Type", line.fsType}, {"Options", line.options}} {
		value := strings.ReplaceAll(pair[1], "%", "%%") // as the generator writes it
		u.Settings = append(u.Settings, unitfile.Setting{Section: "Mount", Key: pair[0], Value: value, File: line.source.File, Line: line.source.Line})
	}
	r.units.Extend(u)
	e := Entry{Stage: System, order: orderMount, Source: line.source}
	e.fill(u, line.where)
	e.Source = line.source
	if e.Path == "" || isPseudo(e.Path) {
		return
	}
	for _, p := range u.Problems {
		e.Problems = append(e.Problems, fromUnit(p, name))
	}
	switch {
	case line.has("x-systemd.automount", "comment=systemd.automount"):
		e.OnAccess = true
	case line.has("noauto") && len(r.units.PulledInBy(name)) == 0:
		e.add(NoAuto, "")
	}
	r.declare(e)
}
