package watch_test

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/watch"
)

// event returns an event as the kernel writes it (fanotify(7)).
func event(mask uint64, infos ...[]byte) []byte {
	b := make([]byte, 24)
	b[4] = unix.FANOTIFY_METADATA_VERSION
	binary.NativeEndian.PutUint16(b[6:], 24)
	binary.NativeEndian.PutUint64(b[8:], mask)
	binary.NativeEndian.PutUint32(b[16:], ^uint32(0)) // FAN_NOFD
	for _, info := range infos {
		b = append(b, info...)
	}
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	return b
}

// info returns an information record, padded to four bytes.
func info(kind byte, body []byte) []byte {
	b := append([]byte{kind, 0, 0, 0}, body...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	binary.NativeEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

// named returns the record of a directory's handle and a name.
func named(handle, name string) []byte {
	body := make([]byte, 16)
	binary.NativeEndian.PutUint32(body[8:], uint32(len(handle)))
	return info(unix.FAN_EVENT_INFO_TYPE_DFID_NAME, append(append(body, handle...), name+"\x00"...))
}

func TestEventsAreDecoded(t *testing.T) {
	t.Parallel()
	pidfd := info(unix.FAN_EVENT_INFO_TYPE_PIDFD, []byte{9, 0, 0, 0})
	tests := []struct {
		name, handle, entry string
		buf                 []byte
		op                  watch.Op
	}{
		{"a created file", "HANDLE12", "name", event(unix.FAN_CREATE, named("HANDLE12", "name"), pidfd), watch.Create},
		{"operations are merged", "H", "n", event(unix.FAN_CREATE|unix.FAN_CLOSE_WRITE, pidfd, named("H", "n")), watch.Create | watch.Write},
		{"a rename", "H", "日本 \xff", event(unix.FAN_MOVED_TO, named("H", "日本 \xff")), watch.Rename},
		{"an overflow has no directory", "", "", event(unix.FAN_Q_OVERFLOW), 0},
		{"unknown records are skipped", "H", "n", event(unix.FAN_CREATE, info(200, make([]byte, 8)), named("H", "n")), watch.Create},
	}
	for _, test := range tests {
		handle, name, op, rest, err := watch.Next(test.buf)
		if err != nil || string(handle) != test.handle || string(name) != test.entry || op != test.op || len(rest) != 0 {
			t.Errorf("%s: got %q %q %v, %d bytes left, %v", test.name, handle, name, op, len(rest), err)
		}
	}
}

func TestMalformedEventsAreErrors(t *testing.T) {
	t.Parallel()
	whole := event(unix.FAN_CREATE, named("HANDLE", "name"))
	for n := range len(whole) {
		if _, _, _, _, err := watch.Next(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes are accepted", n, len(whole))
		}
	}
	long := event(unix.FAN_CREATE, named("HANDLE", "name"))
	binary.NativeEndian.PutUint32(long[24+12:], 1<<31)
	if _, _, _, _, err := watch.Next(long); err == nil {
		t.Error("a handle longer than its record is accepted")
	}
}

// FuzzNext decodes arbitrary bytes. Each event consumes some, and names have no NUL.
func FuzzNext(f *testing.F) {
	f.Add(event(unix.FAN_CREATE, named("HANDLE", "name")))
	f.Add(append(event(unix.FAN_Q_OVERFLOW), event(unix.FAN_MOVED_TO, named("H", ""))...))
	f.Fuzz(func(t *testing.T, buf []byte) {
		for len(buf) > 0 {
			_, name, _, rest, err := watch.Next(buf)
			if err != nil {
				return
			}
			if len(rest) >= len(buf) {
				t.Fatal("an event without bytes")
			}
			for _, b := range name {
				if b == 0 {
					t.Fatalf("NUL in %q", name)
				}
			}
			buf = rest
		}
	})
}

func BenchmarkNext(b *testing.B) {
	buf := event(unix.FAN_CREATE|unix.FAN_CLOSE_WRITE, named("HANDLE12", "a-file-name.o"), info(unix.FAN_EVENT_INFO_TYPE_PIDFD, []byte{9, 0, 0, 0}))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, _, _, err := watch.Next(buf); err != nil {
			b.Fatal(err)
		}
	}
}
