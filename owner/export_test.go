package owner

// The parsers, for the fuzz tests.
var (
	ExecWords     = execWords
	ProgramName   = programName
	StorePackage  = storePackage
	TOMLValue     = tomlValue
	DockerRoot    = dockerRoot
	ParseUserDirs = parseUserDirs
	CutDirectory  = cutDirectory
	RelativeName  = relativeName
	FlatpakList   = flatpakList
	VolumeSource  = volumeSource
	MountSource   = mountSource
	DpkgStatus    = parseDpkgStatus
)

// ParseKeyFile returns the groups of a key file.
func ParseKeyFile(text string, groups ...string) map[string]map[string]string {
	return parseKeyFile(text, groups...)
}

// ParsePasswd returns the accounts: name, UID and home of each.
func ParsePasswd(text string) []User {
	var all []User
	for _, a := range parsePasswd(text) {
		all = append(all, User{a.name, a.uid, a.home})
	}
	return all
}

// ParseDesktop returns name and program of a desktop file.
func ParseDesktop(text string) (name, program string, ok bool) {
	e, ok := parseDesktop(text, "id", "file")
	return e.name, e.program, ok
}

// ParsePool returns name and target of a storage pool.
func ParsePool(text string) (name, target string, ok bool) {
	p, ok := parsePool(text)
	return p.Name, p.Target, ok
}
