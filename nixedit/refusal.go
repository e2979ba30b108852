package nixedit

import "fmt"

// Reason says why a file is not read, or why an entry is not inserted.
type Reason uint8

// The reasons. The zero value means unknown.
const (
	_ Reason = iota
	// TooLarge: the file has more than MaxSize bytes.
	TooLarge
	// TooDeep: expressions are nested deeper than the parser goes.
	TooDeep
	// BadEncoding: the file is not UTF-8, begins with a byte order mark, or contains a NUL byte or a
	// carriage return that is not followed by a newline.
	BadEncoding
	// BadToken: the file contains a character that begins no token of Nix, a string or a comment
	// that is not closed, a number that is out of range, or a path that ends in a slash.
	BadToken
	// BadSyntax: the file is not one expression of Nix.
	BadSyntax
	// PipeOperator: the file uses |> or <|, and Options.RefusePipes is set.
	PipeOperator
	// BadEntry: the description of an entry cannot be used. The position is that in the entry.
	BadEntry
	// NoPlace: the file has neither the list, nor a set to which it can be added.
	NoPlace
	// SeveralPlaces: the entry belongs to one of several places. RefusalError.Candidates lists them.
	SeveralPlaces
	// OtherStore: the file has such lists, only of other storage paths.
	OtherStore
	// Inherited: the list is defined by inherit.
	Inherited
	// Reference: the list is defined by a name or an attribute that is defined elsewhere.
	Reference
	// Computed: the list is the result of a function or of an operator.
	Computed
	// Conditional: the list is used under a condition only.
	Conditional
	// InLet: the list is bound to a name of a let, and may be used more than once.
	InLet
	// Overridden: the right side of the operator // may replace the list.
	Overridden
	// InFunction: the list is in an argument of a function whose effect is not known.
	InFunction
	// Priority: the place is in a function that gives definitions a priority, such as mkForce or mkDefault.
	// Definitions of another priority replace it, or it replaces them.
	Priority
	// Defined: the new binding would be in conflict with a binding of the same set.
	Defined
	// NotThere: nothing that can be chosen is at the place of Options.At.
	NotThere
	// Unproven: the result did not pass the checks of Verify. This is an error of this package.
	Unproven
)

var reasons = [...]string{
	"unknown", "too large", "nested too deeply", "bad encoding", "bad token", "syntax error", "pipe operator", "bad entry", "no place",
	"several places", "other storage path", "inherited", "reference", "computed", "conditional", "in let", "may be overridden",
	"argument of a function", "of another priority", "already defined", "not there", "not proven",
}

// String returns the reason in a few words.
func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return fmt.Sprintf("reason %d", uint8(r))
}

// A Position is a place in a file.
type Position struct {
	// Offset counts bytes from 0.
	Offset int
	// Line and Column count from 1. Columns are bytes, as in the messages of Nix.
	Line, Column int
}

// String returns "line:column".
func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// A RefusalError is the error of all functions of this package.
type RefusalError struct {
	Position
	// Reason is the kind of the refusal.
	Reason Reason
	// Detail is a clause in plain English, with text of the file in Go quotes.
	Detail string
	// List is the index of the list in Edit.Lists that was refused; -1 if the whole file or the whole
	// edit was.
	List int
	// Candidates are the places that Options.At can choose, and the refused ones.
	Candidates []Candidate
}

// Error returns "line 3, column 7: DETAIL". An error without a position has only the detail.
func (r *RefusalError) Error() string {
	if r.Line == 0 {
		return r.Detail
	}
	return fmt.Sprintf("line %d, column %d: %s", r.Line, r.Column, r.Detail)
}
