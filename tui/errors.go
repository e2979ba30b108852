package tui

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic of one of the program's own goroutines. It ends the
// program in order: Run restores the terminal and returns it.
type PanicError struct {
	// In says what the goroutine did.
	In    string
	Value any
	Stack []byte
}

// Error says where the panic was and with which value; the stack is left out.
func (e *PanicError) Error() string { return fmt.Sprintf("%s: panic: %v", e.In, e.Value) }

// recovered hands over the panic that it is deferred for, if there is one.
func recovered(in string, handle func(*PanicError)) {
	if value := recover(); value != nil {
		handle(&PanicError{In: in, Value: value, Stack: debug.Stack()})
	}
}
