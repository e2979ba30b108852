package report

// Outcomes of stray for a path.
const (
	OutcomeMoved    = "moved"
	OutcomeRestored = "restored"
	OutcomeRemoved  = "removed"
	OutcomeLeft     = "left"
	OutcomeFailed   = "failed"
)

// TrashLine is the schema of stray --trash, --restore and --empty with --json, which
// docs/json.md documents.
type TrashLine struct {
	Path       string `json:"path,omitempty"`
	PathBytes  string `json:"pathBytes,omitempty"`
	Trash      string `json:"trash,omitempty"`
	TrashBytes string `json:"trashBytes,omitempty"`
	Date       string `json:"date"`
	Outcome    string `json:"outcome"`
	Error      string `json:"error,omitempty"`
}
