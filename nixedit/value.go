package nixedit

import "strconv"

// quote returns text of a file for a message, shortened.
func quote(text string) string {
	const most = 60
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strconv.Quote(text)
}

// shown returns an attribute for a message: its name, or its text if it is computed.
func (n Node) shown() string {
	if name, ok := n.attrName(); ok {
		return quote(name)
	}
	return quote(n.Text())
}

// A spot is a list in the value of a binding.
type spot struct {
	list   Node
	why    Reason // 0 if elements can be added without a choice
	detail string
	name   string // of the let binding, if why is InLet
	// conditional is set if the list is used under a condition only, whatever why is.
	conditional bool
}

// A valueReader finds the lists that a value consists of.
type valueReader struct {
	spots []spot
	// refused is the first part of the value that is not a list; why and detail say what it is.
	refused Node
	why     Reason
	detail  string
	depth   int
}

// readValue finds the lists of the value of a binding.
func readValue(s scope, value Node) *valueReader {
	var r valueReader
	r.read(s, value, spot{})
	return &r
}

// read adds the lists of a value. as contains what is already known about them.
func (r *valueReader) read(s scope, n Node, as spot) {
	switch n.Kind() {
	case NodeParen:
		r.read(s, n.first(), as)
	case NodeWith, NodeAssert:
		r.read(s, n.last(), as)
	case NodeLet:
		r.read(s.with(n), n.last(), as)
	case NodeList:
		as.list = n
		r.spots = append(r.spots, as)
	case NodeOperators:
		if n.operator() != concat {
			r.refuse(n, Computed, "the list is the result of an operator")
			return
		}
		for operand := range n.Children() {
			r.read(s, operand, as)
		}
	case NodeIf:
		as.needs(Conditional, "the list is in a branch of if")
		r.read(s, n.first().following(), as)
		r.read(s, n.last(), as)
	case NodeApply:
		r.call(s, n, as)
	case NodeName:
		r.name(s, n, as)
	case NodeSelect:
		r.refuse(n, Reference, "the list is defined elsewhere, as "+quote(n.Text()))
	default:
		r.refuse(n, Computed, "the value is a "+n.Kind().String()+", not a list")
	}
}

func (p *spot) needs(why Reason, detail string) {
	if p.why == 0 {
		p.why, p.detail = why, detail
	}
	p.conditional = p.conditional || why == Conditional
}

func (r *valueReader) refuse(n Node, why Reason, detail string) {
	if r.why == 0 {
		r.refused, r.why, r.detail = n, why, detail
	}
}

// call reads the last argument of a function for modules.
func (r *valueReader) call(s scope, n Node, as spot) {
	name, last := n.function()
	switch {
	case last.IsZero(), name == "optionalAttrs":
		r.refuse(n, Computed, "the list is the result of the function "+quote(n.first().Text()))
	case name == "mkIf", name == "optionals":
		as.needs(Conditional, "the list is used only if "+quote(n.first().following().Text()))
		r.read(s, last, as)
	case name == "mkMerge":
		r.elements(s, last, as)
	case priorities[name] && name != "mkForce":
		as.needs(Priority, "the list is in the function "+quote(n.first().Text())+", which gives it another priority")
		r.read(s, last, as)
	default: // a forced list is the one that counts
		r.read(s, last, as)
	}
}

// elements reads the lists in a list.
func (r *valueReader) elements(s scope, n Node, as spot) {
	for n.Kind() == NodeParen {
		n = n.first()
	}
	if n.Kind() != NodeList {
		r.refuse(n, Computed, "the definitions to merge are computed")
		return
	}
	for element := range n.Children() {
		r.read(s, element, as)
	}
}

// name reads the list that a let around the value binds to a name.
func (r *valueReader) name(s scope, n Node, as spot) {
	const deepest = 8 // of names that stand for names
	name := n.Text()
	value, outside := definition(s.names, name)
	if value.IsZero() || r.depth == deepest {
		r.refuse(n, Reference, "the list is defined elsewhere, as "+quote(name))
		return
	}
	as.name = name
	as.needs(InLet, "the list is bound to the name "+quote(name)+" by let")
	r.depth++
	s.names = outside
	r.read(s, value, as)
	r.depth--
}

// definition returns the value of a name that a let binds, and the nodes whose names the value can use.
// It returns the zero Node if something else binds the name.
func definition(names []Node, name string) (value Node, scope []Node) {
	for i := len(names) - 1; i >= 0; i-- {
		n := names[i]
		if !n.binds(name) {
			continue
		}
		if n.Kind() == NodeLet {
			value = n.bindingOf(name)
		}
		return value, names[:i+1]
	}
	return Node{}, nil
}

// binds reports whether a let, a function or a recursive set binds a name.
func (n Node) binds(name string) bool {
	for child := range n.Children() {
		switch {
		case n.Kind() == NodeLambda && child.following().IsZero():
			return false // the body
		case n.Kind() == NodeLambda && child.Kind() == NodeName:
			if child.Text() == name {
				return true
			}
		case child.Kind() == NodeFormals:
			for formal := range child.Children() {
				if formal.first().Text() == name {
					return true
				}
			}
		case child.Kind() == NodeBinding:
			if got, ok := child.first().first().attrName(); ok && got == name {
				return true
			}
		case child.Kind() == NodeInherit:
			for attr := range child.Children() {
				if got, ok := attr.attrName(); ok && got == name {
					return true
				}
			}
		}
	}
	return false
}
