package nixedit

// isFormals reports whether the brace at the current token begins the arguments of a function.
func (p *parser) isFormals() bool {
	switch p.peek(1) {
	case ellipsis:
		return true
	case TokenRightBrace:
		next := p.peek(2)
		return next == colon || next == at
	case TokenIdentifier:
		next := p.peek(2)
		return next == comma || next == question || next == TokenRightBrace
	default:
	}
	return false
}

// lambda reads a function. The current token is a name or a brace.
func (p *parser) lambda() uint32 {
	var children siblings
	first := p.current.start
	p.add(&children, p.argument())
	if p.kind() == at {
		named := p.at(children.head).kind() == NodeName
		p.advance()
		if want := TokenLeftBrace; named && p.kind() != want {
			p.unexpected(want.String())
		} else if !named && p.kind() != TokenIdentifier {
			p.unexpected(TokenIdentifier.String())
		}
		p.add(&children, p.argument())
	}
	p.expect(colon)
	p.add(&children, p.expression())
	return p.node(NodeLambda, first, children)
}

// argument reads the name of an argument, or arguments in braces.
func (p *parser) argument() uint32 {
	var children siblings
	first := p.current.start
	if p.kind() != TokenLeftBrace {
		p.expect(TokenIdentifier)
		return p.node(NodeName, first, children)
	}
	p.advance()
	for p.kind() == TokenIdentifier {
		p.add(&children, p.formal())
		if p.kind() != comma {
			break
		}
		p.advance()
		if p.kind() == ellipsis || p.kind() == TokenRightBrace {
			break
		}
	}
	if p.kind() == ellipsis && (children.head == 0 || p.afterComma()) {
		p.advance()
	}
	p.expect(TokenRightBrace)
	return p.node(NodeFormals, first, children)
}

// afterComma reports whether the last accepted token is a comma.
func (p *parser) afterComma() bool { return p.last == comma }

func (p *parser) formal() uint32 {
	var children siblings
	first := p.current.start
	p.advance()
	p.add(&children, p.node(NodeName, first, siblings{}))
	if p.kind() == question {
		p.advance()
		p.add(&children, p.expression())
	}
	return p.node(NodeFormal, first, children)
}
