package tui

import "context"

// newest tracks background work for which only the answer to the newest request is used. Each
// request has a generation number, which its answer carries.
type newest[R comparable] struct {
	request R
	gen     int
	cancel  context.CancelFunc // nil if nothing runs
}

// start begins the work for a request and cancels the work for the previous one.
func (n *newest[R]) start(ctx context.Context, request R) (context.Context, int) {
	gen := n.ask(request)
	return n.begin(ctx), gen
}

// ask records a request whose work begins later and cancels the work for the previous one.
func (n *newest[R]) ask(request R) (gen int) {
	n.stop()
	n.request = request
	return n.gen
}

// begin begins the work for the newest request.
func (n *newest[R]) begin(ctx context.Context) context.Context {
	ctx, n.cancel = context.WithCancel(ctx)
	return ctx
}

// stop cancels the running work. Its answer is dropped.
func (n *newest[R]) stop() {
	if n.cancel != nil {
		n.cancel()
	}
	n.cancel = nil
	n.gen++
}

// running reports whether an answer is pending.
func (n *newest[R]) running() bool { return n.cancel != nil }

// done reports whether an answer is for the newest request. If so, the request is finished.
func (n *newest[R]) done(gen int) bool {
	if gen != n.gen || n.cancel == nil {
		return false
	}
	n.cancel()
	n.cancel = nil
	return true
}
