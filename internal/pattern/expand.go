package pattern

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// maxAlternatives is how many rules a pattern may stand for. fd has no
	// such limit; a pattern that needs more has six groups of four, or twelve
	// negated classes.
	maxAlternatives = 4096
	// maxElements is how large all rules of a pattern may be together.
	maxElements = 1 << 20
)

// literalRule returns the rule of a glob that has nothing special but a "**/" in
// front, without parsing it: 101 of the 106 patterns of the benchmark are like that.
// The rule is empty if no path can match.
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

// expander multiplies out the alternatives of a pattern, and the two things that
// a class can be if it matches the slash. It goes through all combinations
// depth first.
type expander struct {
	elements []element // of the combination so far
	rules    []rule
	// ends is the number of combinations, total that of their elements.
	ends, total int
}

// tail is a list of tokens that are yet to be expanded, and those after them.
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
		return nil, fmt.Errorf("its braces and classes stand for more than %d patterns", maxAlternatives)
	case e.full():
		return nil, fmt.Errorf("its braces and classes stand for more than %d bytes of patterns", maxElements)
	}
	return e.rules, nil
}

// full reports whether the limits are exceeded.
func (e *expander) full() bool { return e.ends > maxAlternatives || e.total > maxElements }

// run expands tokens, then those of next. It leaves e.elements as they were.
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

// put adds a token that is only one thing. It returns false if no path can match
// any more: the names in a path are not empty.
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
	default: // braces without content
	}
	return true
}

func (e *expander) add(k elementKind) { e.elements = append(e.elements, element{kind: k}) }

// atStart reports whether nothing of the current component is there yet.
func (e *expander) atStart() bool {
	if len(e.elements) == 0 {
		return true
	}
	k := e.elements[len(e.elements)-1].kind
	return k == slashMark || k == treeMark
}

// cut ends a component. It returns false if that is empty.
func (e *expander) cut() bool {
	if e.atStart() {
		return false
	}
	e.add(slashMark)
	return true
}

// slashClass expands a class that matches the slash: to the slash, and to the
// class without it.
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

// innerPrefix expands a "**/" that stands at the start of an alternative, but
// not of a component: x{**/a,b}. globset makes it (?:/?|.*/) there too: nothing,
// or everything up to a slash.
func (e *expander) innerPrefix(rest []token, next *tail) {
	e.run(rest, next)
	e.add(anyBytes)
	e.add(slashMark)
	e.add(treeMark)
	e.run(rest, next)
}

// end counts a combination, also one that no path can match.
func (e *expander) end() {
	e.ends++
	e.total += len(e.elements)
}

// emit makes a rule of a combination.
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
