package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/nixfile"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/nixedit"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// nixFile is a parsed Nix file, or the reason why it cannot be parsed.
type nixFile struct {
	*nixfile.File
	parsed *nixedit.File
	err    error
}

func parseNix(f *nixfile.File) nixFile {
	parsed, err := nixedit.Parse(f.Text, nixedit.Options{})
	return nixFile{f, parsed, err}
}

// nixFiles are the files of the configuration that mention lists of paths.
type nixFiles struct {
	dir   string // that was searched, or the file that was named
	files []nixFile
	// named is set if the file was named, and not found by a search.
	named bool
	// declared are the paths that each file declares.
	declared []nixedit.Index
	// complete is false if the search has reached a limit.
	complete bool
}

// editLists returns the lists of a dialect as the editor describes them.
func editLists(lists []snippet.List) []nixedit.List {
	all := make([]nixedit.List, len(lists))
	for i, l := range lists {
		all[i] = nixedit.List{Block: l.Block, Base: l.Base, Owner: l.Owner, Key: l.Key, Directories: l.Directories}
		for _, attr := range l.Path {
			a := nixedit.Attr{Name: attr.Name}
			switch attr.Role {
			case snippet.RoleStore:
				a.Role, a.Alias = nixedit.RoleStore, "persistentStoragePath"
			case snippet.RoleUser:
				a.Role = nixedit.RoleUser
			case snippet.RoleFixed, snippet.RoleUnknown:
				a.Role = nixedit.RoleFixed
			}
			all[i].Path = append(all[i].Path, a)
		}
	}
	return all
}

// allLists returns the lists of all dialects, with any storage path.
func (s *Session) allLists() []nixedit.List {
	// Not the whole style: the screen changes its dialect at the same time.
	style := snippet.Options{Home: s.Style.Home, HomeAttr: s.Style.HomeAttr, HostAttr: s.Style.HostAttr}
	style.Users, _ = s.users() // without users, the lists of the host
	var all []nixedit.List
	for _, dialect := range []setting.Dialect{setting.DialectPlain, setting.DialectImpermanence, setting.DialectImpermanenceHM, setting.DialectPreservation} {
		style.Dialect = dialect
		all = append(all, editLists(snippet.Entries(nil, style).Lists)...)
	}
	for i := range all {
		for j := range all[i].Path {
			if all[i].Path[j].Role == nixedit.RoleStore {
				all[i].Path[j].Name = ""
			}
		}
	}
	return all
}

// words are words of which a file with one of the lists contains one: the last name before the
// storage path.
func words(lists []nixedit.List) (words []string) {
	for _, l := range lists {
		word := ""
		for _, attr := range l.Path[:len(l.Path)-1] {
			if attr.Role != nixedit.RoleFixed {
				break
			}
			word = attr.Name
		}
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// The search runs while a command waits for it.
const searchTime = 2 * time.Second

// findNix returns the files below a directory, or the named file, that mention one of the lists. An
// empty name means the configured file, otherwise the files from which the system was built, otherwise
// the first of the usual directories with such files.
func (s *Session) findNix(ctx context.Context, name string, lists []nixedit.List) (nixFiles, error) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	if name == "" {
		name = s.Config.Snippet.File.Text
	}
	if name != "" {
		return s.namedNix(ctx, name, lists)
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "/"
	}
	all := nixFiles{complete: true}
	dirs := slices.DeleteFunc(nixfile.Dirs(dir, os.Getenv), s.stops)
	for _, dir := range dirs {
		if files := s.sourceFiles(ctx, dir); len(files) > 0 {
			return nixFiles{dir: dir, files: files, complete: true}, nil
		}
	}
	for _, dir := range dirs {
		all.dir = dir
		files, complete := nixfile.Find(ctx, dir, words(lists), nixfile.Limits{})
		all.complete = all.complete && complete
		all.parse(ctx, files)
		if len(all.files) > 0 {
			break
		}
	}
	return all, nil
}

func (s *Session) namedNix(ctx context.Context, name string, lists []nixedit.List) (nixFiles, error) {
	info, err := os.Stat(name)
	if err != nil || !info.IsDir() { // Read says what is wrong
		f, err := nixfile.Read(name)
		if err != nil {
			return nixFiles{}, err
		}
		return nixFiles{dir: name, files: []nixFile{parseNix(f)}, named: true, complete: true}, nil
	}
	dir, err := filepath.Abs(name)
	if err != nil {
		return nixFiles{}, fmt.Errorf("make %s absolute: %w", name, err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nixFiles{}, fmt.Errorf("resolve %s: %w", name, err)
	}
	if nixfile.InStore(dir) {
		return nixFiles{}, fmt.Errorf("search %s: %w", name, nixfile.ErrStore)
	}
	files, complete := nixfile.Find(ctx, dir, words(lists), nixfile.Limits{})
	all := nixFiles{dir: dir, complete: complete}
	all.parse(ctx, files)
	return all, nil
}

// parse adds files, until ctx is done.
func (n *nixFiles) parse(ctx context.Context, files []*nixfile.File) {
	for _, f := range files {
		if ctx.Err() != nil {
			n.complete = false
			return
		}
		n.files = append(n.files, parseNix(f))
	}
}

// DeclaredAt returns where a Nix file of the configuration declares a path, or a directory above it:
// "/etc/nixos/persist.nix:12". It returns "" if that was not found. The files are read once, in some
// 2 s at most, also if a file system does not respond; without snippet.file, a flake or /etc/nixos
// nothing is read.
func (s *Session) DeclaredAt(path string) string {
	s.nix.Do(func() { s.nix.nixFiles = s.readDeclared() })
	longest, where := -1, ""
	for i, index := range s.nix.declared {
		if d, ok := index.Covering(path); ok && len(d.Path) > longest {
			longest = len(d.Path)
			where = fmt.Sprintf("%s:%d%s", s.nix.files[i].Path, d.Line, reservation(&d))
		}
	}
	return where
}

// reservation returns why a declaration may not count, as the end of a sentence.
func reservation(d *nixedit.Declaration) (text string) {
	if d.Conditional {
		text = ", under a condition"
	}
	if d.Computed {
		text += ", for a computed user or storage path"
	}
	return text
}

// readDeclared reads what the Nix files declare. It returns nothing if they cannot be read in time.
func (s *Session) readDeclared() nixFiles {
	ctx, cancel := context.WithTimeout(context.Background(), searchTime)
	defer cancel()
	done := make(chan nixFiles, 1)
	_ = Unstuck(ctx, func() error { // --into says what is wrong with a file
		lists := s.allLists()
		found, err := s.findNix(ctx, "", lists)
		for _, f := range found.files {
			index := nixedit.Index{}
			if f.err == nil && ctx.Err() == nil {
				index = nixedit.NewIndex(f.parsed.Declared(lists))
			}
			found.declared = append(found.declared, index)
		}
		done <- found
		return err
	})
	select {
	case found := <-done:
		return found
	default:
		return nixFiles{}
	}
}

// parseAt parses the values of --at: LINE, ATTR or LINE:ATTR.
func parseAt(texts []string) (choices []nixedit.At, err error) {
	for _, text := range texts {
		line, attr, both := strings.Cut(text, ":")
		if strings.Trim(line, "0123456789") != "" {
			choices = append(choices, nixedit.At{Attr: text})
			continue
		}
		at := nixedit.At{Attr: attr}
		if at.Line, err = strconv.Atoi(line); err != nil || at.Line < 1 || both && attr == "" {
			return nil, Misuse(fmt.Errorf("--at: expected a line number from 1, an attribute path, or both as LINE:ATTR, got %q", text))
		}
		choices = append(choices, at)
	}
	return choices, nil
}
