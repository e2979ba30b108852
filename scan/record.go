package scan

// A directory that has been read is stored as one run of records, in the order of a sorted listing
// of the whole tree:
//
//	[tag] [length of the name] [name] [info, if tagInfo is set]
//
// A directory can have two records: one under its plain name if it is itself a candidate, and one
// with tagDescend for everything below it, sorted as if its name ended in '/'. A depth-first pass
// over the records therefore yields full paths in bytewise order, without sorting the whole tree.
// Names have at most NAME_MAX = 255 bytes (limits.h), so the length fits in one byte.
const (
	tagKind         = 0x0f // the Kind
	tagDescend      = 0x10 // the contents of the next child directory follow here
	tagInfo         = 0x20 // infoSize bytes of metadata follow the name
	tagNonCandidate = 0x40 // not a candidate, but reported if Options.NonCandidates is set
	tagShown        = 0x80 // excluded, but reported if Options.Excluded asks for it
)

// record is a decoded view of one record; name and info point into the run.
type record struct {
	tag  byte
	name []byte
	info []byte
}

func (r record) kind() Kind         { return Kind(r.tag & tagKind) }
func (r record) descend() bool      { return r.tag&tagDescend != 0 }
func (r record) nonCandidate() bool { return r.tag&tagNonCandidate != 0 }
func (r record) shown() bool        { return r.tag&tagShown != 0 }

// nextRecord splits the first record off a run. The run must not be empty.
func nextRecord(run []byte) (record, []byte) {
	tag, end := run[0], 2+int(run[1])
	r := record{tag: tag, name: run[2:end:end]}
	if tag&tagInfo != 0 {
		r.info = run[end : end+infoSize : end+infoSize]
		end += infoSize
	}
	return r, run[end:]
}

// appendRecord appends a record without metadata to a run.
func appendRecord(run []byte, tag byte, name []byte) []byte {
	run = append(run, tag, byte(len(name)))
	return append(run, name...)
}
