// Package trace is where list-ephemeral trace will live: running a command and
// telling every path that it and its children touch. Nothing of it is written
// yet, and the program has no such command; docs/design.md keeps its place in
// the layers.
package trace
