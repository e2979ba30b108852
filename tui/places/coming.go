package places

// Coming is what the next boot changes about a path.
type Coming uint8

// The changes, the most urgent last. ComingUnknown means that no change is known.
const (
	ComingUnknown Coming = iota
	ComingKept           // declared and in storage: the next boot shows what storage has there
	ComingMissing        // declared, but storage has nothing there
	ComingRemoved        // kept now, and no longer after the next boot
)

// comingWords are the words of list --long, those of a row that has room for more, and a sentence.
var comingWords = [...]struct{ word, short, text string }{
	ComingUnknown: {},
	ComingKept:    {"kept", "kept from next boot", "kept from the next boot on: it shows what storage has there"},
	ComingMissing: {"missing", "not in storage", "declared, but storage has nothing there: adopt copies it"},
	ComingRemoved: {"removed", "no longer kept", "NO LONGER KEPT after the next boot"},
}

// String returns the change as one word in lower case, or "" for ComingUnknown.
func (c Coming) String() string { return c.words().word }

// Short returns the change in two to four words, or "".
func (c Coming) Short() string { return c.words().short }

// Text returns the change as a sentence without a subject, or "".
func (c Coming) Text() string { return c.words().text }

func (c Coming) words() (words struct{ word, short, text string }) {
	if int(c) < len(comingWords) {
		return comingWords[c]
	}
	return words
}
