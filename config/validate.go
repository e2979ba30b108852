package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/nearest"
	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// maxErrors is the maximum number of reported errors. A file with more of them usually has one
// mistake, repeated.
const maxErrors = 10

// field is a key that an object may have. It has either read or fields.
type field struct {
	name string
	// read stores the value, or reports an error.
	read func(n *node, key string)
	// fields are the keys of a value that is an object.
	fields []field
}

// schema is the table of all keys. They are read in this order; the home comes first, because other
// paths may be relative to it.
func (d *decoder) schema() []field {
	c := d.config
	return []field{
		{name: "homeDir", read: d.one(&c.Home, absolute)},
		{name: "excludes", read: d.patterns(&c.Excludes)},
		{name: "extraExcludes", read: d.patterns(&c.ExtraExcludes)},
		{name: "extraIncludes", read: d.list(&c.ExtraIncludes, c.include)},
		{name: "persistedFiles", read: d.list(&c.PersistedFiles, notRoot(c.path))},
		{name: "persistedDirs", read: d.list(&c.PersistedDirs, notRoot(c.path))},
		{name: "programs", read: d.programs},
		{name: "roots", read: d.list(&c.Roots, c.path)},
		{name: "storagePaths", read: d.list(&c.StoragePaths, notRoot(c.path))},
		{name: "oldRoots", read: d.oldRoots},
		{name: "users", read: d.users},
		{name: "snippet", fields: []field{
			{name: "dialect", read: choose(d, &c.Snippet.Dialect, setting.DialectNames)},
			{name: "storagePath", read: d.value(&c.Snippet.StoragePath, notRoot(absolute))},
			{name: "user", read: d.one(&c.Snippet.User, userName)},
			{name: "file", read: d.value(&c.Snippet.File, notRoot(c.path))},
			{name: "sources", read: d.list(&c.Snippet.Sources, belowFlake)},
			{name: "homeAttr", read: d.value(&c.Snippet.HomeAttr, notEmpty)},
			{name: "hostAttr", read: d.value(&c.Snippet.HostAttr, notEmpty)},
		}},
		{name: "ui", fields: []field{
			{name: "theme", read: choose(d, &c.UI.Theme, setting.ThemeNames)},
			{name: "view", read: choose(d, &c.UI.View, setting.ViewNames)},
			{name: "ascii", read: d.flag(&c.UI.ASCII)},
			{name: "mouse", read: d.flag(&c.UI.Mouse)},
		}},
	}
}

// decoder fills a configuration from a tree.
type decoder struct {
	config *Config
	keys   []field
	errs   []*Error
}

// decode sets the fields of c from text. Source and Home must be set. After an error c must not be
// used.
func (c *Config) decode(text []byte) error {
	root, err := parse(c.Source, text)
	if err != nil {
		return err
	}
	d := decoder{config: c}
	d.keys = d.schema()
	d.object(root, "", d.keys)
	slices.SortStableFunc(c.Warnings, func(a, b Warning) int { return byPlace(a.Origin, b.Origin) })
	slices.SortStableFunc(d.errs, func(a, b *Error) int { return byPlace(a.Origin, b.Origin) })
	var errs []error
	for _, err := range d.errs[:min(len(d.errs), maxErrors)] {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func byPlace(a, b Origin) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func (d *decoder) origin(at place, key string) Origin {
	return Origin{File: d.config.Source, Line: at.line, Column: at.column, Key: key}
}

func (d *decoder) fail(at place, key, format string, args ...any) {
	d.errs = append(d.errs, &Error{Origin: d.origin(at, key), Reason: fmt.Sprintf(format, args...)})
}

func (d *decoder) warn(origin Origin, text string) {
	d.config.Warnings = append(d.config.Warnings, Warning{Origin: origin, Text: text})
}

// is reports whether a value is of the expected kind, which words describe. If it is not, is adds
// an error.
func (d *decoder) is(want kind, words string, n *node, key string) bool {
	if n.kind != want {
		d.fail(n.at, key, "expected %s, got %v", words, n.kind)
	}
	return n.kind == want
}

// object reads an object with the given fields.
func (d *decoder) object(n *node, key string, fields []field) {
	if !d.is(kindObject, "an object", n, key) {
		return
	}
	given := d.members(n, key)
	for _, f := range fields {
		m, ok := given[f.name]
		if !ok {
			continue
		}
		delete(given, f.name)
		if f.fields != nil {
			d.object(m.value, join(key, f.name), f.fields)
		} else {
			f.read(m.value, join(key, f.name))
		}
	}
	for _, m := range given {
		d.warn(d.origin(m.at, ""), d.describeUnknown(m.name, key, fields))
	}
}

// members returns the members of an object by name. A duplicate key is an error, because RFC 8259
// does not define which of the two counts.
func (d *decoder) members(n *node, key string) map[string]member {
	byName := make(map[string]member, len(n.members))
	for _, m := range n.members {
		if first, twice := byName[m.name]; twice {
			d.fail(m.at, join(key, m.name), "duplicate key, first at %d:%d", first.at.line, first.at.column)
			continue
		}
		byName[m.name] = m
	}
	return byName
}

// describeUnknown returns the warning that an object, the value of key, has no field of this name.
// It suggests the field of this name in another object, or one with a similar spelling.
func (d *decoder) describeUnknown(name, key string, fields []field) string {
	whole := name
	if key != "" {
		whole = key + "." + name
	}
	meant, found := elsewhere(name, "", d.keys)
	if !found {
		names := make([]string, len(fields))
		for i, f := range fields {
			names[i] = f.name
		}
		meant, found = nearest.Name(name, names)
		meant = join(key, meant)
	}
	if !found {
		return "unknown key " + quote(whole)
	}
	return fmt.Sprintf("unknown key %s (did you mean %s?)", quote(whole), quote(meant))
}

// elsewhere returns the whole key of the field with exactly this name.
func elsewhere(name, key string, fields []field) (string, bool) {
	for _, f := range fields {
		if f.name == name {
			return join(key, f.name), true
		}
		if whole, found := elsewhere(name, join(key, f.name), f.fields); found {
			return whole, true
		}
	}
	return "", false
}

// join appends a name to a key: "snippet.dialect", or `users["a.b"]` if the name would be
// ambiguous.
func join(key, name string) string {
	plain := name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
	switch {
	case !plain:
		return key + "[" + quote(name) + "]"
	case key == "":
		return name
	}
	return key + "." + name
}

// text returns the text of a value if it is a string. NUL is rejected, because no path, pattern or
// name in a configuration can contain it.
func (d *decoder) text(n *node, key string) (string, bool) {
	if !d.is(kindString, "a string", n, key) {
		return "", false
	}
	if strings.IndexByte(n.text, 0) >= 0 {
		d.fail(n.at, key, "contains a NUL character")
		return "", false
	}
	return n.text, true
}

// one reads a string. check returns its canonical form or an error.
func (d *decoder) one(to *string, check func(text string) (string, error)) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok {
			return
		}
		checked, err := check(text)
		if err != nil {
			d.fail(n.at, key, "%v", err)
			return
		}
		*to = checked
	}
}

// value reads a string like one, and its position.
func (d *decoder) value(to *Value, check func(text string) (string, error)) func(*node, string) {
	return d.noting(&to.Origin, d.one(&to.Text, check))
}

// noting calls read and records the position.
func (d *decoder) noting(at *Origin, read func(*node, string)) func(*node, string) {
	return func(n *node, key string) {
		*at = d.origin(n.at, key)
		read(n, key)
	}
}

// list reads a list of strings. The result is never nil, which distinguishes an empty list from a
// missing key.
func (d *decoder) list(to *List, check func(text string) (string, error)) func(*node, string) {
	return func(n *node, key string) {
		if !d.is(kindList, "a list of strings", n, key) {
			return
		}
		*to = make(List, len(n.items))
		for i, item := range n.items {
			d.value(&(*to)[i], check)(item, key+"["+strconv.Itoa(i)+"]")
		}
	}
}

// patterns reads a list of exclude patterns. Package pattern checks their syntax; patterns warns of
// valid ones that are certainly mistakes.
func (d *decoder) patterns(to *List) func(*node, string) {
	return func(n *node, key string) {
		before := len(d.errs)
		d.list(to, anything)(n, key)
		if len(d.errs) > before {
			return
		}
		for _, v := range *to {
			switch {
			case strings.TrimSpace(v.Text) == "":
				d.warn(v.Origin, "an empty pattern excludes everything")
			case strings.HasPrefix(v.Text, "~/"):
				d.warn(v.Origin, "patterns are relative to /, and ~ is not expanded")
			}
		}
	}
}

func (d *decoder) programs(n *node, key string) {
	var programs List
	d.list(&programs, anything)(n, key)
	d.config.Programs = programs.Texts()
}

func (d *decoder) users(n *node, key string) {
	if !d.is(kindObject, "an object of home directories by user name", n, key) {
		return
	}
	d.config.Users = make(map[string]string, len(n.members))
	for name, m := range d.members(n, key) {
		at := join(key, name)
		if _, err := userName(name); err != nil {
			d.fail(m.at, at, "%v", err)
		}
		var home string
		d.one(&home, absolute)(m.value, at)
		d.config.Users[name] = home
	}
}

func (d *decoder) flag(to *bool) func(*node, string) {
	return func(n *node, key string) {
		if d.is(kindBoolean, "true or false", n, key) {
			*to = n.yes
		}
	}
}

// choose reads the name of a choice; names[0] is not one.
func choose[T ~uint8](d *decoder, to *T, names setting.Names[T]) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok {
			return
		}
		i := slices.Index(names, text)
		if i < 0 {
			d.fail(n.at, key, "expected one of %s, got %s", strings.Join(names, ", "), quote(text))
			return
		}
		*to = T(i)
	}
}

func anything(text string) (string, error) { return text, nil }

func notEmpty(text string) (string, error) {
	if text == "" {
		return "", errors.New("expected an attribute path, got an empty string")
	}
	return text, nil
}

// userName rejects names that a user database cannot contain: passwd(5) separates fields with
// colons and users with newlines, and a name is usually a directory in /home.
func userName(text string) (string, error) {
	if text == "" || strings.ContainsAny(text, ":/\n\x00") {
		return "", fmt.Errorf("expected a user name, got %s", quote(text))
	}
	return text, nil
}
