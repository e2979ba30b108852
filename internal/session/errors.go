package session

// UsageError is a wrong flag, argument or value of the configuration: exit status 2.
type UsageError struct{ err error }

// Misuse returns a usageError.
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
