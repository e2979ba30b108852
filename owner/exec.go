package owner

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// launchers are programs that run another one: their arguments name the program, or a script or
// page does. They are not the name of what they run.
var launchers = []string{
	"bash", "cmd", "dash", "dbus-launch", "dbus-run-session", "dbus-send", "electron", "env", "exo-open", "false", "fish", "flatpak", "gapplication",
	"gjs", "gtk-launch", "java", "kcmshell5", "kcmshell6", "mono", "node", "perl", "pkexec", "python", "python2", "python3", "ruby", "sh", "snap",
	"sudo", "systemctl", "systemsettings", "true", "wine", "xdg-open", "zsh",
}

// shellWords are commands and keywords of the shell.
var shellWords = []string{"!", "[", "[[", "{", ".", "case", "cd", "eval", "export", "for", "if", "set", "source", "test", "trap", "ulimit", "umask", "until", "while"}

// programName returns the name of the program that a command runs, or "" if it is not known. It
// looks behind env, sh -c, flatpak, snap and distrobox-enter, and undoes the names of wrappers of
// Nix.
func programName(command string, args []string) string {
	name := unwrapped(path.Base(command))
	switch name {
	case "env":
		for i, arg := range args {
			if !strings.Contains(arg, "=") && !strings.HasPrefix(arg, "-") {
				return programName(arg, args[i+1:])
			}
		}
		return ""
	case "sh", "bash", "dash":
		return shellProgram(args)
	case "flatpak":
		return flatpakProgram(args)
	case "snap":
		if rest := afterWord(args, "run"); len(rest) > 0 {
			return path.Base(rest[0])
		}
		return ""
	case "distrobox-enter":
		if i := slices.Index(args, "--"); i >= 0 && i+1 < len(args) {
			return programName(args[i+1], args[i+2:])
		}
		return ""
	case "docker", "podman":
		if slices.Contains(args, "run") || slices.Contains(args, "start") { // the program is in the container
			return ""
		}
	case ".", "/":
		return ""
	}
	// "steam steam://rungameid/1" is the game, not Steam.
	opens := slices.ContainsFunc(args, func(arg string) bool { return strings.Contains(arg, "://") })
	if slices.Contains(launchers, name) || opens {
		return ""
	}
	return name
}

// shellProgram returns the program of "sh -c 'COMMAND …'".
func shellProgram(args []string) string {
	rest := afterWord(args, "-c")
	if len(rest) == 0 {
		return ""
	}
	fields := strings.Fields(rest[0])
	if len(fields) > 0 && fields[0] == "exec" {
		fields = fields[1:]
	}
	if len(fields) == 0 || slices.Contains(shellWords, fields[0]) || strings.ContainsAny(fields[0], "$`\"'();|&<>=") {
		return ""
	}
	return programName(fields[0], fields[1:])
}

// flatpakProgram returns the program of "flatpak run [OPTIONS] ID": that of --command, or the ID.
func flatpakProgram(args []string) string {
	for _, arg := range afterWord(args, "run") {
		if command, ok := strings.CutPrefix(arg, "--command="); ok {
			return path.Base(command)
		}
		if !strings.HasPrefix(arg, "-") {
			return arg
		}
	}
	return ""
}

// afterWord returns what follows a word.
func afterWord(args []string, word string) []string {
	if i := slices.Index(args, word); i >= 0 {
		return args[i+1:]
	}
	return nil
}

// unwrapped undoes the name that Nix gives to a wrapped program: ".x-wrapped" is x.
func unwrapped(name string) string {
	for strings.HasPrefix(name, ".") && (strings.HasSuffix(name, "-wrapped") || strings.HasSuffix(name, "-wrapped_")) {
		name = strings.TrimSuffix(strings.TrimSuffix(name[1:], "_"), "-wrapped")
	}
	return name
}

// storeName is a path in a Nix store: the hash, the name and the version of a package.
var storeName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^/nix/store/[a-z0-9]{32}-(.+?)(-[0-9][^/]*)?(?:/|$)`)
})

// storePackage returns the name of the package in a path of a Nix store, without its version, or
// "". Scripts of units ("unit-script-x-start") are not packages.
func storePackage(name string) string {
	m := storeName().FindStringSubmatch(name)
	if m == nil || strings.HasPrefix(m[1], "unit-script-") {
		return ""
	}
	return m[1]
}

// execWords splits the value of Exec= of a desktop file: words by space, quoted ones with the
// escapes \" \\ \$ and \`, and without the field codes (desktop-entry-spec 1.5).
func execWords(value string) []string {
	var words []string
	var word []byte
	started, quoted := false, false
	end := func() {
		if started {
			words = append(words, string(word))
		}
		word, started = nil, false
	}
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case quoted && c == '\\' && i+1 < len(value) && strings.IndexByte("\"\\$`", value[i+1]) >= 0:
			i++
			word = append(word, value[i])
		case c == '"':
			quoted, started = !quoted, true
		case !quoted && (c == ' ' || c == '\t' || c == '\n'):
			end()
		case c == '%' && i+1 < len(value) && strings.IndexByte("fFuUickdDnNvm%", value[i+1]) >= 0:
			i++
			if value[i] == '%' {
				word, started = append(word, '%'), true
			}
		default:
			word, started = append(word, c), true
		}
	}
	end()
	return words
}
