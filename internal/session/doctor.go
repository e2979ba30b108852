package session

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/passwd"
	"github.com/DaRacci/list-ephemeral/triage"
)

// Doctor checks whether the machine is set up so that a boot loses no data unexpectedly.
func (s *Session) Doctor(ctx context.Context) ([]check.Result, error) {
	options := check.Options{Table: s.Mounts, Trees: s.Fates(), Homes: s.allHomes(), Known: s.known}
	_, options.Active, _ = s.Generations()
	for _, dir := range s.storage {
		options.Storage = append(options.Storage, s.resolved(dir))
	}
	for _, kept := range slices.Concat(s.Config.PersistedDirs, s.Config.PersistedFiles) {
		options.Declared = append(options.Declared, check.Declared{Path: kept.Text, Source: kept.Origin.String()})
	}
	options.Decisions = decisionDirs(options.Homes)
	return check.Run(ctx, options)
}

// decisionDirs returns the directories in which users with these homes keep their decisions, by the
// XDG Base Directory Specification 0.8. $XDG_STATE_HOME is that of the current user.
func decisionDirs(homes []string) (dirs []string) {
	var states []string
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		states = append(states, filepath.Clean(dir))
	}
	for _, home := range homes {
		states = append(states, filepath.Join(home, ".local", "state"))
	}
	for _, state := range states {
		if dir := triage.InState(state).Dir(); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// allHomes returns the homes of the configuration and of all people of the machine.
func (s *Session) allHomes() []string {
	homes := s.Homes()
	text, _ := os.ReadFile(passwd.Path) // without it, the homes are those of the configuration
	for _, a := range passwd.Parse(string(text)) {
		if a.IsPerson() && !slices.Contains(homes, a.Home) {
			homes = append(homes, a.Home)
		}
	}
	return homes
}
