package nixedit

import (
	"fmt"
	"slices"
)

// maxDepth is the depth of recursion of the parser. Each pair of brackets takes three. Nix's parser
// stops at 10,000 symbols on its stack (YYMAXDEPTH of Bison).
const maxDepth = 3000

// parser builds the tree by recursive descent, and operators by precedence climbing.
//
// It keeps the first refusal and then continues at the end of the file, where every function
// returns. So no function needs to check for errors.
type parser struct {
	file    *File
	nodes   []node
	i       int // the current token, which is not trivia; len(file.tokens) at the end
	end     int // the token after the last one that was accepted
	depth   int
	refusal *RefusalError
}

// parse reads the whole file and returns the root.
func (p *parser) parse() uint32 {
	p.i = p.skip(0)
	root := p.expression()
	if p.kind() != endOfFile {
		p.unexpected("end of file")
	}
	return root
}

// skip returns the index of the first token at or after i that is not trivia.
func (p *parser) skip(i int) int {
	for i < len(p.file.tokens) && p.file.tokens[i].kind.Trivia() {
		i++
	}
	return i
}

// kindAt returns the kind of a token.
func (p *parser) kindAt(i int) TokenKind {
	if i < len(p.file.tokens) {
		return p.file.tokens[i].kind
	}
	return endOfFile
}

func (p *parser) kind() TokenKind { return p.kindAt(p.i) }

// following returns the kind of the token after the current one.
func (p *parser) following() TokenKind { return p.kindAt(p.skip(p.i + 1)) }

// advance accepts the current token.
func (p *parser) advance() {
	if p.i < len(p.file.tokens) {
		p.end = p.i + 1
		p.i = p.skip(p.end)
	}
}

// expect accepts a token of a kind, or refuses the file.
func (p *parser) expect(kind TokenKind) {
	if p.kind() != kind {
		p.unexpected(kind.String())
		return
	}
	p.advance()
}

// unexpected refuses the current token.
func (p *parser) unexpected(want string) {
	p.refuse(BadSyntax, fmt.Sprintf("expected %s, got %s", want, p.kind()))
}

// refuse keeps the first refusal and goes to the end.
func (p *parser) refuse(reason Reason, detail string) {
	if p.refusal == nil {
		p.refusal = &RefusalError{Position: Position{Offset: p.file.tokenStart(p.i)}, Reason: reason, Detail: detail}
		if p.i >= len(p.file.tokens) {
			p.refusal.Offset = len(p.file.text)
		}
	}
	p.i = len(p.file.tokens)
}

// enter counts the depth of recursion; leave undoes it.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > maxDepth {
		p.refuse(TooDeep, "expressions are nested too deeply")
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// siblings builds the list of children of a node.
type siblings struct{ head, tail uint32 }

func (p *parser) add(s *siblings, child uint32) {
	if s.head == 0 {
		s.head = child
	} else {
		p.nodes[s.tail].next = child
	}
	s.tail = child
}

// node makes a node that begins at token first and ends with the last accepted token.
func (p *parser) node(kind NodeKind, first int, children siblings) uint32 {
	if len(p.nodes) == cap(p.nodes) {
		p.nodes = slices.Grow(p.nodes, remaining(len(p.nodes), p.end, len(p.file.tokens)))
	}
	p.nodes = append(p.nodes, node{uint32(first), uint32(max(p.end, first)), children.head, 0, kind})
	return uint32(len(p.nodes) - 1)
}

// startOf returns the first token of a node.
func (p *parser) startOf(n uint32) int { return int(p.nodes[n].first) }

// expression reads an expression with the lowest precedence (expr_function in parser.y).
func (p *parser) expression() uint32 {
	defer p.leave()
	if !p.enter() {
		return 0
	}
	switch p.kind() {
	case TokenIdentifier:
		if next := p.following(); next == colon || next == at {
			return p.lambda()
		}
	case TokenLeftBrace:
		if p.isFormals() {
			return p.lambda()
		}
	case keywordAssert:
		return p.scoped(NodeAssert)
	case keywordWith:
		return p.scoped(NodeWith)
	case keywordIf:
		return p.condition()
	case keywordLet:
		if p.following() != TokenLeftBrace {
			return p.let()
		}
	default:
	}
	return p.pipes()
}

// scoped reads with A; B and assert A; B.
func (p *parser) scoped(kind NodeKind) uint32 {
	var children siblings
	first := p.i
	p.advance()
	p.add(&children, p.expression())
	p.expect(semicolon)
	p.add(&children, p.expression())
	return p.node(kind, first, children)
}

func (p *parser) condition() uint32 {
	var children siblings
	first := p.i
	p.advance()
	p.add(&children, p.expression())
	p.expect(keywordThen)
	p.add(&children, p.expression())
	p.expect(keywordElse)
	p.add(&children, p.expression())
	return p.node(NodeIf, first, children)
}

func (p *parser) let() uint32 {
	var children siblings
	first := p.i
	p.advance()
	p.bindings(&children, keywordIn)
	p.refuseDynamic(children)
	p.add(&children, p.expression())
	return p.node(NodeLet, first, children)
}

// pipes reads a |> b |> c or a <| b <| c. The two cannot be mixed.
func (p *parser) pipes() uint32 {
	first := p.operators(0)
	kind := p.kind()
	if kind != pipeInto && kind != pipeFrom {
		return first
	}
	if p.file.opts.RefusePipes {
		p.refuse(PipeOperator, "the file uses the operator "+kind.String()+", an experimental feature of Nix")
		return first
	}
	var operands siblings
	p.add(&operands, first)
	for p.kind() == kind {
		p.advance()
		p.add(&operands, p.operators(0))
	}
	return p.node(NodeOperators, p.startOf(first), operands)
}

// The precedences of prefix operators, between those of binaryOperators.
const (
	precedenceNot    = 8
	precedenceNegate = 13
)

// precedence returns the precedence of a binary operator, 0 if it is not one, and whether it can
// be used only once in a chain (%nonassoc in parser.y).
func precedence(kind TokenKind) (level int, once bool) {
	switch kind {
	case implies:
		return 1, false
	case logicalOr:
		return 2, false
	case logicalAnd:
		return 3, false
	case equal, notEqual:
		return 4, true
	case less, lessEqual, greater, greaterEqual:
		return 5, true
	case update:
		return 6, false
	case plus, minus:
		return 9, false
	case times, divide:
		return 10, false
	case concat:
		return 11, false
	case question:
		return 12, false
	default:
	}
	return 0, false
}

// operators reads an expression with operators of at least a precedence.
func (p *parser) operators(least int) uint32 {
	defer p.leave()
	if !p.enter() {
		return 0
	}
	left := p.prefix()
	for {
		level, once := precedence(p.kind())
		if level == 0 || level < least {
			return left
		}
		if p.kind() == question {
			left = p.hasAttr(left)
		} else {
			left = p.chain(left, level, once)
		}
		if next, _ := precedence(p.kind()); once && next == level {
			p.refuse(BadSyntax, "the operator "+p.kind().String()+" cannot be used in a chain")
		}
	}
}

// prefix reads an operand with the operators before it.
func (p *parser) prefix() uint32 {
	level := precedenceNot
	switch p.kind() {
	case minus:
		level = precedenceNegate
	case not:
	default:
		return p.apply()
	}
	var children siblings
	first := p.i
	p.advance()
	p.add(&children, p.operators(level))
	return p.node(NodeUnary, first, children)
}

// chain reads the rest of a chain of operators of one precedence. The tree does not say whether they
// associate to the left or to the right.
func (p *parser) chain(left uint32, level int, once bool) uint32 {
	var operands siblings
	p.add(&operands, left)
	for {
		p.advance()
		p.add(&operands, p.operators(level+1))
		if next, _ := precedence(p.kind()); next != level || once {
			return p.node(NodeOperators, p.startOf(left), operands)
		}
	}
}

func (p *parser) hasAttr(left uint32) uint32 {
	var children siblings
	p.add(&children, left)
	p.advance()
	p.add(&children, p.attrPath())
	return p.node(NodeHasAttr, p.startOf(left), children)
}
