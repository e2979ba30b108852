package known

import "testing"

func TestNormalizeStripsPackagingAffixes(t *testing.T) {
	for pkg, want := range map[string]string{
		"firefox": "firefox", "_1password-gui": "1password", "_1password-cli": "1password", "firefox-bin-unwrapped": "firefox",
		"Signal-Desktop": "signal", "kdeconnect-kde": "kdeconnect", "x-gui-cli-bin": "x", "__foo": "foo", "-gui": "-gui", "": "",
		"desktop": "desktop", "cli-tool": "cli-tool", "É-bin": "É",
	} {
		if got := Normalize(pkg); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", pkg, got, want)
		}
	}
}

func TestProgramMatchesComponents(t *testing.T) {
	tests := []struct {
		pkg, component string
		want           Match
	}{
		{"spotify", "spotify", MatchExact},
		{"spotify", "Spotify", MatchExact},
		{"spotify", "com.spotify.Client", MatchInside},
		{"spotify", "spotif", MatchNone},
		{"steam", ".steam", MatchExact},
		{"steam", "steamapps", MatchInside},
		{"_1password-gui", "1Password", MatchExact},
		{"signal-desktop", "Signal", MatchExact},
		{"signal-desktop", "signal-desktop", MatchExact},
		{"signal", "signal-desktop-bin", MatchExact},
		{"signal", "signal-desktop-binary", MatchInside},
		{"element-desktop", "Element", MatchExact},
		{"telegram-desktop", "TelegramDesktop", MatchExact},
		{"vscode", "Code", MatchExact},
		{"vscode", ".vscode", MatchExact},
		{"vscode", "opencode", MatchNone},
		{"vscode", "my-vscode-notes", MatchInside},
		{"mullvad-vpn", "Mullvad VPN", MatchExact},
		{"claude-code", ".claude.json", MatchExact},
		{"neovim", "nvim", MatchExact},
		{"google-chrome", "google-chrome", MatchExact},
		{"libreoffice", "libreoffice", MatchExact},
		{"x", ".", MatchNone},
		{"x", "..x", MatchExact},
		{"x", "", MatchNone},
		{"", "x", MatchNone},
		{"", "", MatchNone},
		{"bad", "\xff\xfebad", MatchInside},
		{"é", "É", MatchNone},
	}
	for _, tt := range tests {
		program := NewProgram(tt.pkg)
		if got := program.Match(ComponentOf([]byte(tt.component))); got != tt.want {
			t.Errorf("%q in %q: %v, want %v", tt.pkg, tt.component, got, tt.want)
		}
	}
}

func TestMatchesAreOrderedAndNamed(t *testing.T) {
	if MatchExact <= MatchInside || MatchInside <= MatchNone {
		t.Error("a better match is not greater")
	}
	for m, want := range map[Match]string{MatchUnknown: "unknown", MatchNone: "none", MatchInside: "inside", MatchExact: "exact", 9: "unknown"} {
		if m.String() != want {
			t.Errorf("Match(%d).String() = %q, want %q", m, m.String(), want)
		}
	}
}
