package snippet

import (
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// pieces are the parts of hostile names.
var pieces = []string{
	"a", "b", "n", "r", "t", "u001b", "x41", " ", "  ", "-", "--", ".", "..", "...", "~", "%h", "100%",
	"$", "$$", "${", "{", "}", "${x}", `"`, `\`, `\\`, `\n`, `\"`, `''`, `'`, "''${", "#", "# c", ";", "]", "[", "/*", "*/",
	"*", "?", "<nixpkgs>", "@x@", "http:x", "=", "or", "rec",
	"\n", "\r", "\t", "\r\n", "\x01", "\x07", "\x08", "\x1b", "\x1b[2J", "\x1b]0;x\x07", "\x1f", "\x7f",
	"é", "日本", "файл", "😀", "👩\u200d🚀", "❤\ufe0f", "e\u0301", "\u0301", "\u20dd", "שלום",
	"\u0085", "\u009b", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2028", "\u2066", "\ufeff", "\ufe0f", "\ufffd", "\uffff",
	"\ue000", "\U000e0041", "\U000e0100", "\U000f0000", "\U0010ffff", "\u3164", "\u0378",
}

// invalid are pieces that are not UTF-8.
var invalid = []string{"\xff", "\xe9", "\xed\xa0\x80", "\xc0\xaf", "\xe2\x82", "\x80"}

// name returns a file name. One in thirty is not UTF-8.
func name(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(1+r.IntN(8)) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	if r.IntN(30) == 0 {
		b.WriteString(invalid[r.IntN(len(invalid))])
	}
	if r.IntN(20) == 0 {
		b.WriteString(strings.Repeat("long", 5+r.IntN(30)))
	}
	return strings.ReplaceAll(b.String(), "/", "∕")
}

// hostile returns up to n items with hostile names, some below others, and options.
func hostile(r *rand.Rand, n int) ([]Item, Options) {
	opts := Options{
		Dialect: []setting.Dialect{setting.DialectPlain, setting.DialectImpermanence, setting.DialectImpermanenceHM, setting.DialectPreservation}[r.IntN(4)],
		Form:    Form(r.IntN(3)),
		Home:    []string{home, home + "/", "/root", "", `/home/a"${b}`}[r.IntN(5)],
		Storage: []string{"", "/persist", `/nix/"${x}`}[r.IntN(3)],
	}
	for _, user := range []User{{"alice", home, "users"}, {"1st.user", "/home/alice/inner/", ""}, {`we"ird ${x}`, `/home/a"${b}`, "x"}} {
		if r.IntN(2) == 0 {
			opts.Users = append(opts.Users, user)
		}
	}
	if r.IntN(3) == 0 {
		opts.HomeAttr = attrPath(`my."home x".persist`)
		opts.HostAttr = attrPath(`environment.persistence."/persist"`)
	}
	tops := []string{"", "/etc", "/var/lib", "/var/lib/private", home, home, "/home/alice/inner", opts.Home, "/root"}
	items := make([]Item, r.IntN(n+1))
	for i := range items {
		p := tops[r.IntN(len(tops))]
		if i > 0 && r.IntN(4) == 0 {
			p = items[r.IntN(i)].Path
		}
		for range r.IntN(3) {
			p += "/" + name(r)
		}
		if r.IntN(12) == 0 {
			p = []string{
				"/etc/machine-id", "/etc/ssh/ssh_host_rsa_key.pub", "/var/lib/systemd/random-seed", "/var/lib/nixos", "/var/lib/private", "/etc/passwd",
				"/nix/x", "/home", "/etc", "/run/a", "/persist", "/usr", "/var/lib/private/x", "/top",
			}[r.IntN(14)]
		}
		items[i] = Item{Path: p + strings.Repeat("/", r.IntN(2)), Dir: r.IntN(2) == 0, Access: access(r), Parent: access(r), Replaced: r.IntN(8) == 0}
		for range r.IntN(3) {
			items[i].Above = append(items[i].Above, access(r))
		}
		if r.IntN(16) == 0 {
			items[i].Kept = "persistedDirs[3]"
		}
		if r.IntN(16) == 0 && !items[i].Dir {
			items[i].Kind, items[i].Target = Kind(1+r.IntN(5)), "/home/alice/"+name(r)
		}
	}
	return items, opts
}

// access returns a random mode and owner.
func access(r *rand.Rand) *Access {
	if r.IntN(2) == 0 {
		return nil
	}
	modes := []fs.FileMode{0o755, 0o755, 0o644, 0o700, 0o750, fs.ModeSticky | 0o777, fs.ModeSetgid | 0o2, 0}
	names := []string{"root", "root", "alice", "users", "", "1000", `we"ird ${x}`, "\xff", "j\u202eosé"}
	return &Access{modes[r.IntN(len(modes))], names[r.IntN(len(names))], names[r.IntN(len(names))]}
}

// everyName returns names that together contain all special cases: each ASCII character in nine
// positions, all strings of up to five of the six characters that are special in Nix, and one
// invisible character of each kind.
func everyName() []string {
	seen := map[string]bool{}
	for c := byte(1); c < 0x80; c++ {
		if s := string(rune(c)); c != '/' {
			for _, n := range []string{s, s + "a", "a" + s, "a" + s + "b", s + s, "$" + s, s + "{", `\` + s, s + "0"} {
				seen[n] = true
			}
		}
	}
	level := []string{""}
	for range 5 {
		var longer []string
		for _, s := range level {
			for _, c := range `${}"\a` {
				longer = append(longer, s+string(c))
				seen[s+string(c)] = true
			}
		}
		level = longer
	}
	for _, table := range []*unicode.RangeTable{unicode.Cf, unicode.Zl, unicode.Zp, unicode.Zs, unicode.Noncharacter_Code_Point} {
		for _, r16 := range table.R16 {
			seen["a"+string(rune(r16.Lo))+"b"], seen[string(rune(r16.Hi))] = true, true
		}
		for _, r32 := range table.R32 {
			seen["a"+string(rune(r32.Lo))+"b"], seen[string(rune(r32.Hi))] = true, true
		}
	}
	for r := rune(0x80); r < 0x2000; r += 7 {
		seen["a"+string(r)] = true
	}
	for r := rune(0x10000); r <= unicode.MaxRune; r += 0x1357 {
		seen[string(r)+"$"] = true
	}
	for _, l := range literals {
		seen[strings.ReplaceAll(l.name, "/", "∕")] = true
	}
	names := make([]string, 0, len(seen))
	for n := range seen {
		if n != "." && n != ".." {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}
