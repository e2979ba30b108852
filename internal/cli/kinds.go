package cli

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
)

// kindLetters are the values of --type. They are those of fd, and w.
var kindLetters = map[string]scan.Kind{
	"f": scan.KindFile, "file": scan.KindFile,
	"d": scan.KindDir, "dir": scan.KindDir, "directory": scan.KindDir,
	"l": scan.KindSymlink, "symlink": scan.KindSymlink,
	"s": scan.KindSocket, "socket": scan.KindSocket,
	"p": scan.KindPipe, "pipe": scan.KindPipe,
	"b": scan.KindBlock, "block-device": scan.KindBlock,
	"c": scan.KindChar, "char-device": scan.KindChar,
	"w": scan.KindWhiteout, "whiteout": scan.KindWhiteout,
}

// kindsValue is the value of --type: kinds separated by commas. The first --type replaces the
// default, and further ones add kinds.
type kindsValue struct {
	to    *scan.Kinds
	given []string
}

// Set adds kinds.
func (v *kindsValue) Set(text string) error {
	var kinds scan.Kinds
	for name := range strings.SplitSeq(text, ",") {
		kind, known := kindLetters[strings.TrimSpace(name)]
		if !known {
			return expectedError("f, d, l, s, p, b, c or w, separated by commas")
		}
		kinds |= scan.KindsOf(kind)
	}
	if len(v.given) > 0 {
		kinds |= *v.to
	}
	*v.to, v.given = kinds, append(v.given, text)
	return nil
}

func (v *kindsValue) String() string {
	if len(v.given) == 0 {
		return "f"
	}
	return strings.Join(v.given, ",")
}

// Type contains "Array", so that cobra's completions offer the flag again.
func (v *kindsValue) Type() string { return "kindsArray" }

// dataKinds are the names of the kinds of data, the values of --kind.
func dataKinds() []string {
	var names []string
	for k := owner.KindState; k <= owner.KindData; k++ {
		names = append(names, k.String())
	}
	return names
}

// dataKindsValue is the value of --kind: kinds of data separated by commas. It may be given several
// times.
type dataKindsValue struct {
	to    *[]owner.Kind
	given []string
}

// Set adds kinds.
func (v *dataKindsValue) Set(text string) error {
	var kinds []owner.Kind
	for name := range strings.SplitSeq(text, ",") {
		kind, known := owner.ParseKind(strings.TrimSpace(name))
		if !known {
			return expectedError("state, cache, log, config, runtime, regenerated or data, separated by commas")
		}
		kinds = append(kinds, kind)
	}
	*v.to, v.given = append(*v.to, kinds...), append(v.given, text)
	return nil
}

func (v *dataKindsValue) String() string { return strings.Join(v.given, ",") }

// Type contains "Array", so that cobra's completions offer the flag again.
func (v *dataKindsValue) Type() string { return "dataKindsArray" }
