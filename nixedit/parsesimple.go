package nixedit

import (
	"sort"
	"strings"
)

// apply reads a function and its arguments (expr_app in parser.y).
func (p *parser) apply() uint32 {
	function := p.selection()
	if !beginsOperand(p.kind()) {
		return function
	}
	var children siblings
	p.add(&children, function)
	for beginsOperand(p.kind()) {
		p.add(&children, p.selection())
	}
	return p.node(NodeApply, p.startOf(function), children)
}

// beginsOperand reports whether an argument or the element of a list can begin with a token.
func beginsOperand(kind TokenKind) bool {
	switch kind {
	case TokenIdentifier, TokenInteger, TokenFloat, TokenPathStart, TokenSearchPath, TokenURI, TokenQuote, TokenIndentedOpen, leftParen, leftBracket, TokenLeftBrace, keywordLet, keywordRec:
		return true
	default:
	}
	return false
}

// selection reads an operand and the attributes that are selected from it (expr_select).
func (p *parser) selection() (n uint32) {
	if p.enter() {
		n = p.selectionOf(p.operand())
	}
	p.leave()
	return n
}

// selectionOf reads the attributes that are selected from an operand.
func (p *parser) selectionOf(operand uint32) uint32 {
	var children siblings
	switch p.kind() {
	case dot:
		p.add(&children, operand)
		p.advance()
		p.add(&children, p.attrPath())
		if p.kind() == keywordOr {
			p.advance()
			p.add(&children, p.selection())
		}
		return p.node(NodeSelect, p.startOf(operand), children)
	case keywordOr:
		// Nix parses this as a call with the argument "or", because "or" once was not a keyword.
		p.add(&children, operand)
		first := p.current.start
		p.advance()
		p.add(&children, p.node(NodeName, first, siblings{}))
		return p.node(NodeApply, p.startOf(operand), children)
	default:
	}
	return operand
}

// operand reads an expression without operators (expr_simple).
func (p *parser) operand() uint32 {
	first := p.current.start
	switch p.kind() {
	case TokenIdentifier:
		p.advance()
		return p.node(NodeName, first, siblings{})
	case TokenInteger, TokenFloat:
		p.advance()
		return p.node(NodeNumber, first, siblings{})
	case TokenSearchPath, TokenURI:
		p.advance()
		return p.node(NodePath, first, siblings{})
	case TokenPathStart:
		return p.path()
	case TokenQuote:
		return p.string(NodeString, TokenQuote)
	case TokenIndentedOpen:
		return p.string(NodeIndented, TokenIndentedClose)
	case leftParen:
		return p.paren()
	case leftBracket:
		return p.list()
	case TokenLeftBrace:
		return p.set(NodeSet)
	case keywordRec:
		p.advance()
		n := p.set(NodeRecSet)
		p.at(n).setStart(first)
		return n
	case keywordLet:
		p.advance()
		n := p.set(NodeLetSet)
		p.at(n).setStart(first)
		return n
	default:
	}
	p.unexpected("an expression")
	return p.node(NodeName, first, siblings{})
}

func (p *parser) paren() uint32 {
	var children siblings
	first := p.current.start
	p.advance()
	p.add(&children, p.expression())
	p.expect(rightParen)
	return p.node(NodeParen, first, children)
}

func (p *parser) list() uint32 {
	var children siblings
	first := p.current.start
	p.advance()
	const fewest = 64 // elements that are kept even if they did not change
	for count := 0; beginsOperand(p.kind()); count++ {
		before := p.file.nodes.count()
		element := p.selection()
		if count >= fewest && p.drops(element) {
			p.file.nodes.cut(before)
			continue
		}
		p.add(&children, element)
	}
	p.expect(rightBracket)
	return p.node(NodeList, first, children)
}

// string reads a string up to the token that closes it.
func (p *parser) string(kind NodeKind, closing TokenKind) uint32 {
	var children siblings
	first := p.current.start
	p.advance()
	for {
		switch p.kind() {
		case TokenStringText:
			p.advance()
		case TokenInterpolation:
			p.add(&children, p.dynamic())
		default:
			p.expect(closing)
			return p.node(kind, first, children)
		}
	}
}

// path reads a path. Its parts follow each other without white space. A path with // has an
// interpolation behind it (string_parts_interpolated in parser.y).
func (p *parser) path() uint32 {
	var children siblings
	first := p.current.start
	p.advance()
	for p.current.start == p.end {
		switch p.kind() {
		case TokenPathText:
			p.advance()
			if children.head == 0 && (p.current.start != p.end || p.kind() != TokenInterpolation) {
				p.unexpected(TokenInterpolation.String())
			}
			continue
		case TokenInterpolation:
			p.add(&children, p.dynamic())
			continue
		default:
		}
		break
	}
	return p.node(NodePath, first, children)
}

// dynamic reads ${ … }.
func (p *parser) dynamic() uint32 {
	var children siblings
	first := p.current.start
	p.advance()
	p.add(&children, p.expression())
	p.expect(TokenRightBrace)
	return p.node(NodeDynamic, first, children)
}

// set reads { … }. The kind is NodeSet, NodeRecSet or NodeLetSet.
func (p *parser) set(kind NodeKind) uint32 {
	var children siblings
	first := p.current.start
	p.expect(TokenLeftBrace)
	p.bindings(&children, TokenRightBrace)
	return p.node(kind, first, children)
}

// bindings reads bindings up to the token that closes them.
func (p *parser) bindings(children *siblings, closing TokenKind) {
	for {
		switch p.kind() {
		case keywordInherit:
			p.add(children, p.inherit())
		case TokenIdentifier, keywordOr, TokenQuote, TokenInterpolation:
			p.add(children, p.binding())
		default:
			p.expect(closing)
			return
		}
	}
}

func (p *parser) binding() uint32 {
	var children siblings
	first := p.current.start
	p.add(&children, p.attrPath())
	p.expect(assign)
	p.add(&children, p.boundValue())
	p.expect(semicolon)
	return p.node(NodeBinding, first, children)
}

// boundValue reads the value of a binding. Values that did not change are parsed, but their nodes are not
// kept, except for the smallest ones.
func (p *parser) boundValue() uint32 {
	const fewest = 8
	before := p.file.nodes.count()
	value := p.expression()
	if p.file.nodes.count()-before < fewest || !p.drops(value) {
		return value
	}
	start := p.startOf(value)
	p.file.nodes.cut(before)
	return p.node(0, start, siblings{})
}

// drops reports whether the last node is outside of the parts whose nodes are kept.
func (p *parser) drops(n uint32) bool {
	if p.changed == nil || p.refusal != nil {
		return false
	}
	start := int(p.startOf(n))
	i := sort.Search(len(p.changed), func(i int) bool { return p.changed[i].End > start })
	return i == len(p.changed) || p.changed[i].Start >= int(p.end)
}

func (p *parser) inherit() uint32 {
	var children siblings
	first := p.current.start
	p.advance()
	if p.kind() == leftParen {
		p.add(&children, p.paren())
	}
	for isAttr(p.kind()) {
		at := p.current.start
		attr := p.attr()
		if p.isDynamic(attr) {
			p.refuseAt(at, BadSyntax, "an attribute of inherit must not be computed")
		}
		p.add(&children, attr)
	}
	p.expect(semicolon)
	return p.node(NodeInherit, first, children)
}

func (p *parser) attrPath() uint32 {
	var children siblings
	first := p.current.start
	p.add(&children, p.attr())
	for p.kind() == dot {
		p.advance()
		p.add(&children, p.attr())
	}
	return p.node(NodeAttrPath, first, children)
}

func isAttr(kind TokenKind) bool {
	return kind == TokenIdentifier || kind == keywordOr || kind == TokenQuote || kind == TokenInterpolation
}

// attr reads one attribute of a path.
func (p *parser) attr() uint32 {
	first := p.current.start
	switch p.kind() {
	case TokenQuote:
		return p.string(NodeString, TokenQuote)
	case TokenInterpolation:
		return p.dynamic()
	case TokenIdentifier, keywordOr:
		p.advance()
	default:
		p.unexpected("an attribute")
	}
	return p.node(NodeName, first, siblings{})
}

// isDynamic reports whether an attribute is computed. ${…} with a string, also in parentheses, or
// with a URI is not.
func (p *parser) isDynamic(attr uint32) bool {
	n := p.at(attr)
	if n.kind() != NodeDynamic {
		return n.kind() == NodeString && n.child != 0
	}
	expr := p.at(n.child)
	for expr.kind() == NodeParen {
		expr = p.at(expr.child)
	}
	switch expr.kind() {
	case NodeString, NodeIndented:
		return expr.child != 0
	case NodePath: // only URIs have a colon outside of interpolations
		return expr.child != 0 || !strings.Contains(p.file.text[expr.start():expr.end], ":")
	default:
		return true
	}
}

// refuseDynamic refuses bindings of a let whose first attribute is computed.
func (p *parser) refuseDynamic(bindings siblings) {
	for b := bindings.head; b != 0; b = p.at(b).next {
		if p.at(b).kind() != NodeBinding {
			continue
		}
		if attr := p.at(p.at(b).child).child; attr != 0 && p.isDynamic(attr) {
			p.refuseAt(p.startOf(attr), BadSyntax, "an attribute of let must not be computed")
		}
	}
}
