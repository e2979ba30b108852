package owner

import "strings"

// dpkgStatus is the list of packages of Debian and its derivatives, dpkg-query(1).
const dpkgStatus = "/var/lib/dpkg/status"

// mostStatus is how many bytes of the list are read. Debian with a desktop and 4,000 packages has 5 MB.
const mostStatus = 32 << 20

// packages returns the names of the packages that dpkg has installed. The database of rpm is one of
// SQLite, which is not read: the commands and desktop files of its packages name them.
func (r *reader) packages() []string {
	content, err := r.files.Read(dpkgStatus, mostStatus)
	r.note(dpkgStatus, err)
	return parseDpkgStatus(string(content))
}

// parseDpkgStatus returns the installed packages of a text in the form of deb-control(5): paragraphs
// with the fields Package and Status, of which the last word is the state.
func parseDpkgStatus(text string) []string {
	var names []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		name := controlField(paragraph, "Package")
		if state := controlField(paragraph, "Status"); name != "" && strings.HasSuffix(state, " installed") {
			names = append(names, name)
		}
	}
	return names
}

// controlField returns the value of a field that is one line, or "".
func controlField(paragraph, field string) string {
	field += ":"
	if !strings.HasPrefix(paragraph, field) {
		at := strings.Index(paragraph, "\n"+field)
		if at < 0 {
			return ""
		}
		paragraph = paragraph[at+1:]
	}
	value, _, _ := strings.Cut(paragraph[len(field):], "\n")
	return strings.TrimSpace(value)
}
