package check

import (
	"path"
	"strings"
)

// mostConfig is the size limit of configuration files in bytes.
const mostConfig = 1 << 20

// mustKeep adds a finding if a path exists and a boot wipes it.
func (c *checker) mustKeep(r *Result, severity Severity, name string) {
	if _, err := c.lstat(name); err != nil {
		r.unread(err)
		return
	}
	if from, lost := c.lost(name); lost {
		r.add(Finding{Kind: Lost, Severity: severity, Path: name, Other: from})
	}
}

// nixosIDs checks the directory in which NixOS remembers the numbers of users and groups. Without
// it, users may get other numbers, and kept files other owners.
func (c *checker) nixosIDs(r *Result) { c.mustKeep(r, Warning, "/var/lib/nixos") }

// machineID checks machine-id(5). The kernel parameter systemd.machine_id makes it constant.
func (c *checker) machineID(r *Result) {
	line, _ := c.files.Read("/proc/cmdline", mostConfig)
	for word := range strings.FieldsSeq(string(line)) {
		if strings.HasPrefix(word, "systemd.machine_id=") {
			return
		}
	}
	c.mustKeep(r, Warning, "/etc/machine-id")
}

// randomSeed checks the seed of systemd-random-seed.service(8).
func (c *checker) randomSeed(r *Result) { c.mustKeep(r, Note, "/var/lib/systemd/random-seed") }

// decisions checks whether what users decided about paths survives a boot.
func (c *checker) decisions(r *Result) {
	for _, dir := range c.Decisions {
		c.mustKeep(r, Note, dir)
	}
}

// sshHostKeys checks the keys that the configuration of sshd names, sshd_config(5).
func (c *checker) sshHostKeys(r *Result) {
	for _, key := range c.hostKeys(r) {
		c.mustKeep(r, Failure, key)
	}
}

// hostKeys returns the host keys of sshd: those of HostKey, otherwise the usual three. Without a
// configuration there is no sshd.
func (c *checker) hostKeys(r *Result) []string {
	const config, usual = "/etc/ssh/sshd_config", "/etc/ssh/ssh_host_"
	text, err := c.files.Read(config, mostConfig)
	if err != nil {
		r.unread(err)
		return nil
	}
	keys := c.readHostKeys(string(text), 0)
	if len(keys) == 0 {
		keys = []string{usual + "rsa_key", usual + "ecdsa_key", usual + "ed25519_key"}
	}
	return keys
}

// mostIncludes is how deep sshd includes files (READCONF_MAX_DEPTH of OpenSSH).
const mostIncludes = 16

func (c *checker) readHostKeys(text string, depth int) (keys []string) {
	for keyword, values := range parseSSHD(text) {
		switch {
		case keyword == "hostkey" && path.IsAbs(values[0]):
			keys = append(keys, path.Clean(values[0]))
		case keyword == "include" && depth < mostIncludes:
			for _, pattern := range values {
				for _, file := range c.glob(pattern) {
					included, err := c.files.Read(file, mostConfig)
					if err == nil {
						keys = append(keys, c.readHostKeys(string(included), depth+1)...)
					}
				}
			}
		}
	}
	return keys
}

// glob returns the files that match a pattern of Include. Only the last component may be a
// pattern; a relative one is in /etc/ssh.
func (c *checker) glob(pattern string) (files []string) {
	if !path.IsAbs(pattern) {
		pattern = path.Join("/etc/ssh", pattern)
	}
	dir, last := path.Split(pattern)
	if !strings.ContainsAny(last, `*?[\`) {
		return []string{pattern}
	}
	entries, _ := c.files.List(dir, mostListed)
	for _, e := range entries {
		if ok, _ := path.Match(last, e.Name); ok {
			files = append(files, path.Join(dir, e.Name))
		}
	}
	return files
}

// mostListed is how many names are read in one directory.
const mostListed = 10_000

// passwordFiles checks the files from which the activation reads the passwords of users.
func (c *checker) passwordFiles(r *Result) {
	if c.active == nil {
		return
	}
	for _, secret := range c.active.PasswordFiles {
		name := path.Clean(secret.Path)
		if !path.IsAbs(name) || strings.HasPrefix(name, "/run/") { // decrypted at every boot
			continue
		}
		f := Finding{Severity: Failure, Path: name, Name: secret.User}
		_, err := c.lstat(c.resolver.Whole(name))
		from, lost := c.lost(name)
		late := c.lateMount(name)
		switch {
		case missing(err):
			f.Kind = Missing
		case err != nil:
			r.unread(err)
			continue
		case lost:
			f.Kind, f.Other = Lost, from
		case late != "":
			f.Kind, f.Other = MountedLate, late
		default:
			continue
		}
		r.add(f)
	}
}

// parseSSHD yields the keywords of a text in the format of sshd_config(5), in lower case, with their
// arguments. Lines without an argument are left out.
func parseSSHD(text string) func(yield func(string, []string) bool) {
	return func(yield func(string, []string) bool) {
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			end := strings.IndexAny(line, " \t=")
			if end <= 0 || line[0] == '#' {
				continue
			}
			rest := strings.TrimLeft(line[end:], " \t")
			rest = strings.TrimLeft(strings.TrimPrefix(rest, "="), " \t")
			values := sshdWords(rest)
			if len(values) > 0 && !yield(strings.ToLower(line[:end]), values) {
				return
			}
		}
	}
}

// sshdWords splits arguments at blanks. Double quotes keep blanks, and "#" begins a comment.
func sshdWords(text string) (words []string) {
	for text = strings.TrimLeft(text, " \t"); text != "" && text[0] != '#'; text = strings.TrimLeft(text, " \t") {
		var word string
		if text[0] == '"' {
			quoted, rest, closed := strings.Cut(text[1:], `"`)
			if !closed {
				return words
			}
			word, text = quoted, rest
		} else {
			end := strings.IndexAny(text, " \t")
			if end < 0 {
				end = len(text)
			}
			word, text = text[:end], text[end:]
		}
		if word != "" {
			words = append(words, word)
		}
	}
	return words
}
