package scan

import (
	"io"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// Mounts is the mount table, see [mounts.Table].
type Mounts = mounts.Table

// ReadMounts is [mounts.Read].
func ReadMounts() (*Mounts, error) { return mounts.Read() }

// ParseMounts is [mounts.ParseTable].
func ParseMounts(r io.Reader) (*Mounts, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return mounts.ParseTable(string(text))
}
