package cli

import (
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// isCommand reports whether a command is in $PATH.
func isCommand(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// brief says what is at stake in one line.
func (s *status) brief(home string) string {
	return s.briefLost(home) + s.briefUnread()
}

// briefUnread says that nothing is known of some paths.
func (s *status) briefUnread() string {
	if s.Unread == 0 {
		return ""
	}
	return "; " + count(s.Unread, "path") + " could not be read"
}

func (s *status) briefLost(home string) string {
	hidden := fmt.Sprintf("%s (%s) hidden by exclude patterns", count(s.Hidden.Files, "file"), printable.Size(s.Hidden.Bytes))
	switch {
	case s.Lost.Files == 0 && s.Hidden.Files == 0:
		return "nothing would be lost at the next reboot"
	case s.Lost.Files == 0:
		return "nothing listed would be lost at the next reboot; " + hidden + " would be"
	}
	text := fmt.Sprintf("%s, %s would be lost at the next reboot", count(s.Lost.Files, "file"), printable.Size(s.Lost.Bytes))
	if len(s.Largest) > 0 {
		text += fmt.Sprintf(" (most of it: %s, %s)", printable.Name(tilde(s.Largest[0].text, home)), printable.Size(s.Largest[0].Bytes))
	}
	if s.Hidden.Files > 0 {
		text += ", and " + hidden
	}
	return text
}

// tilde writes a path below the home as people do.
func tilde(path, home string) string {
	if rest, below := strings.CutPrefix(path, home+"/"); below && home != "" {
		return "~/" + rest
	}
	return path
}

// appendTo writes all of it, in columns.
func (s *status) appendTo(dst []byte, home string, now time.Time) []byte {
	line := func(name, format string, args ...any) {
		dst = fmt.Appendf(dst, "%-14s %s\n", name, printable.Name(fmt.Sprintf(format, args...)))
	}
	config := s.Config
	if config == "" {
		config = "none; using built-in excludes and detected mounts"
	}
	line("configuration", "%s", config)
	line("home", "%s", s.Home)
	for _, root := range s.Roots {
		assumed := " (assumed to be wiped)"
		if root.FSType == "tmpfs" || root.FSType == "ramfs" { // these are certain
			assumed = ""
		}
		line("root", "%s on %s %s%s", root.Path, root.FSType, root.Source, assumed)
	}
	for _, store := range s.Storage {
		state := "not a mount"
		if store.Mounted {
			state = fmt.Sprintf("%s %s", store.FSType, store.Source)
		}
		line("storage", "%s, %s, %s free", store.Path, state, printable.Size(store.Free))
	}
	if len(s.Storage) == 0 {
		line("storage", "none found; snippets will say %s", s.Names)
	}
	line("mounts", "%s from storage", count(s.Mounted, "mount"))
	line("snippets", "dialect %s; storage path %s; clipboard via %s", s.Dialect, s.Names, s.Clip)
	for _, t := range s.Tracers {
		reason := "works"
		if t.Reason != "" {
			reason = t.Reason
		}
		line("trace", "%s: %s", t.Name, reason)
	}
	dst = append(dst, '\n')
	amountLine := func(name string, a amount, what string) {
		dst = fmt.Appendf(dst, "%-14s %9d files %6s  %s\n", name, a.Files, printable.Size(a.Bytes), what)
	}
	amountLine("lost", s.Lost, "at the next reboot")
	amountLine("lost, cache", s.Cache, "known to be cache")
	amountLine("lost, excluded", s.Excluded, fmt.Sprintf("hidden by exclude patterns (%s, %s neither cache nor created again at boot)",
		count(s.Hidden.Files, "file"), printable.Size(s.Hidden.Bytes)))
	amountLine("persisted", s.Kept, "in storage, and declared")
	if s.Trash.Files > 0 {
		amountLine("trash", s.Trash, "in storage, moved there by stray --trash")
	}
	dst = appendStakes(dst, "the largest", s.Largest, home, now)
	return appendStakes(dst, "the newest", s.Newest, home, now)
}

func appendStakes(dst []byte, title string, all []stake, home string, now time.Time) []byte {
	if len(all) == 0 {
		return dst
	}
	dst = fmt.Appendf(dst, "\n%s\n", title)
	for _, one := range all {
		dst = fmt.Appendf(dst, "%7d %6s %4s  %s\n", one.Files, printable.Size(one.Bytes), printable.Age(now.Sub(one.ModTime)), printable.Name(tilde(one.text, home)))
	}
	return dst
}
