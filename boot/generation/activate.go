package generation

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// The files of the store that an activation script names.
var (
	usersFile = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(store + `/[0-9A-Za-z+._?=-]*users-groups\.json`)
	})
	createFile = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(store + `/[0-9A-Za-z+._?=-]*-(?:persistence|impermanence)-run-create-directories`)
	})
)

// activation reads SYSTEM/activate for the homes of users, and for the owners and modes that
// impermanence sets. An image without the script has none of them.
func (r *reader) activation() {
	file := r.at("activate")
	script, err := r.files.Read(file, maxScript)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.unreadable(file, err)
	}
	if name := usersFile().Find(script); name != nil {
		r.users(string(name))
	}
	for exec := range r.units.Assemble("userborn.service").All("Service", "ExecStart") {
		if commands, err := unitfile.Commands(exec.Value, nil); err == nil && len(commands) > 0 && len(commands[0].Args) > 0 {
			r.users(commands[0].Args[0])
		}
	}
	r.createDirectories(file, script) // where the lines were until 2022
	for _, name := range createFile().FindAll(script, -1) {
		r.impermanence = true
		content, err := r.files.Read(string(name), maxScript)
		if err != nil {
			r.unreadable(string(name), err)
			continue
		}
		r.createDirectories(string(name), content)
	}
}

// users reads a list of users: the JSON of NixOS' update-users-groups.pl or of userborn.
func (r *reader) users(file string) {
	content, err := r.files.Read(file, maxScript)
	if err != nil {
		r.unreadable(file, err)
		return
	}
	var list struct {
		Users []struct {
			Name, Home                       string
			HashedPasswordFile, PasswordFile string // the second one until 23.11
		}
	}
	if err := json.Unmarshal(content, &list); err != nil {
		r.problem(Problem{Kind: Malformed, Source: Source{File: file}, Err: err})
		return
	}
	for _, user := range list.Users {
		r.homes[user.Name] = user.Home
		if file := cmp.Or(user.HashedPasswordFile, user.PasswordFile); file != "" {
			r.secrets = append(r.secrets, PasswordFile{User: user.Name, Path: file})
		}
	}
}

// createDirectories reads the lines of impermanence in a script:
//
//	H-create-directories STORAGE PATH USER GROUP MODE DEBUG
//
// with six arguments since 2022-02-16, five for two weeks before, and two earlier. Parents
// come first with default modes: the last line for a path counts.
func (r *reader) createDirectories(file string, script []byte) {
	number := 0
	for line := range strings.Lines(string(script)) {
		number++
		command, _, _ := strings.Cut(strings.TrimLeft(line, " \t"), " ")
		if !strings.HasSuffix(strings.Trim(command, "'\n"), "-create-directories") || !strings.HasPrefix(strings.Trim(command, "'"), store) {
			continue
		}
		words, ok := shellWords(line)
		if !ok {
			r.problem(Problem{Kind: Malformed, Source: Source{File: file, Line: number}, Detail: strings.TrimRight(line, "\n")})
			continue
		}
		if len(words) >= 6 {
			r.owners[path.Join("/", words[2])] = owner{words[5], words[3], words[4]}
		}
	}
}
