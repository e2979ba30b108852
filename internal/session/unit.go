package session

import (
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/nearest"
	"github.com/DaRacci/list-ephemeral/owner"
)

// Unit returns what a service unit declares. The name may be an alias, that of an instance of a
// template, and without ".service". The error suggests a unit with a similar name.
func (s *Session) Unit(name string) (owner.Declaration, error) {
	if unit, ok := s.OwnerTable().Unit(name); ok {
		return unit, nil
	}
	err := fmt.Errorf("no service unit %q", name)
	if similar, ok := nearest.Name(strings.TrimSuffix(name, ".service")+".service", s.UnitNames()); ok {
		return owner.Declaration{}, WithRemedy(err, fmt.Sprintf("did you mean %q?", similar))
	}
	return owner.Declaration{}, err
}

// UnitNames returns the names of the service units, without those that are masked.
func (s *Session) UnitNames() []string {
	var names []string
	for _, u := range s.OwnerTable().Units() {
		if u.State == owner.StateLoaded {
			names = append(names, u.Name)
		}
	}
	return names
}
