package owner

import (
	"context"
	"io/fs"
	"path"
	"strings"
)

// flatpakInstallations are the directories of the system's and of a user's applications.
func flatpakInstallations(u User) []string {
	return []string{u.Home + "/.local/share/flatpak", "/var/lib/flatpak"}
}

// flatpak returns the claims of applications with data in a home, and of the installations.
func (r *reader) flatpak(ctx context.Context, u User) []claim {
	var all []claim
	for _, entry := range r.list(u.Home + "/.var/app") {
		if entry.Type&fs.ModeDir == 0 || ctx.Err() != nil {
			continue
		}
		all = append(all, r.flatpakApp(u, entry.Name)...)
	}
	for _, dir := range flatpakInstallations(u) {
		from := func(text string) Evidence { return Evidence{Source: SourceFlatpak, File: dir, Text: text} }
		all = append(all,
			claim{path: dir, typ: TypeProgram, name: "flatpak", kind: KindRegenerated, from: from("an installation of Flatpak, which can be fetched again")},
			claim{path: dir + "/overrides", typ: TypeProgram, name: "flatpak", kind: KindConfig, from: from("permissions that the user has changed")})
	}
	return all
}

// flatpakParts are the directories that a sandboxed program has below ~/.var/app/ID, and what they
// contain: "Sandbox Permissions" of the Flatpak documentation, flatpak-run(1).
var flatpakParts = []struct {
	name string
	kind Kind
}{
	{"data", KindData}, {"config", KindConfig}, {"cache", KindCache}, {".local/state", KindState}, {".ld.so", KindRegenerated},
}

// flatpakApp returns the claims of one application.
func (r *reader) flatpakApp(u User, id string) []claim {
	top := path.Join(u.Home, ".var/app", id)
	name, file := id, top
	for _, dir := range flatpakInstallations(u) {
		exported := path.Join(dir, "exports/share/applications", id+".desktop")
		if text := r.read(exported); text != "" {
			if e, ok := parseDesktop([]byte(text), id, exported); ok && e.name != "" {
				name, file = e.name, exported
			}
			break
		}
	}
	say := func(p string, kind Kind, at, text string) claim {
		return claim{path: p, typ: TypeProgram, name: id, kind: kind, user: u.Name, from: Evidence{Source: SourceFlatpak, File: at, Text: text}}
	}
	all := []claim{say(top, KindUnknown, file, "the Flatpak application "+name)}
	for _, part := range flatpakParts {
		all = append(all, say(path.Join(top, part.name), part.kind, file, "the directory "+part.name+" of the Flatpak application "+name))
	}
	for _, dir := range flatpakInstallations(u) {
		metadata := path.Join(dir, "app", id, "current/active/metadata")
		text := r.read(metadata)
		if text == "" {
			continue
		}
		for _, kept := range flatpakList(parseKeyFile(text, "Context")["Context"]["persistent"]) {
			all = append(all, say(path.Join(top, kept), KindData, metadata, "persistent="+kept))
		}
		break
	}
	return all
}

// flatpakList splits a list of the metadata: words separated by ";", relative and without "!", which
// denies.
func flatpakList(value string) []string {
	var words []string
	for word := range strings.SplitSeq(value, ";") {
		word = path.Clean(strings.TrimSpace(word))
		if word != "." && word != ".." && !path.IsAbs(word) && !strings.HasPrefix(word, "!") && !strings.HasPrefix(word, "../") {
			words = append(words, word)
		}
	}
	return words
}
