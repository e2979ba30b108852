package nixedit

import "fmt"

// maxDepth is the depth of recursion of the parser. Each pair of brackets takes three. Nix's parser
// stops at 10,000 symbols on its stack (YYMAXDEPTH of Bison).
const maxDepth = 3000

// parser builds the tree by recursive descent, and operators by precedence climbing.
//
// It keeps the first refusal and then continues at the end of the file, where every function
// returns. So no function needs to check for errors.
type parser struct {
	file    *File
	lexer   *lexer
	current token    // not trivia; endOfFile at the end
	ahead   [2]token // the tokens after it that were read already
	waiting int      // their number
	end     uint32   // the offset after the last token that was accepted
	last    TokenKind
	depth   int
	refusal *RefusalError
	// changed are the parts of the text whose nodes are kept; nil for all.
	changed []Span
}

// parse reads the whole file and returns the root.
func (p *parser) parse() uint32 {
	p.current = p.scan()
	root := p.expression()
	if p.kind() != endOfFile {
		p.unexpected("end of file")
	}
	return root
}

// scan returns the next token of the lexer that is not trivia.
func (p *parser) scan() token {
	for p.refusal == nil && p.lexer.next() {
		if !p.lexer.kind.Trivia() {
			return token{uint32(p.lexer.start), uint32(p.lexer.pos), p.lexer.kind}
		}
	}
	end := uint32(len(p.file.text))
	return token{end, end, endOfFile}
}

func (p *parser) kind() TokenKind { return p.current.kind }

// peek returns the kind of a token after the current one: the first or the second.
func (p *parser) peek(n int) TokenKind {
	for p.waiting < n {
		p.ahead[p.waiting] = p.scan()
		p.waiting++
	}
	return p.ahead[n-1].kind
}

// advance accepts the current token.
func (p *parser) advance() {
	if p.current.kind == endOfFile {
		return
	}
	p.end, p.last = p.current.end, p.current.kind
	if p.waiting == 0 {
		p.current = p.scan()
		return
	}
	p.current, p.ahead[0] = p.ahead[0], p.ahead[1]
	p.waiting--
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
	p.refuseAt(p.current.start, reason, detail)
}

func (p *parser) refuseAt(offset uint32, reason Reason, detail string) {
	if p.refusal == nil {
		p.refusal = &RefusalError{Position: Position{Offset: int(offset)}, Reason: reason, Detail: detail}
	}
	p.waiting = 0
	p.current = p.scan() // the end
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
		p.at(s.tail).next = child
	}
	s.tail = child
}

// node makes a node that begins at an offset and ends with the last accepted token.
func (p *parser) node(kind NodeKind, start uint32, children siblings) uint32 {
	return p.file.nodes.add(node{start | uint32(kind)<<offsetBits, max(p.end, start), children.head, 0})
}

// at returns a node. It moves when others are made.
func (p *parser) at(n uint32) *node { return p.file.nodes.at(n) }

// startOf returns the offset of a node.
func (p *parser) startOf(n uint32) uint32 { return uint32(p.at(n).start()) }

// expression reads an expression with the lowest precedence (expr_function in parser.y).
func (p *parser) expression() (n uint32) {
	if p.enter() {
		n = p.function()
	}
	p.leave()
	return n
}

func (p *parser) function() uint32 {
	switch p.kind() {
	case TokenIdentifier:
		if next := p.peek(1); next == colon || next == at {
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
		if p.peek(1) != TokenLeftBrace {
			return p.let()
		}
	default:
	}
	return p.pipes()
}

// scoped reads with A; B and assert A; B.
func (p *parser) scoped(kind NodeKind) uint32 {
	var children siblings
	first := p.current.start
	p.advance()
	p.add(&children, p.expression())
	p.expect(semicolon)
	p.add(&children, p.expression())
	return p.node(kind, first, children)
}

func (p *parser) condition() uint32 {
	var children siblings
	first := p.current.start
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
	first := p.current.start
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
func (p *parser) operators(least int) (left uint32) {
	if p.enter() {
		left = p.operatorsAfter(p.prefix(), least)
	}
	p.leave()
	return left
}

// operatorsAfter reads operators of at least a precedence, and their right operands.
func (p *parser) operatorsAfter(left uint32, least int) uint32 {
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
	first := p.current.start
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
