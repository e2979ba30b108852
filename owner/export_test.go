package owner

import "strings"

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
)

// ParseKeyFile returns the groups of a key file.
func ParseKeyFile(text string, groups ...string) map[string]map[string]string {
	return parseKeyFile(text, groups...)
}

// DpkgStatus returns the packages of a list of dpkg.
func DpkgStatus(text string) []string {
	names, _ := parseDpkgStatus(strings.NewReader(text))
	return names
}

// DesktopValues returns the values of a desktop file, by key.
func DesktopValues(text string) map[string]string {
	values := desktopValues([]byte(text))
	return map[string]string{
		"Type": values[desktopType], "Name": values[desktopName], "Hidden": values[desktopHidden], "Exec": values[desktopExec],
		"StartupWMClass": values[desktopClass], "Icon": values[desktopIcon], "X-Flatpak": values[desktopFlatpak],
	}
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
	e, ok := parseDesktop([]byte(text), "id", "file")
	return e.name, e.program, ok
}

// ParsePool returns name and target of a storage pool.
func ParsePool(text string) (name, target string, ok bool) {
	p, ok := parsePool(text)
	return p.Name, p.Target, ok
}
