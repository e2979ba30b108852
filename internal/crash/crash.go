// Package crash turns a panic of a goroutine into an error, so the program can restore the terminal
// before it reports the panic.
package crash

import (
	"fmt"
	"runtime/debug"
)

// Error is a panic of one of the program's own goroutines.
type Error struct {
	// In is the task of the goroutine.
	In    string
	Value any
	Stack []byte
}

// Error returns the task and the value of the panic, without the stack.
func (e *Error) Error() string { return fmt.Sprintf("%s: panic: %v", e.In, e.Value) }

// Catch calls handle with the current panic, if there is one. It must be deferred.
func Catch(in string, handle func(*Error)) {
	if value := recover(); value != nil {
		handle(&Error{In: in, Value: value, Stack: debug.Stack()})
	}
}
