package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Brief returns what would be lost, as one line.
func (s *Status) Brief(home string) string {
	text := s.briefLost(home) + s.briefUndecided() + s.briefUnread()
	if loss := s.Next.LossText(); loss != "" {
		text += "; " + loss
	}
	if s.LastLoss != nil {
		text += "; " + s.LastLoss.Text(home)
	}
	return text
}

// briefUnread returns the number of paths that could not be read, as a clause.
func (s *Status) briefUnread() string {
	if s.Unread == 0 {
		return ""
	}
	return "; " + Count(s.Unread, "path") + " could not be read"
}

// wipes reports whether one of the roots is known to be wiped.
func (s *Status) wipes() bool {
	return len(s.Roots) == 0 || slices.ContainsFunc(s.Roots, func(root RootStatus) bool { return root.Wiped == WipedWord(boot.Wiped) })
}

func (s *Status) briefLost(home string) string {
	if s.Doubtful.Files == 0 && !s.wipes() {
		return "nothing listed, and nothing shows that a boot wipes " + printable.Name(s.Roots[0].Path)
	}
	if s.Doubtful.Files > 0 {
		doubt := fmt.Sprintf("%s, %s outside caches, but nothing shows that a boot wipes them", Count(s.Doubtful.Files, "file"), printable.Size(s.Doubtful.Bytes))
		if s.AtStake().Files == 0 {
			return doubt
		}
		return s.briefWiped(home) + "; " + doubt
	}
	return s.briefWiped(home)
}

func (s *Status) briefWiped(home string) string {
	hidden := fmt.Sprintf("%s (%s) hidden by exclude patterns", Count(s.Hidden.Files, "file"), printable.Size(s.Hidden.Bytes))
	switch {
	case s.Lost.Files == 0 && s.Hidden.Files == 0:
		return "nothing would be lost at the next reboot"
	case s.Lost.Files == 0:
		return "nothing listed would be lost at the next reboot; " + hidden + " would be"
	}
	text := fmt.Sprintf("%s%s, %s would be lost at the next reboot", s.AtMost(), Count(s.Lost.Files, "file"), printable.Size(s.Lost.Bytes))
	if len(s.Largest) > 0 {
		text += fmt.Sprintf(" (most of it: %s, %s)", printable.Name(tilde(s.Largest[0].Shown, home)), printable.Size(s.Largest[0].Bytes))
	}
	if s.Hidden.Files > 0 {
		text += ", and " + hidden
	}
	return text
}

// tilde replaces the home in a path by "~".
func tilde(path, home string) string {
	if rest, ok := paths.Rel(path, home); ok && path != home && home != "/" {
		return "~/" + rest
	}
	return path
}

// AppendTo appends the whole status, in columns.
func (s *Status) AppendTo(dst []byte, home string, now time.Time) []byte {
	line := func(name, format string, args ...any) {
		dst = fmt.Appendf(dst, "%-14s %s\n", name, printable.Name(fmt.Sprintf(format, args...)))
	}
	config := s.Config
	if config == "" {
		config = "none; using built-in knowledge and detected mounts"
	}
	line("configuration", "%s", config)
	line("home", "%s", s.Home)
	for _, root := range s.Roots {
		line("root", "%s", root.fate())
	}
	for _, store := range s.Storage {
		state := "not a mount"
		if store.Mounted {
			state = fmt.Sprintf("%s %s", store.FSType, store.Source)
		}
		line("storage", "%s, %s, %s free", store.Path, state, printable.Size(store.Free))
	}
	if len(s.Storage) == 0 {
		line("storage", "none found; snippets use %s", s.Names)
	}
	line("mounts", "%s from storage", Count(s.Mounted, "mount"))
	for _, other := range s.Others {
		line("other", "%s", other.fate())
	}
	line("snippets", "dialect %s; storage path %s; clipboard via %s", s.Dialect, s.Names, s.Clip)
	if s.Decisions.File != "" {
		line("decisions", "%s", s.decisionsLine())
	}
	for _, t := range s.Tracers {
		reason := "works"
		if t.Reason != "" {
			reason = t.Reason
		}
		line("trace", "%s: %s", t.Name, reason)
	}
	dst = s.appendAmounts(append(dst, '\n'))
	dst = s.appendNext(dst)
	dst = appendTopEntries(dst, "the largest", s.Largest, home, now)
	dst = appendTopEntries(dst, "the newest", s.Newest, home, now)
	dst = appendOwners(dst, s.Owners, now)
	return appendMustKeep(dst, s.MustKeep, home)
}

// appendAmounts appends the numbers of files and their sizes.
func (s *Status) appendAmounts(dst []byte) []byte {
	amountLine := func(name string, a Amount, what string) {
		dst = fmt.Appendf(dst, "%-14s %9d files %6s  %s\n", name, a.Files, printable.Size(a.Bytes), what)
	}
	amountLine("listed", s.Listed, "by list"+s.listedDoubt())
	if s.wipes() {
		amountLine("lost", s.Lost, "at the next reboot"+s.lowerCounted())
		amountLine("lost, cache", s.Cache, "known to be cache")
		amountLine("lost, excluded", s.Excluded, fmt.Sprintf("hidden by exclude patterns (%s, %s neither cache nor created again at boot)",
			Count(s.Hidden.Files, "file"), printable.Size(s.Hidden.Bytes)))
	}
	if s.Deleted > 0 {
		dst = fmt.Appendf(dst, "%-14s %9d paths         of lower layers of overlays; a boot brings them back, list --type w lists them\n", "deleted", s.Deleted)
	}
	if s.Worthless.Files > 0 {
		amountLine("hidden", s.Worthless, "regenerated, runtime, managed or cache")
	}
	amountLine("persisted", s.Kept, "in storage, and declared")
	if s.Trash.Files > 0 {
		amountLine("trash", s.Trash, "in storage, moved there by stray --trash")
	}
	return dst
}

// listedDoubt says of which of the listed files nothing shows that a boot wipes them, as a clause.
func (s *Status) listedDoubt() string {
	switch {
	case s.Doubtful.Files == 0 && s.wipes():
		return ""
	case s.Doubtful == s.Listed:
		return "; nothing shows that a boot wipes them"
	}
	return fmt.Sprintf("; nothing shows that a boot wipes %s, %s of them", Count(s.Doubtful.Files, "file"), printable.Size(s.Doubtful.Bytes))
}

// countsLower reports whether files of lower layers of an overlay are counted.
func (s *Status) countsLower() bool {
	return slices.ContainsFunc(s.Roots, func(root RootStatus) bool { return root.ListsLower })
}

// AtMost precedes a number of files that are lost.
func (s *Status) AtMost() string {
	if s.countsLower() {
		return "at most "
	}
	return ""
}

// lowerCounted says that files of lower layers are counted, as a clause.
func (s *Status) lowerCounted() string {
	if !s.countsLower() {
		return ""
	}
	return ", at most: files of lower layers, which a boot brings back, are counted too"
}

// appendNext appends what the next boot changes about declared paths.
func (s *Status) appendNext(dst []byte) []byte {
	if s.Next.Removed > 0 {
		dst = fmt.Appendf(dst, "%-14s NO LONGER KEPT: %s with data; status --next names them\n", "next boot", Count(s.Next.Removed, "path"))
	}
	for _, text := range s.Next.Texts("path") {
		dst = fmt.Appendf(dst, "%-14s %s\n", "next boot", text)
	}
	return dst
}

// mostMustKeep is how many paths are named that must be kept.
const mostMustKeep = 8

// appendMustKeep appends paths that identify the machine or a user, or are secrets.
func appendMustKeep(dst []byte, all []NamedPath, home string) []byte {
	if len(all) == 0 {
		return dst
	}
	dst = append(dst, "\nmust be kept: identity and secrets\n"...)
	for _, path := range all[:min(len(all), mostMustKeep)] {
		dst = fmt.Appendf(dst, "  %s\n", printable.Name(tilde(path.Raw, home)))
	}
	if more := len(all) - mostMustKeep; more > 0 {
		dst = fmt.Appendf(dst, "  and %s\n", printable.Plural(more, "more", "more"))
	}
	return dst
}

func appendTopEntries(dst []byte, title string, all []TopEntry, home string, now time.Time) []byte {
	if len(all) == 0 {
		return dst
	}
	dst = fmt.Appendf(dst, "\n%s\n", title)
	for _, one := range all {
		dst = fmt.Appendf(dst, "%7d %6s %4s  %s\n", one.Files, printable.Size(one.Bytes), printable.Age(now.Sub(one.ModTime)), printable.Name(tilde(one.Shown, home)))
	}
	return dst
}

// AtStake returns the amount of listed and excluded files that the next reboot wipes, without
// caches and files that a boot creates again.
func (s *Status) AtStake() Amount {
	return Amount{s.Lost.Files + s.Hidden.Files, sizes.Add(s.Lost.Bytes, s.Hidden.Bytes)}
}

// Amount is the number of files of a class, and their size.
type Amount struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// Add counts a file.
func (a *Amount) Add(bytes int64) { a.Files, a.Bytes = a.Files+1, sizes.Add(a.Bytes, bytes) }

// Status has the facts that status prints. It is the schema of status --json.
type Status struct {
	// LastLoss is what was lost at the last reboot; nil if it is not known. Only the one-line status has it.
	LastLoss *LastLoss     `json:"-"`
	Version  string        `json:"version"`
	Config   string        `json:"config"`
	Home     string        `json:"home"`
	Roots    []RootStatus  `json:"roots"`
	Storage  []StoreStatus `json:"storage"`
	Dialect  string        `json:"dialect"`
	Names    string        `json:"storagePath"`
	Tracers  []Tracer      `json:"tracers"`
	Clip     string        `json:"clipboard"`
	Mounted  int           `json:"mountedFromStorage"`
	// Listed counts what list prints: on all roots, with caches that are not hidden.
	Listed   Amount `json:"listed"`
	Lost     Amount `json:"candidates"`
	Cache    Amount `json:"cache"`
	Excluded Amount `json:"excluded"`
	// Hidden is the part of Excluded that is neither cache nor created again at boot.
	Hidden  Amount     `json:"hidden"`
	Kept    Amount     `json:"persisted"`
	Trash   Amount     `json:"trash"`
	Largest []TopEntry `json:"largest"`
	Newest  []TopEntry `json:"newest"`
	// Owners are the owners with most bytes at stake.
	Owners []OwnerLoss `json:"owners"`
	Unread int         `json:"unread"`
	// Deleted counts the paths that upper directories of overlays delete.
	Deleted int `json:"deleted"`
	// Doubtful counts the candidates on roots of which nothing shows that a boot wipes them. They
	// are in none of the other amounts except Listed.
	Doubtful Amount `json:"doubtful"`
	// Worthless counts what is hidden because it is regenerated, runtime, managed or cache.
	Worthless Amount `json:"worthless"`
	// MustKeep are candidates that identify the machine or a user, or are secrets.
	MustKeep []NamedPath `json:"mustKeep"`
	// Next counts declared paths with data, by what the next boot changes about them.
	Next Comings `json:"next"`
	// Others are the trees that are not roots, and what a boot does to them.
	Others []RootStatus `json:"others"`
	// Decisions are those of the user, and Undecided counts what they do not cover.
	Decisions Decisions `json:"decisions"`
	Undecided Undecided `json:"undecided"`
}

// RootStatus is a root, and the file system that it is on.
type RootStatus struct {
	Path     string `json:"-"`
	UTF8Path string `json:"path,omitempty"`
	// PathBytes is the path in base64 if it is not UTF-8.
	PathBytes string `json:"pathBytes,omitempty"`
	FSType    string `json:"filesystem"`
	Source    string `json:"source"`
	// Wiped answers whether a boot wipes the tree: yes, no or unknown.
	Wiped    string   `json:"wiped"`
	Evidence []string `json:"evidence"`
	// ListsLower reports that files of the lower layers of an overlay are listed too, which a boot
	// brings back, because its upper directory cannot be read from here.
	ListsLower bool `json:"lowerLayersListed"`
}

// NamedPath is a path.
type NamedPath struct {
	Raw       string `json:"-"`
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
}

// NewNamedPath returns a path as JSON writes it.
func NewNamedPath(path string) NamedPath {
	n := NamedPath{Raw: path}
	n.Path, n.PathBytes = jsonline.Path(path)
	return n
}

// NewRootStatus describes a path and the tree that it is on.
func NewRootStatus(path string, tree boot.Tree) RootStatus {
	r := RootStatus{Path: path, FSType: tree.FSType, Source: tree.Source, Wiped: WipedWord(tree.Fate), Evidence: EvidenceTexts(tree)}
	r.UTF8Path, r.PathBytes = jsonline.Path(path)
	return r
}

// fate says what a boot does to the tree.
func (r *RootStatus) fate() string {
	verdict := map[string]string{"yes": "wiped", "no": "kept", "unknown": "unknown"}[r.Wiped]
	text := fmt.Sprintf("%s on %s %s: %s", r.Path, r.FSType, r.Source, verdict)
	if len(r.Evidence) > 0 {
		text += " (" + r.Evidence[0] + ")"
	}
	if r.ListsLower {
		text += "; files of its lower layers, which a boot brings back, are listed too"
	}
	return text
}

// StoreStatus is a storage path. Free is in bytes.
type StoreStatus struct {
	RootStatus
	Mounted bool  `json:"mounted"`
	Free    int64 `json:"free"`
}

// Tracer is a tracing back end, and why it cannot be used here.
type Tracer struct {
	Name   string `json:"name"`
	Reason string `json:"unusable"` // empty if it can be used
}

// TopEntry is a directory or a single file that would be lost.
type TopEntry struct {
	Path      string    `json:"path,omitempty"`
	PathBytes string    `json:"pathBytes,omitempty"`
	Files     int       `json:"files"`
	Bytes     int64     `json:"bytes"`
	ModTime   time.Time `json:"mtime"`
	Shown     string
}
