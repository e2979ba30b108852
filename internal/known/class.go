package known

// Class says what a path is worth to its owner, by what kind of data it contains.
type Class uint8

// The classes. The first four are hidden where the configuration has no excludes.
const (
	ClassUnknown     Class = iota // no row of classes.tsv applies
	ClassRegenerated              // a boot, an activation or a service writes it again
	ClassRuntime                  // of the running system only
	ClassManaged                  // put there by Nix or Home Manager out of the store
	ClassCache                    // filled again by its program
	ClassLog                      // records that nothing needs to start
	ClassIdentity                 // who the machine or the user is, or a secret
	ClassState                    // data whose loss is a loss
	ClassStateNoise               // small state; its loss is harmless, but noticed
)

var classNames = [...]string{
	"unknown", "regenerated", "runtime", "managed", "cache", "log", "identity", "state", "state-noise",
}

// String returns the class as classes.tsv spells it.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[ClassUnknown]
}

// ParseClass returns the class with this name, and whether there is one. The unknown class
// has none.
func ParseClass(name string) (Class, bool) {
	for i, known := range classNames {
		if known == name && Class(i) != ClassUnknown {
			return Class(i), true
		}
	}
	return ClassUnknown, false
}

// Hidden reports whether paths of the class are hidden where the configuration has no
// excludes.
func (c Class) Hidden() bool {
	switch c {
	case ClassRegenerated, ClassRuntime, ClassManaged, ClassCache:
		return true
	case ClassUnknown, ClassLog, ClassIdentity, ClassState, ClassStateNoise:
	}
	return false
}

// Finding is the class of a path, and the row of classes.tsv that decides it. The zero value
// says that no row applies.
type Finding struct {
	Class Class
	// Pattern is the row's pattern: "~/.cargo/registry/".
	Pattern string
	// Conditions are the row's conditions as they are written there; all of them hold.
	Conditions string
	// Owner is the program or service that the path belongs to; "" where it has no name.
	Owner string
	// Reason is a sentence in plain English.
	Reason string
	// Source says where that is documented; "observed" where no document was found.
	Source string
}
