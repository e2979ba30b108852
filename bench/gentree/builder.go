package main

import (
	"fmt"
	"math/rand/v2"
	"path"
)

// builder builds a plan. Its dice are the only source of randomness, and it is used
// from one goroutine, so the seed determines the plan.
type builder struct {
	dice *rand.Rand
	dirs map[string]*directory
	list []*directory
	left int // files still to be planned in this part of the tree
}

func newBuilder(seed uint64, files int) *builder {
	b := &builder{
		dice: rand.New(rand.NewPCG(seed, 0)),
		dirs: make(map[string]*directory, files/6),
	}
	b.dir(".")
	return b
}

func (b *builder) done() (*plan, error) {
	p := &plan{dirs: b.list}
	return p, p.finish()
}

// dir plans a directory and its parents, unless they are planned already.
func (b *builder) dir(name string) *directory {
	d := b.dirs[name]
	if d == nil {
		if name != "." {
			b.dir(path.Dir(name))
		}
		d = &directory{path: name}
		b.dirs[name] = d
		b.list = append(b.list, d)
	}
	return d
}

// file plans a file, unless this part of the tree has reached its number of files.
func (b *builder) file(d *directory, name string) {
	if b.left > 0 {
		b.left--
		d.entries = append(d.entries, entry{name, kindFile})
	}
}

// files plans n files in dir, named by number, word and one of the endings.
func (b *builder) files(dir string, n int, endings ...string) {
	d := b.dir(dir)
	for i := range n {
		b.file(d, fmt.Sprintf("%s%d%s", b.word(), i, b.one(endings)))
	}
}

// hashes plans n files in dir, named by digits hexadecimal digits.
func (b *builder) hashes(dir string, n, digits int) {
	d := b.dir(dir)
	for range n {
		b.file(d, b.hex(digits))
	}
}

// named plans files with these names in dir.
func (b *builder) named(dir string, names ...string) {
	d := b.dir(dir)
	for _, name := range names {
		b.file(d, name)
	}
}

// odd plans an entry that is not a regular file. It is not counted.
func (b *builder) odd(dir, name string, k kind) {
	d := b.dir(dir)
	d.entries = append(d.entries, entry{name, k})
}

func (b *builder) one(of []string) string { return of[b.dice.IntN(len(of))] }
func (b *builder) word() string           { return b.one(words) }

// about returns a random number between n/2 and 3n/2.
func (b *builder) about(n int) int { return n/2 + b.dice.IntN(n+1) }

func (b *builder) hex(digits int) string {
	const figures = "0123456789abcdef"
	name := make([]byte, digits)
	for i := range name {
		name[i] = figures[b.dice.IntN(len(figures))]
	}
	return string(name)
}

// words are the parts of most names in a tree. Those that end in "log" match the
// pattern "**/*log", which excludes whole packages with such a name.
var words = []string{
	"account", "adapter", "asset", "audio", "backup", "binding", "buffer", "button", "canvas",
	"catalog", "channel", "client", "cluster", "color", "common", "config", "context", "core",
	"cursor", "data", "decoder", "default", "device", "dialog", "driver", "editor", "effect",
	"engine", "entity", "error", "event", "export", "filter", "font", "format", "gateway",
	"graph", "handler", "helper", "icon", "index", "input", "kernel", "layout", "level", "light",
	"locale", "main", "manager", "map", "matrix", "media", "menu", "mesh", "model", "module",
	"network", "node", "number", "object", "output", "package", "parser", "patch", "player",
	"plugin", "pointer", "profile", "project", "query", "queue", "record", "render", "report",
	"request", "router", "sample", "scene", "schema", "script", "server", "session", "shader",
	"shape", "sound", "stream", "string", "style", "system", "table", "theme", "timer", "token",
	"track", "update", "user", "vector", "video", "view", "widget", "window", "worker", "world",
}
