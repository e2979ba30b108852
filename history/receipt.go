package history

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"time"
)

// Schema is the version of the format of receipts and graves.
const Schema = 1

// Machine identifies a machine and its running boot.
type Machine struct {
	// Boot is the ID of the boot: random/boot_id of proc_sys_kernel(5).
	Boot string
	// Hardware identifies the machine, "" if that is not known. It is a hash, because the number
	// that it is made from is readable by root only. /etc/machine-id is not used: on a machine
	// whose root is wiped, it may be new after each boot.
	Hardware string
	// Host is the name of the machine.
	Host string
}

// ThisMachine returns the machine that the program runs on. What cannot be read is "".
func ThisMachine() Machine {
	m := Machine{Boot: firstLine("/proc/sys/kernel/random/boot_id")}
	m.Host, _ = os.Hostname()
	for _, file := range []string{"/sys/class/dmi/id/product_uuid", "/sys/firmware/devicetree/base/serial-number"} {
		if text := strings.Trim(firstLine(file), "\x00"); text != "" {
			sum := sha256.Sum256([]byte("list-ephemeral " + text))
			m.Hardware = hex.EncodeToString(sum[:8])
			break
		}
	}
	return m
}

func firstLine(file string) string {
	text, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}

// other reports whether a header is of another machine. The name decides only if the hardware of
// one of them is not known, because users may rename a machine.
func (m Machine) other(h *Header) bool {
	if m.Hardware != "" && h.Hardware != "" {
		return m.Hardware != h.Hardware
	}
	return m.Host != h.Host
}

// Header describes a receipt.
type Header struct {
	Schema   int       `json:"schema"`
	Boot     string    `json:"boot"`
	Hardware string    `json:"hardware,omitempty"`
	Host     string    `json:"host"`
	Time     time.Time `json:"time"` // when it was begun
	// Listed and Kept count the entries, and Bytes sums up the sizes of those listed.
	Listed int64 `json:"listed"`
	Kept   int64 `json:"kept"`
	Bytes  int64 `json:"bytes"`
	// Complete reports that the listing was written to its end. It is false if the budget ran out.
	Complete bool `json:"complete"`
}

// FileKind is the type of a file.
type FileKind uint8

// The types of files.
const (
	FileUnknown FileKind = iota
	FileRegular
	FileDir
	FileSymlink
	FileSocket
	FilePipe
	FileBlock
	FileChar
)

var fileKindNames = [...]string{"unknown", "file", "directory", "symlink", "socket", "pipe", "block-device", "char-device"}

// String returns the type in lower case, as scan.Kind does.
func (k FileKind) String() string {
	if int(k) < len(fileKindNames) {
		return fileKindNames[k]
	}
	return fileKindNames[FileUnknown]
}

// Class is what a receipt says about a path.
type Class uint8

// The classes.
const (
	ClassUnknown Class = iota
	ClassListed        // the reboot wipes it
	ClassKept          // it survives
)

var classNames = [...]string{"unknown", "listed", "kept"}

// String returns the class in lower case.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[ClassUnknown]
}

// Item is an entry of a listing, without what a comparison does not need. It is valid only during
// the call to which it is passed.
type Item struct {
	// Path is absolute and may contain any bytes except NUL.
	Path []byte
	Kind FileKind
	// Size is in bytes.
	Size    int64
	ModTime time.Time
}

// Entry is an entry of a receipt.
type Entry struct {
	Item
	Class Class
	// Mode contains the permission bits, and the setuid, setgid and sticky bits: 0 to 07777.
	Mode     uint32
	UID, GID uint32
}
