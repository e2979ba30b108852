package scan

// A directory that has been read is kept as one run of records, in the order in
// which a sorted listing of the whole tree needs them:
//
//	[tag] [length of the name] [name] [info, if tagInfo is set]
//
// A directory can have two records: one under its plain name where it is itself
// a candidate, and one with tagDescend, sorted as if its name ended in '/',
// which stands for everything below it. That makes a depth-first pass over the
// records give full paths in bytewise order, with no sort of the whole.
// Names are at most NAME_MAX = 255 bytes (limits.h), so one byte holds a length.
const (
	tagKind    = 0x07 // the Kind
	tagDescend = 0x08 // the next child directory's contents come here
	tagInfo    = 0x10 // infoSize bytes of metadata follow the name
	tagRefused = 0x20 // no candidate, but shown where Options.Refused asks
	tagShown   = 0x40 // excluded, and handed over where Options.Excluded asks
)

// record is a view of one record; name and info point into the run.
type record struct {
	tag  byte
	name []byte
	info []byte
}

func (r record) kind() Kind    { return Kind(r.tag & tagKind) }
func (r record) descend() bool { return r.tag&tagDescend != 0 }
func (r record) refused() bool { return r.tag&tagRefused != 0 }
func (r record) shown() bool   { return r.tag&tagShown != 0 }

// nextRecord splits the first record off a run that is not empty.
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
