package nspawn

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// wanted are the packages of a tree. What they depend on is added.
var wanted = []string{"base-files", "base-passwd", "bash", "coreutils", "libc-bin", "mount", "systemd", "util-linux"}

// installedFormat has one line a package: name, state, dependencies, provided names.
const installedFormat = "${Package}\t${db:Status-Abbrev}\t${Pre-Depends},${Depends}\t${Provides}\n"

// files returns the paths of the files and directories of packages, and of all packages that
// they depend on, sorted, as dpkg lists them: a path may lead through a symlink.
func files(ctx context.Context, names []string) ([]string, error) {
	text, err := output(exec.CommandContext(ctx, "dpkg-query", "--show", "--showformat", installedFormat))
	if err != nil {
		return nil, fmt.Errorf("list the installed packages: %w", err)
	}
	all, err := Closure(text, names)
	if err != nil {
		return nil, err
	}
	list, err := output(exec.CommandContext(ctx, "dpkg-query", append([]string{"--listfiles"}, all...)...))
	if err != nil {
		return nil, fmt.Errorf("list the files of packages: %w", err)
	}
	var paths []string
	for line := range strings.Lines(list) {
		if path := strings.TrimSuffix(line, "\n"); strings.HasPrefix(path, "/") && path != "/." {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// Closure returns the given packages and all installed packages that they depend on, sorted.
// The text has a line for each package: name, state, dependencies and provided names, separated
// by tabs, in the format of dpkg-query(1). Of alternatives the first that is installed counts;
// a dependency without one is left out. A given package that is not installed is an error.
func Closure(text string, names []string) ([]string, error) {
	depends, provider := parseInstalled(text)
	seen := map[string]bool{}
	queue := slices.Clone(names)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		if _, ok := depends[name]; !ok {
			return nil, fmt.Errorf("package %s is not installed", name)
		}
		seen[name] = true
		for group := range strings.SplitSeq(depends[name], ",") {
			for alternative := range strings.SplitSeq(group, "|") {
				one := packageName(alternative)
				if _, ok := depends[one]; !ok {
					one = provider[one]
				}
				if one != "" {
					queue = append(queue, one)
					break
				}
			}
		}
	}
	var all []string
	for name := range seen {
		all = append(all, name)
	}
	slices.Sort(all)
	return all, nil
}

// parseInstalled returns the dependencies of each installed package, and for each name that
// packages provide one of them.
func parseInstalled(text string) (depends, provider map[string]string) {
	depends, provider = map[string]string{}, map[string]string{}
	for line := range strings.Lines(text) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 4 || !strings.HasPrefix(fields[1], "ii") {
			continue
		}
		depends[fields[0]] = fields[2]
		for one := range strings.SplitSeq(fields[3], ",") {
			if name := packageName(one); name != "" {
				provider[name] = fields[0]
			}
		}
	}
	return depends, provider
}

// packageName returns the name in a dependency such as " libc6:any (>= 2.34)".
func packageName(dependency string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(dependency), " ")
	name, _, _ = strings.Cut(name, ":")
	return name
}

// output runs a command and returns what it prints. The error has what it printed on stderr.
func output(cmd *exec.Cmd) (string, error) {
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%s: %w: %s", cmd.Path, err, strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}
