package report

import "fmt"

// Declaration is a path that is declared persistent, but that the running machine does not keep.
type Declaration struct {
	Path string
	// Source says where it is declared: a key of the configuration, or a file of the built system.
	Source string
	// Storage is where its data would be, or "" if that is not known. InStorage reports whether
	// something is there, or may be there because it could not be read.
	Storage   string
	InStorage bool
}

// KeptText returns the declaration as what will keep the path, as a noun phrase.
func (d Declaration) KeptText() string {
	return d.Source + "; it is not in storage yet, adopt copies it"
}

// Text says what is missing, as a sentence about the path.
func (d Declaration) Text() string {
	if d.InStorage {
		return "declared by " + d.Source + ", but not mounted: the next boot shows " + d.Storage + " there instead of what is there now"
	}
	text := "declared by " + d.Source + ", but not in storage: "
	if d.Storage != "" {
		text += "adopt copies it to " + d.Storage
	} else {
		text += "adopt copies it there"
	}
	return text
}

// Coming returns what the next boot changes about the path.
func (d Declaration) Coming() Coming {
	if d.InStorage {
		return ComingKept
	}
	return ComingMissing
}

// Coming says what the next boot changes about a path.
type Coming uint8

// The changes. ComingUnknown means that no change is known.
const (
	ComingUnknown Coming = iota
	ComingKept           // kept from the next boot on: what storage has is shown there
	ComingRemoved        // kept now, and no longer after the next boot
	ComingMissing        // declared, but storage has nothing there: adopt copies it
)

var comingNames = [...]string{"unknown", "kept", "removed", "missing"}

// String returns the change as one word in lower case.
func (c Coming) String() string {
	if int(c) < len(comingNames) {
		return comingNames[c]
	}
	return comingNames[ComingUnknown]
}

// word is String, but "" if no change is known, as JSON has it.
func (c Coming) word() string {
	if c == ComingUnknown {
		return ""
	}
	return c.String()
}

// Comings are numbers of paths by what the next boot changes about them. It is a part of the schema
// of status --json.
type Comings struct {
	Kept    int `json:"kept"`
	Removed int `json:"removed"`
	Missing int `json:"missing"`
}

// Add counts a path.
func (c *Comings) Add(one Coming) {
	switch one {
	case ComingKept:
		c.Kept++
	case ComingRemoved:
		c.Removed++
	case ComingMissing:
		c.Missing++
	case ComingUnknown:
	}
}

// LossText is the loudest warning that there is, or "".
func (c *Comings) LossText() string {
	if c.Removed == 0 {
		return ""
	}
	return Count(c.Removed, "path") + " with data will no longer be kept after the next boot"
}

// Texts says what the next boot changes about the counted things, candidates or declared paths, in
// clauses.
func (c *Comings) Texts(noun string) (texts []string) {
	if c.Kept > 0 {
		texts = append(texts, fmt.Sprintf("%s declared and in storage, but not mounted: the next boot shows what storage has there", Count(c.Kept, noun)))
	}
	if c.Missing > 0 {
		texts = append(texts, fmt.Sprintf("%s declared, but storage has nothing there: adopt copies the data", Count(c.Missing, noun)))
	}
	return texts
}
