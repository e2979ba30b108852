package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// configuration is a config.json with the seven keys that the Home Manager
// module writes.
type configuration struct {
	Excludes       []string `json:"excludes"`
	ExtraExcludes  []string `json:"extraExcludes"`
	ExtraIncludes  []string `json:"extraIncludes"`
	HomeDir        string   `json:"homeDir"`
	PersistedDirs  []string `json:"persistedDirs"`
	PersistedFiles []string `json:"persistedFiles"`
	Programs       []string `json:"programs"`
}

// writeInputs writes the configurations and arguments of the compared programs for the
// tree at root:
//
//	config.json     the excludes, nothing persisted: the same work as fd's
//	all.json        nothing excluded, nothing persisted: the same work as find's
//	persisted.json  the excludes and persisted paths: the same work as the original's
//	fd-args         the same excludes for fd --base-directory root, one a line
func writeInputs(out, root, excludesFile, persistedFile string) error {
	excludes, err := readLines(excludesFile)
	if err != nil {
		return err
	}
	persisted, err := readLines(persistedFile)
	if err != nil {
		return err
	}
	if !utf8.ValidString(root) || strings.ContainsRune(root, '\n') {
		return fmt.Errorf("write inputs for %q: path is not UTF-8 or contains a newline", root)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("create %s: %w", out, err)
	}
	all := newConfiguration(root)
	excluding := newConfiguration(root)
	for _, pattern := range excludes {
		excluding.Excludes = append(excluding.Excludes, anchor(root, pattern))
	}
	whole := excluding
	for _, name := range persisted {
		if strings.HasSuffix(name, "/") {
			whole.PersistedDirs = append(whole.PersistedDirs, filepath.Join(root, name))
		} else {
			whole.PersistedFiles = append(whole.PersistedFiles, filepath.Join(root, name))
		}
	}
	for name, c := range map[string]configuration{
		"config.json": excluding, "all.json": all, "persisted.json": whole,
	} {
		if err := c.write(filepath.Join(out, name)); err != nil {
			return err
		}
	}
	var args strings.Builder
	for _, pattern := range excludes {
		fmt.Fprintf(&args, "--exclude=%s\n", pattern)
	}
	if err := os.WriteFile(filepath.Join(out, "fd-args"), []byte(args.String()), 0o644); err != nil {
		return fmt.Errorf("write arguments: %w", err)
	}
	return nil
}

func newConfiguration(root string) configuration {
	// Empty slices, because nil is encoded as null, which is not a list.
	return configuration{
		Excludes: []string{}, ExtraExcludes: []string{}, ExtraIncludes: []string{},
		HomeDir:       filepath.Join(root, home),
		PersistedDirs: []string{}, PersistedFiles: []string{},
		Programs: []string{"1password", "discord", "firefox", "git", "lutris", "vscode", "zed-editor"},
	}
}

func (c configuration) write(name string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	if err := os.WriteFile(name, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

// anchor converts a pattern that is relative to root into an equivalent one that is
// relative to "/". Patterns without a slash (except at the end) and patterns that begin
// with "**/" match at any depth, so they are returned unchanged.
func anchor(root, pattern string) string {
	if !strings.Contains(strings.TrimSuffix(pattern, "/"), "/") || strings.HasPrefix(pattern, "**/") {
		return pattern
	}
	return escape(strings.Trim(root, "/")) + "/" + strings.TrimPrefix(pattern, "/")
}

// escape escapes the characters that are special in a pattern.
func escape(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if strings.IndexByte(`*?[]{}\!#,`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// readLines returns the lines of a text file that are not empty.
func readLines(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	defer f.Close()
	var lines []string
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		if scanner.Text() != "" {
			lines = append(lines, scanner.Text())
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read list %s: %w", name, err)
	}
	return lines, nil
}
