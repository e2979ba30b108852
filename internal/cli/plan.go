package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// plan is what a command is going to do: configuration, flags and the machine,
// put together. This file is where configuration becomes the rules of a scan.
type plan struct {
	config *config.Config
	mounts *scan.Mounts
	policy *scan.Policy
	// scanRules are those that the policy was made of.
	scanRules scan.Rules
	// patterns are the exclude patterns of configuration and flags.
	patterns []pattern.Pattern
	// storage are the storage paths.
	storage []string
	style   snippet.Options
	owners  *owners
	// parent is the directory of the path that was described last.
	parent struct {
		dir    string
		access *snippet.Access
	}
	// known are the homes, for what is known of paths by their place.
	known known.Homes
	// renamed reports whether a trace has seen a file being renamed onto a path; nil
	// without a trace.
	renamed func(path string) bool
	only    []string // the PATHs, resolved
	// warnings are for the screen, which hides stderr.
	warnings []string
	// failed is the exit status that PATHs which are not there ask for.
	failed error
}

// plan reads the configuration and the mount table, and compiles the policy for
// the PATHs given.
func (a *app) plan(ctx context.Context, paths []string) (*plan, error) {
	p := &plan{owners: newOwners()}
	err := waitFor(ctx, func() (err error) { // the file may be a pipe: --config <(…)
		p.config, err = config.Load(config.Env{}, a.config)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.tellConfig(p)
	p.style.Home = p.config.Home
	if err := p.setAttrs(); err != nil {
		return nil, err
	}
	if p.mounts, err = scan.ReadMounts(); err != nil {
		return nil, err
	}
	if err := a.resolveOnly(p, paths); err != nil {
		return nil, err
	}
	p.storage = storageOf(p.config, p.mounts)
	p.known = known.HomesOf(p.homes()...)
	rules, err := a.rules(p)
	if err != nil {
		return nil, err
	}
	p.scanRules, p.policy = rules, scan.NewPolicy(rules)
	return p, nil
}

// tellConfig says on stderr what is to be said of the configuration.
func (a *app) tellConfig(p *plan) {
	for _, w := range p.config.Warnings {
		say(a.err, "warning", w.String())
		p.warnings = append(p.warnings, w.String())
	}
	if p.config.Source == "" && !a.brief {
		const hint = "no configuration file; using built-in excludes and detected mounts"
		say(a.err, "hint", hint)
		p.warnings = append(p.warnings, hint)
	}
}

// resolveOnly resolves the PATHs. One that cannot be resolved is reported, and the others
// are worked on.
func (a *app) resolveOnly(p *plan, paths []string) error {
	for _, arg := range paths {
		path, err := truePath(arg, true)
		if err != nil {
			err = statError(arg, err)
			report(a.err, err)
			p.warnings = append(p.warnings, err.Error())
			p.failed = exitError(exitFailed)
			continue
		}
		p.only = append(p.only, path)
	}
	if len(p.only) == 0 && p.failed != nil {
		return p.failed
	}
	return nil
}

// rules translates configuration and flags into those of a scan.
func (a *app) rules(p *plan) (scan.Rules, error) {
	cfg := p.config
	rules := scan.Rules{Mounts: p.mounts, Only: p.only, Storage: p.storage}
	for _, kept := range slices.Concat(cfg.PersistedDirs, cfg.PersistedFiles) {
		for path := range bothPaths(kept.Text) {
			rules.Persisted = append(rules.Persisted, scan.Persisted{Path: path, Source: kept.Origin.String()})
		}
	}
	for _, include := range cfg.ExtraIncludes {
		for path := range bothPaths(include.Text) {
			rules.Include = append(rules.Include, path)
		}
	}
	for _, arg := range a.includes {
		path, err := truePath(arg, false)
		if err != nil {
			return rules, err
		}
		rules.Include = append(rules.Include, path)
	}
	var err error
	if rules.Roots, err = a.rootsOf(p); err != nil {
		return rules, err
	}
	p.patterns = a.excludePatterns(cfg)
	if rules.Exclude, err = pattern.Compile(p.patterns); err != nil {
		return rules, usageError{err}
	}
	return rules, nil
}

// rootsOf returns the roots: of the flags, else of the configuration, else those
// that the machine shows.
func (a *app) rootsOf(p *plan) ([]string, error) {
	var roots []string
	for _, arg := range a.roots {
		root, err := trueRoot(arg)
		if err != nil {
			return nil, usageError{fmt.Errorf("--root: %w", err)}
		}
		roots = append(roots, root)
	}
	if len(roots) > 0 {
		return roots, nil
	}
	for _, value := range p.config.Roots {
		root, err := trueRoot(value.Text)
		if err != nil {
			return nil, usageError{fmt.Errorf("%s: %w", value.Origin, err)}
		}
		roots = append(roots, root)
	}
	if len(roots) > 0 {
		return roots, nil
	}
	return p.mounts.DefaultRoots(p.config.Home), nil
}

// trueRoot returns the directory that a root names.
func trueRoot(arg string) (string, error) {
	path, err := truePath(arg, true)
	if err != nil {
		return "", statError(arg, err)
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return "", fmt.Errorf("stat %s: not a directory", arg)
	}
	return path, nil
}

// excludePatterns returns the exclude patterns of configuration and flags.
func (a *app) excludePatterns(cfg *config.Config) []pattern.Pattern {
	var list []pattern.Pattern
	for _, p := range cfg.Patterns() {
		list = append(list, pattern.Pattern{Text: p.Text, Source: p.Origin.String()})
	}
	for _, text := range a.excludes {
		list = append(list, pattern.Pattern{Text: text, Source: "--exclude"})
	}
	if a.noCache {
		list = append(list, cachePatterns()...)
	}
	return list
}

// storageOf returns where persistent data lives: what the configuration says,
// else /persist, and the other usual places where they are mounted.
func storageOf(cfg *config.Config, mounts *scan.Mounts) []string {
	if len(cfg.StoragePaths) > 0 {
		return cfg.StoragePaths.Texts()
	}
	storage := []string{"/persist"}
	for _, path := range []string{"/persistent", "/nix/persist"} {
		if mounts.At(path).Point == path {
			storage = append(storage, path)
		}
	}
	return storage
}

// bothPaths yields a path as it is written, and as a walk meets it where a
// directory above it is a symlink.
func bothPaths(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if resolved := truepath.ResolveParent(path); yield(path) && resolved != path {
			yield(resolved)
		}
	}
}

// explainNothing says why there are no candidates, if a PATH is the reason.
func (a *app) explainNothing(p *plan) {
	say(a.err, "hint", "no candidates found")
	for _, path := range p.only {
		info, err := os.Lstat(path)
		v := p.policy.Judge(path, err == nil && info.IsDir())
		if v.Class != scan.ClassCandidate && v.Class != scan.ClassRoot {
			say(a.err, "hint", fmt.Sprintf("%s: %s; list-ephemeral explain shows why", path, v.Class))
		}
	}
}

// isConfigError reports whether the configuration is wrong, or an exclude
// pattern of it.
func isConfigError(err error) bool {
	var wrong *config.Error
	return errors.As(err, &wrong)
}

// lines yields the lines of a text.
func lines(text string) iter.Seq[string] { return strings.SplitSeq(text, "\n") }

// count returns a number with its noun: "1 path", "3 paths".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
