package recording

import "time"

// Shot is a frame of a film, and how long it is shown.
type Shot struct {
	// Keys were pressed before the frame, and Caption says what for. Both are for people; they may be
	// empty.
	Keys, Caption string
	Frame         Frame
	For           time.Duration
}

// Film is a recorded session. All its frames have the same size.
type Film struct {
	Title         string
	Columns, Rows int
	Shots         []Shot
}

// Length returns how long the film takes.
func (f *Film) Length() time.Duration {
	var sum time.Duration
	for _, s := range f.Shots {
		sum += s.For
	}
	return sum
}
