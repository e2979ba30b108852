package check

// ID is a check.
type ID uint8

// The checks, in the order of [Run].
const (
	IDUnknown ID = iota
	RootWiped
	RollbackDone
	StorageKept
	StorageOrder
	StorageParents
	PrivateMode
	NixosIDs
	MachineID
	RandomSeed
	SSHHostKeys
	PasswordFiles
	HiddenData
	DeclaredNotMounted
	DeclaredNotStored
	DanglingLinks
	SavedByRename
	StoreLinks
	MemoryFill
	OldRoots
	Decisions
)

var idNames = [...]string{
	"unknown", "root-wiped", "rollback-done", "storage-kept", "storage-order", "storage-parents", "private-mode", "nixos-ids", "machine-id", "random-seed",
	"ssh-host-keys", "password-files", "hidden-data", "declared-not-mounted", "declared-not-stored", "dangling-links", "saved-by-rename",
	"store-links", "memory-fill", "old-roots", "decisions",
}

// String returns the ID in lower case, with hyphens.
func (id ID) String() string {
	if int(id) < len(idNames) {
		return idNames[id]
	}
	return idNames[IDUnknown]
}

// IDs returns all checks, in the order of [Run].
func IDs() []ID {
	var all []ID
	for i := 1; i < len(idNames); i++ {
		all = append(all, ID(i))
	}
	return all
}

// Severity is how bad a finding is.
type Severity uint8

// The severities. Unknown is that of a check that was not made.
const (
	SeverityUnknown Severity = iota
	OK
	Note    // worth knowing
	Warning // something is lost or wrong that a boot survives
	Failure // data is lost, or a boot fails
)

var severityNames = [...]string{"unknown", "ok", "note", "warning", "failure"}

// String returns the severity in lower case.
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return severityNames[SeverityUnknown]
}

// Gap is why a check was not made, or not completely.
type Gap uint8

// The reasons. The zero value says that nothing is missing.
const (
	NoGap       Gap = iota
	NeedsRoot       // the process may not read something: root may
	Unsupported     // the kernel does not have the call
	Failed          // a call failed: Result.Err
	TooMany         // a limit ended a walk
)

var gapNames = [...]string{"", "needs root", "not supported by the kernel", "failed", "too many files"}

// String returns a few words, "" for NoGap.
func (g Gap) String() string {
	if int(g) < len(gapNames) {
		return gapNames[g]
	}
	return gapNames[Failed]
}
