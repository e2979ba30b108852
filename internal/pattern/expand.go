package pattern

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// maxAlternatives is how many rules a pattern may expand to. fd has no such limit. Six groups
	// of four alternatives, or twelve negated classes, reach it.
	maxAlternatives = 4096
	// maxElements is the maximum total size of all rules of a pattern.
	maxElements = 1 << 20
)

// literalRule returns the rule of a glob without special characters except a leading "**/", without
// parsing it. 101 of the 106 patterns of the benchmark have this form. The rule is empty if no path
// can match.
func literalRule(glob string) (r rule, ok bool) {
	rest, floating := strings.CutPrefix(glob, "**/")
	if floating && rest == "" || strings.ContainsAny(rest, `*?[{}\`) {
		return nil, false
	}
	r = make(rule, 0, 2+strings.Count(rest, "/"))
	if floating {
		r = append(r, component{kind: tree})
	}
	for more := true; more; {
		var name string
		if name, rest, more = strings.Cut(rest, "/"); name == "" {
			return nil, true
		}
		r = append(r, component{kind: literal, prefix: name})
	}
	return r, true
}

// expander expands the alternatives of a pattern, and each class that matches the slash into the
// slash and the rest of the class. It generates all combinations depth first.
type expander struct {
	elements []element // of the current combination
	rules    []rule
	// ends is the number of combinations, total the number of their elements.
	ends, total int
}

// tail is a list of tokens that still have to be expanded, followed by those of next.
type tail struct {
	tokens []token
	next   *tail
}

// expand turns a pattern into rules.
func expand(tokens []token) ([]rule, error) {
	if len(tokens) == 1 && tokens[0].kind == recursivePrefix {
		return []rule{{{kind: tree}, {kind: anyName}}}, nil
	}
	var e expander
	e.run(tokens, nil)
	switch {
	case e.ends > maxAlternatives:
		return nil, fmt.Errorf("its braces and classes expand to more than %d patterns", maxAlternatives)
	case e.full():
		return nil, fmt.Errorf("its braces and classes expand to more than %d bytes of patterns", maxElements)
	}
	return e.rules, nil
}

// full reports whether a limit is exceeded.
func (e *expander) full() bool { return e.ends > maxAlternatives || e.total > maxElements }

// run expands tokens, then those of next. It restores e.elements.
func (e *expander) run(tokens []token, next *tail) {
	begin := len(e.elements)
	defer func() { e.elements = e.elements[:begin] }()
	for i := range tokens {
		if e.full() {
			return
		}
		rest := tokens[i+1:]
		switch t := &tokens[i]; {
		case t.kind == classToken && t.class.has('/'):
			e.slashClass(t.class, rest, next)
			return
		case t.kind == recursivePrefix && !e.atStart():
			e.innerPrefix(rest, next)
			return
		case t.kind == alternatesToken && len(t.branches) > 0:
			for _, branch := range t.branches {
				e.run(branch, &tail{rest, next})
			}
			return
		case !e.put(t):
			e.end()
			return
		}
	}
	if next != nil {
		e.run(next.tokens, next.next)
		return
	}
	e.emit()
}

// put adds a token that needs no expansion. It returns false if no path can match any more, because
// the names in a path are not empty.
func (e *expander) put(t *token) bool {
	switch t.kind {
	case literalToken:
		if t.char == '/' {
			return e.cut()
		}
		var b [utf8.UTFMax]byte
		for _, b := range utf8.AppendRune(b[:0], t.char) {
			e.elements = append(e.elements, element{kind: oneByte, byte: b})
		}
	case anyToken:
		e.add(anyByte)
	case zeroOrMore:
		e.add(anyBytes)
	case classToken:
		e.elements = append(e.elements, element{kind: someByte, class: t.class})
	case recursivePrefix: // at the start of a component
		e.add(treeMark)
	case recursiveInfix:
		if !e.cut() {
			return false
		}
		e.add(treeMark)
	case recursiveSuffix:
		if !e.cut() {
			return false
		}
		e.add(treeMark)
		e.add(anyBytes)
	default: // empty braces
	}
	return true
}

func (e *expander) add(k elementKind) { e.elements = append(e.elements, element{kind: k}) }

// atStart reports whether the current component is still empty.
func (e *expander) atStart() bool {
	if len(e.elements) == 0 {
		return true
	}
	k := e.elements[len(e.elements)-1].kind
	return k == slashMark || k == treeMark
}

// cut ends a component. It returns false if the component is empty.
func (e *expander) cut() bool {
	if e.atStart() {
		return false
	}
	e.add(slashMark)
	return true
}

// slashClass expands a class that matches the slash into the class without the slash, and the
// slash.
func (e *expander) slashClass(c *class, rest []token, next *tail) {
	without := *c
	without['/'>>6] &^= 1 << ('/' & 63)
	if without != (class{}) {
		e.elements = append(e.elements, element{kind: someByte, class: &without})
		e.run(rest, next)
		e.elements = e.elements[:len(e.elements)-1]
	}
	if e.cut() {
		e.run(rest, next)
	} else {
		e.end()
	}
}

// innerPrefix expands a "**/" at the start of an alternative, but not of a component: x{**/a,b}.
// globset translates it to (?:/?|.*/) there too: nothing, or everything up to a slash.
func (e *expander) innerPrefix(rest []token, next *tail) {
	e.run(rest, next)
	e.add(anyBytes)
	e.add(slashMark)
	e.add(treeMark)
	e.run(rest, next)
}

// end counts a combination, even if no path can match it.
func (e *expander) end() {
	e.ends++
	e.total += len(e.elements)
}

// emit adds the rule for the current combination.
func (e *expander) emit() {
	e.end()
	if e.atStart() || e.full() {
		return
	}
	var r rule
	from := 0
	for i := 0; i <= len(e.elements); i++ {
		switch {
		case i == len(e.elements) || e.elements[i].kind == slashMark:
			r = append(r, newComponent(e.elements[from:i]))
			from = i + 1
		case e.elements[i].kind == treeMark:
			if len(r) == 0 || r[len(r)-1].kind != tree {
				r = append(r, component{kind: tree})
			}
			from = i + 1
		}
	}
	e.rules = append(e.rules, r)
}
