package unittrace

import "github.com/DaRacci/list-ephemeral/internal/unitfile"

// PlanOf plans from the output of systemctl show and the text of a unit file.
func PlanOf(show, unit string, p Program) (*Plan, error) {
	settings, _ := unitfile.Parse(unit, "x.service")
	return newPlan(parseFacts(show), settings, p)
}
