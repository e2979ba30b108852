package search

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// The language of queries is that of fzf's extended search (fzf(1), EXTENDED SEARCH MODE), with the
// home as an addition:
//
//	term       the characters in order          fire, ~/ssh
//	'term      the text                         'firefox
//	^term      the text at the start            ^/etc, ^~/.config
//	term$      the text at the end              .sqlite$
//	^term$     the whole path                   ^/etc/machine-id$
//	!term      not the text                     !node_modules, !^/var, !.log$
//	a b        both, in any order               ssh known
//	a | b      one of the two                   .db$ | .sqlite$
//	a\ b       one term with a space            My\ Documents
//
// A term that contains a capital is case-sensitive. equiv_terms_test.go compares the matches with
// those of fzf.

// Kind says how a term is compared with a path.
type Kind uint8

// The kinds of terms.
const (
	KindUnknown Kind = iota
	Fuzzy            // the path contains the characters of the text in order
	Exact            // the path contains the text
	Prefix           // the path begins with the text
	Suffix           // the path ends with the text
	Equal            // the path is the text
)

var kindNames = [...]string{"unknown", "fuzzy", "exact", "prefix", "suffix", "equal"}

// String returns the name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindUnknown]
}

// Term is one condition of a query.
type Term struct {
	Kind Kind
	// Text is the text without operators. It is folded, unless CaseSensitive is set.
	Text string
	// Home is set if a fuzzy term begins with "~": the path must begin with Home, and Text is
	// compared with the rest. It ends in a slash.
	Home string
	// Negated reports whether paths match that do not match otherwise.
	Negated       bool
	CaseSensitive bool
}

// Terms is a parsed query. A path matches if it matches at least one term of each group.
type Terms [][]Term

// Parse parses the text of a query. home replaces "~" at the start of a term; if it is empty, "~"
// is an ordinary character. Every text is a valid query; one without terms matches every path.
func Parse(text, home string) Terms { return parse(text, home, false) }

// parse is like Parse. If ignoreCase is set, no term is case-sensitive.
func parse(text, home string, ignoreCase bool) Terms {
	var terms Terms
	var group []Term
	closed, afterBar := false, false
	text = strings.ReplaceAll(text, `\ `, "\t")
	for token := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' }) {
		if token == "|" && len(group) > 0 && !afterBar {
			closed, afterBar = false, true
			continue
		}
		afterBar = false
		term, ok := newTerm(strings.ReplaceAll(token, "\t", " "), home, ignoreCase)
		if !ok {
			continue
		}
		if closed {
			terms, group = append(terms, group), nil
		}
		group, closed = append(group, term), true
	}
	if len(group) > 0 {
		terms = append(terms, group)
	}
	return terms
}

// newTerm parses one term, in the order in which fzf removes the operators. It returns false if
// it has only operators.
func newTerm(text, home string, ignoreCase bool) (t Term, ok bool) {
	t = Term{Kind: Fuzzy, CaseSensitive: !ignoreCase && hasCapital(text)}
	if rest, cut := strings.CutPrefix(text, "!"); cut {
		t.Kind, t.Negated, text = Exact, true, rest
	}
	if rest, cut := strings.CutSuffix(text, "$"); cut && rest != "" {
		t.Kind, text = Suffix, rest
	}
	switch {
	case strings.HasPrefix(text, "'"):
		t.Kind, text = Exact, text[1:]
		if t.Negated {
			t.Kind = Fuzzy
		}
	case strings.HasPrefix(text, "^"):
		text = text[1:]
		if t.Kind == Suffix {
			t.Kind = Equal
		} else {
			t.Kind = Prefix
		}
	}
	if text == "" {
		return t, false
	}
	t.Text = text
	t.expand(strings.TrimSuffix(home, "/"))
	if !t.CaseSensitive {
		t.Text, t.Home = foldText(t.Text), foldText(t.Home)
	}
	return t, true
}

// expand replaces "~" at the start of the text, if it stands for the home.
func (t *Term) expand(home string) {
	rest, cut := strings.CutPrefix(t.Text, "~")
	if !cut || home == "" || rest != "" && rest[0] != '/' {
		return
	}
	if t.Kind == Fuzzy {
		t.Home, t.Text = home+"/", strings.TrimPrefix(rest, "/")
	} else {
		t.Text = home + rest
	}
}

// CaseSensitive reports whether a term is case-sensitive.
func (ts Terms) CaseSensitive() bool {
	return ts.any(func(t Term) bool { return t.CaseSensitive })
}

// any reports whether is returns true for a term.
func (ts Terms) any(is func(Term) bool) bool {
	for _, group := range ts {
		for _, t := range group {
			if is(t) {
				return true
			}
		}
	}
	return false
}

// monotone reports whether everything below a matching directory matches too.
func (ts Terms) monotone() bool {
	return !ts.any(func(t Term) bool { return t.Negated || !t.sticky() })
}

// sticky reports whether a text that matches still matches after something is appended to it. The
// negation is ignored.
func (t Term) sticky() bool { return t.Kind == Fuzzy || t.Kind == Exact || t.Kind == Prefix }

// implies reports whether all paths that match ts match old too. It may return false although they
// do.
func (ts Terms) implies(old Terms) bool {
	for _, group := range old {
		if !ts.impliesGroup(group) {
			return false
		}
	}
	return true
}

// impliesGroup reports whether one of the groups of ts is narrower than a group.
func (ts Terms) impliesGroup(old []Term) bool {
	for _, group := range ts {
		narrower := true
		for _, t := range group {
			one := false
			for _, o := range old {
				one = one || t.implies(o)
			}
			narrower = narrower && one
		}
		if narrower {
			return true
		}
	}
	return false
}

// implies reports whether each path that matches t matches old too.
func (t Term) implies(old Term) bool {
	if t.Negated || old.Negated || old.CaseSensitive && !t.CaseSensitive {
		return t == old
	}
	text := t.Text
	if !old.CaseSensitive {
		text = foldText(text)
	}
	switch old.Kind {
	case Fuzzy:
		home := t.Home
		if !old.CaseSensitive {
			home = foldText(home)
		}
		return (old.Home == "" || old.Home == home) && inOrder([]byte(text), old.Text)
	case Exact:
		return t.Kind != Fuzzy && strings.Contains(text, old.Text)
	case Prefix:
		return (t.Kind == Prefix || t.Kind == Equal) && strings.HasPrefix(text, old.Text)
	case Suffix:
		return (t.Kind == Suffix || t.Kind == Equal) && strings.HasSuffix(text, old.Text)
	case Equal, KindUnknown:
	}
	return t == old
}

// inOrder reports whether a text contains the characters of another one in order.
func inOrder(text []byte, characters string) bool {
	for _, want := range characters {
		at := bytes.IndexRune(text, want)
		if at < 0 {
			return false
		}
		text = text[at+utf8.RuneLen(want):]
	}
	return true
}
