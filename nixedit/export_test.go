package nixedit

import "slices"

// Innermost returns the nodes that do not contain another one, as places are left out; and the same by
// comparing all pairs.
func Innermost(nodes []Node) (got, reference []Node) {
	targets := make([]*target, len(nodes))
	for i, n := range nodes {
		targets[i] = &target{at: n}
		if !slices.ContainsFunc(nodes, func(inner Node) bool { return n != inner && n.Start() <= inner.Start() && inner.End() <= n.End() }) {
			reference = append(reference, n)
		}
	}
	for _, t := range innermost(targets) {
		got = append(got, t.at)
	}
	return got, reference
}
