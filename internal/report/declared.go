package report

// Declaration is a path that is declared persistent, but that the running machine does not keep.
type Declaration struct {
	Path string
	// Source says where it is declared: a key of the configuration, or a file of the built system.
	Source string
	// Storage is where its data would be, or "" if that is not known. InStorage reports whether
	// something is there.
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
