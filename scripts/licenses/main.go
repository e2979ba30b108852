// Command licenses writes THIRD_PARTY_LICENSES: the licences of all modules that are linked
// into the released programs, and of Go itself. MIT, BSD and Apache 2.0 require that their
// notices are distributed with binaries.
//
//	go run ./scripts/licenses          compare the file with the modules
//	go run ./scripts/licenses update   write the file
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const fileName = "THIRD_PARTY_LICENSES"

// platforms are the platforms in .goreleaser.yaml. A module may be linked on only one of them.
var platforms = []string{"linux/amd64", "linux/arm64"}

// legal matches the names of files that have to be distributed with a binary.
var legal = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// goModule has the same licence text as the Go project. It is used for the standard library and
// the runtime, because not every distribution of Go installs their copy.
const goModule = "golang.org/x/sys"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "licenses: error: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	want, err := notices(".")
	if err != nil {
		return err
	}
	switch {
	case slices.Equal(args, []string{"update"}):
		return os.WriteFile(fileName, want, 0o644)
	case len(args) > 0:
		return fmt.Errorf("usage: licenses [update]")
	}
	got, err := os.ReadFile(fileName)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%s does not match go.mod: run go run ./scripts/licenses update", fileName)
	}
	return nil
}

// module is the output of go list for the module of a package.
type module struct {
	Path, Version, Dir string
	Main               bool
}

// linked returns the modules of all packages that the program in dir imports, sorted by path,
// and the directories of those packages.
func linked(dir, platform string) ([]module, map[string][]string, error) {
	goos, goarch, _ := strings.Cut(platform, "/")
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Module", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("list the modules of %s: %w", platform, err)
	}
	var modules []module
	dirs := map[string][]string{}
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p struct {
			Dir    string
			Module *module
		}
		if err := dec.Decode(&p); err != nil {
			return nil, nil, fmt.Errorf("read the output of go list: %w", err)
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		if _, known := dirs[p.Module.Path]; !known {
			modules = append(modules, *p.Module)
		}
		dirs[p.Module.Path] = append(dirs[p.Module.Path], p.Dir)
	}
	return modules, dirs, nil
}

// notices returns the required content of the file for the program in dir.
func notices(dir string) ([]byte, error) {
	var all []module
	places := map[string][]string{}
	for _, platform := range platforms {
		modules, dirs, err := linked(dir, platform)
		if err != nil {
			return nil, err
		}
		for _, m := range modules {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
			places[m.Path] = append(places[m.Path], dirs[m.Path]...)
		}
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.Path, b.Path) })

	var b bytes.Buffer
	b.WriteString("list-ephemeral contains the following third-party software.\n" +
		"Written by \"go run ./scripts/licenses update\"; do not edit.\n")
	i := slices.IndexFunc(all, func(m module) bool { return m.Path == goModule })
	if i < 0 {
		return nil, fmt.Errorf("find the licence of Go: %s is not linked", goModule)
	}
	if err := write(&b, "Go, its standard library and runtime", all[i], nil); err != nil {
		return nil, err
	}
	for _, m := range all {
		if err := write(&b, m.Path+" "+m.Version, m, places[m.Path]); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// write appends the notices of m: those at its top, and those in the directories of its used
// packages.
func write(b *bytes.Buffer, title string, m module, packages []string) error {
	dirs := append([]string{m.Dir}, packages...)
	slices.Sort(dirs)
	fmt.Fprintf(b, "\n%s\n%s\n", strings.Repeat("=", 80), title)
	found := 0
	for _, dir := range slices.Compact(dirs) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return fmt.Errorf("read the module %s: %w", m.Path, err)
		}
		for _, e := range entries {
			if e.IsDir() || !legal.MatchString(e.Name()) {
				continue
			}
			file := filepath.Join(dir, e.Name())
			text, err := os.ReadFile(file)
			if err != nil {
				return fmt.Errorf("read a licence: %w", err)
			}
			name, err := filepath.Rel(m.Dir, file)
			if err != nil {
				return err
			}
			text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
			fmt.Fprintf(b, "\n---- %s\n\n%s\n", name, bytes.Trim(text, "\n"))
			found++
		}
	}
	if found == 0 {
		return fmt.Errorf("the module %s has no licence file", m.Path)
	}
	return nil
}
