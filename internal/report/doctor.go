package report

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// mostFindings is how many findings of a check are printed without --verbose.
const mostFindings = 5

// DoctorPage appends the results of doctor: those that are not ok, or all, with what was found and
// the remedies, and a line with the totals.
func DoctorPage(dst []byte, results []check.Result, all bool) []byte {
	ok, skipped := 0, 0
	for i := range results {
		r := &results[i]
		switch r.Severity {
		case check.OK:
			ok++
		case check.SeverityUnknown:
			skipped++
		default:
		}
		if all || r.Severity != check.OK {
			dst = appendResult(dst, r, all)
		}
	}
	dst = fmt.Appendf(dst, "%d of %s ok", ok, Count(len(results), "check"))
	if skipped > 0 {
		dst = fmt.Appendf(dst, ", %d not checked, or not completely", skipped)
	}
	return append(dst, '\n')
}

// appendResult appends one check.
func appendResult(dst []byte, r *check.Result, all bool) []byte {
	line := func(format string, args ...any) {
		dst = append(printable.AppendName(dst, []byte(fmt.Sprintf(format, args...))), '\n')
	}
	line("%-8s %s: %s", severityWord(r.Severity), r.ID, resultText(r))
	shown := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if !all && f.Severity <= check.OK {
			continue
		}
		if shown++; all || shown <= mostFindings {
			line("           %s", FindingText(f))
		}
	}
	if !all && shown > mostFindings {
		line("           and %d more (--verbose)", shown-mostFindings)
	}
	for _, remedy := range Remedies(r) {
		line("  remedy:  %s", remedy)
	}
	return dst
}

// severityWord is the severity in the first column.
func severityWord(s check.Severity) string {
	if s == check.SeverityUnknown {
		return "skipped"
	}
	return s.String()
}

// resultText says what a check found, or why it was not made.
func resultText(r *check.Result) string {
	if r.Gap == check.NoGap {
		return CheckTitle(r.ID, r.Severity)
	}
	gap := r.Gap.String()
	if r.Err != nil {
		gap += ": " + r.Err.Error()
	}
	if r.Severity == check.SeverityUnknown {
		return "not checked, or not completely: " + gap
	}
	return fmt.Sprintf("%s; there may be more: %s", CheckTitle(r.ID, r.Severity), gap)
}

// Remedies returns the remedies for what a check found, each once.
func Remedies(r *check.Result) []string {
	var all []string
	seen := map[string]bool{}
	add := func(remedy string) {
		if remedy != "" && !seen[remedy] {
			seen[remedy] = true
			all = append(all, remedy)
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Severity > check.OK && len(all) < mostFindings {
			add(FindingRemedy(f))
		}
	}
	if r.Gap == check.NeedsRoot {
		add("run it with sudo to check everything")
	}
	return all
}

// DoctorLine is the schema of doctor --json, which docs/json.md documents.
type DoctorLine struct {
	ID       string          `json:"id"`
	Severity string          `json:"severity"`
	Text     string          `json:"text"`
	Gap      string          `json:"gap"`
	Findings []DoctorFinding `json:"findings"`
	Remedies []string        `json:"remedies"`
}

// DoctorFinding is a finding in doctor --json.
type DoctorFinding struct {
	Kind       string   `json:"kind"`
	Severity   string   `json:"severity"`
	Text       string   `json:"text"`
	Path       string   `json:"path,omitempty"`
	PathBytes  string   `json:"pathBytes,omitempty"`
	Other      string   `json:"other,omitempty"`
	OtherBytes string   `json:"otherBytes,omitempty"`
	Source     string   `json:"source,omitempty"`
	User       string   `json:"user,omitempty"`
	Names      []string `json:"names,omitempty"`
	Files      int      `json:"files,omitempty"`
	Bytes      int64    `json:"bytes,omitempty"`
	Used       int64    `json:"used,omitempty"`
	Size       int64    `json:"size,omitempty"`
}

// NewDoctorLine returns a check for doctor --json.
func NewDoctorLine(r *check.Result) *DoctorLine {
	l := &DoctorLine{
		ID: r.ID.String(), Severity: r.Severity.String(), Text: resultText(r), Gap: r.Gap.String(),
		Findings: []DoctorFinding{}, Remedies: append([]string{}, Remedies(r)...),
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		found := DoctorFinding{
			Kind: f.Kind.String(), Severity: f.Severity.String(), Text: FindingText(f), Source: f.Source, User: f.Name, Names: f.Names,
			Files: f.Files, Bytes: f.Bytes, Used: f.Used, Size: f.Size,
		}
		found.Path, found.PathBytes = jsonline.Path(f.Path)
		found.Other, found.OtherBytes = jsonline.Path(f.Other)
		l.Findings = append(l.Findings, found)
	}
	return l
}
