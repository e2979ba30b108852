package history

import (
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"
	"time"
)

// Graveyard contains copies of small files that a reboot wipes, in a storage path. Each shutdown
// makes one grave. Only the user of this program, usually root, may enter it.
type Graveyard struct {
	// Storage is the storage path: absolute, without symlinks.
	Storage string
}

// Limits are the limits of a graveyard. A zero limit means its default.
type Limits struct {
	// FileBytes is the size of the largest file that is copied: 1 MiB.
	FileBytes int64
	// GraveBytes and GraveFiles limit what one shutdown copies: 64 MiB and 10,000 files.
	GraveBytes int64
	GraveFiles int
	// TotalBytes limits all graves: 256 MiB. The oldest ones are removed first.
	TotalBytes int64
	// Age is the age after which a grave is removed: 30 days.
	Age time.Duration
}

func (l Limits) withDefaults() Limits {
	set := func(limit *int64, value int64) {
		if *limit <= 0 {
			*limit = value
		}
	}
	set(&l.FileBytes, 1<<20)
	set(&l.GraveBytes, 64<<20)
	set(&l.TotalBytes, 256<<20)
	if l.GraveFiles <= 0 {
		l.GraveFiles = 10_000
	}
	if l.Age <= 0 {
		l.Age = 30 * 24 * time.Hour
	}
	return l
}

// Grave is what one shutdown copied.
type Grave struct {
	// Name is the name of its directory.
	Name string `json:"-"`
	// Boot and Host are those of the machine that made it, and Time is when that began.
	Schema int       `json:"schema"`
	Boot   string    `json:"boot"`
	Host   string    `json:"host"`
	Time   time.Time `json:"time"`
	// Files and Bytes count the copies.
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`

	storage string
}

const (
	graveRecord = "grave.json"
	graveFiles  = "files" // below it, a copy has the path of its source
	mostRecord  = 64 << 10
)

// Graves returns the graves, the newest first. Those that cannot be read are left out, and are in
// the error, which joins *[ReasonError] errors.
func (g *Graveyard) Graves() ([]Grave, error) {
	in, err := openStore(g.Storage, graveyardName, false)
	if err != nil {
		if absent(err) {
			return nil, nil
		}
		return nil, err
	}
	defer in.Close()
	return g.gravesIn(in)
}

func (g *Graveyard) gravesIn(in *Dir) ([]Grave, error) {
	names, err := in.names()
	if err != nil {
		return nil, problem(KindGraveyard, g.path(""), err)
	}
	var graves []Grave
	var problems []error
	for _, name := range names {
		if !ours().MatchString(name) || strings.HasSuffix(name, unfinished) {
			continue
		}
		grave, err := readGrave(in, name)
		if err != nil {
			problems = append(problems, problem(KindGraveyard, g.path(name), err))
			continue
		}
		grave.storage = g.Storage
		graves = append(graves, grave)
	}
	slices.SortStableFunc(graves, func(a, b Grave) int { return b.Time.Compare(a.Time) })
	return graves, errors.Join(problems...)
}

func (g *Graveyard) path(name string) string {
	return path.Join(g.Storage, Name, graveyardName, name)
}

// readGrave reads the record of a grave.
func readGrave(in *Dir, name string) (Grave, error) {
	d, err := openDirBelow(in.fd, name)
	if err != nil {
		return Grave{}, err
	}
	defer d.Close()
	text, err := d.read(graveRecord, mostRecord)
	if err != nil {
		return Grave{}, err
	}
	return parseGrave(text, name)
}

// parseGrave parses and checks the record of a grave.
func parseGrave(text []byte, name string) (Grave, error) {
	var grave Grave
	if err := json.Unmarshal(text, &grave); err != nil {
		return Grave{}, malformed("parse %s: %w", graveRecord, err)
	}
	switch {
	case grave.Schema > Schema:
		return Grave{}, &ReasonError{Reason: NewerFormat, Err: errors.New("a later version of the program made it")}
	case grave.Schema < 1 || grave.Boot == "" || grave.Files < 0 || grave.Bytes < 0 || nameOf(grave.Time, grave.Boot) != name:
		return Grave{}, malformed("%s does not describe it", graveRecord)
	}
	grave.Name = name
	return grave, nil
}

// open opens the copies of a grave as a state of "/".
func (g *Grave) open() (*Dir, error) {
	in, err := openStore(g.storage, graveyardName, false)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	top, err := openDirBelow(in.fd, g.Name)
	if err != nil {
		return nil, err
	}
	defer top.Close()
	files, err := openDirBelow(top.fd, graveFiles)
	if err != nil {
		return nil, err
	}
	return files.lock(), nil
}
