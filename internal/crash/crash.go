// Package crash turns the panic of a goroutine into an error, so the program can end in
// order: the terminal is restored before the panic is reported.
package crash

import (
	"fmt"
	"runtime/debug"
)

// Error is a panic of one of the program's own goroutines.
type Error struct {
	// In says what the goroutine did.
	In    string
	Value any
	Stack []byte
}

// Error says where the panic was and with which value; the stack is left out.
func (e *Error) Error() string { return fmt.Sprintf("%s: panic: %v", e.In, e.Value) }

// Catch hands over the panic that it is deferred for, if there is one.
func Catch(in string, handle func(*Error)) {
	if value := recover(); value != nil {
		handle(&Error{In: in, Value: value, Stack: debug.Stack()})
	}
}
