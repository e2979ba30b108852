package session

import (
	"strings"
)

// UsageError is an invalid flag, argument or configuration value: exit status 2.
type UsageError struct{ err error }

// Misuse returns a UsageError.
func Misuse(err error) error { return UsageError{err} }

// Error returns the text of the error.
func (e UsageError) Error() string { return e.err.Error() }

// Unwrap returns the error.
func (e UsageError) Unwrap() error { return e.err }

// HintedError is an error with a remedy.
type HintedError struct {
	Err  error
	Hint string
}

// WithRemedy adds a remedy to an error.
func WithRemedy(err error, hint string) error { return HintedError{err, hint} }

// Error returns the text of the error, without the remedy.
func (e HintedError) Error() string { return e.Err.Error() }

// Unwrap returns the error.
func (e HintedError) Unwrap() error { return e.Err }

// Parts splits an error made by errors.Join into its errors, in order, even if the joined error
// is wrapped in one that adds no text. It splits by type and never at line breaks, because a
// name in an error may contain line breaks.
func Parts(err error) []error {
	switch wrapped := err.(type) { //nolint:errorlint // the wrapping itself matters
	case interface{ Unwrap() []error }:
		inner := wrapped.Unwrap()
		texts := make([]string, len(inner))
		for i, one := range inner {
			texts[i] = one.Error()
		}
		if strings.Join(texts, "\n") != err.Error() {
			return []error{err} // fmt.Errorf with several %w
		}
		var all []error
		for _, one := range inner {
			all = append(all, Parts(one)...)
		}
		return all
	case interface{ Unwrap() error }:
		if inner := wrapped.Unwrap(); inner != nil && inner.Error() == err.Error() {
			return Parts(inner)
		}
	}
	return []error{err}
}
