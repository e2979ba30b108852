package watch

// Next decodes the first record of a buffer, for the fuzz test.
func Next(buf []byte) (handle, name []byte, op Op, rest []byte, err error) {
	r, rest, err := next(buf)
	return r.handle, r.name, r.op(), rest, err
}
