package known_test

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

func ExampleKeeper() {
	homes := known.HomesOf("/users/eve")
	entry, found := known.Keeper(homes, "/users/eve/.ssh/id_ed25519")
	fmt.Printf("%v: %d of %d keep it, with mode %s\n", found, entry.Repositories, known.Repositories, entry.Mode)
	// Output: true: 126 of 230 keep it, with mode 0700
}

func ExampleProgram() {
	program := known.NewProgram("vscode")
	for _, name := range []string{"Code", "vscode-notes", "opencode"} {
		fmt.Println(name, program.Match(known.ComponentOf([]byte(name))))
	}
	// Output:
	// Code exact
	// vscode-notes inside
	// opencode none
}

func ExampleClasses_Of() {
	classes := known.NewClasses(known.HomesOf("/users/eve"), known.Machine{}, known.ClassOptions{})
	for _, name := range []string{"/users/eve/.cargo/registry/src/a", "/users/eve/.cargo/credentials.toml", "/etc/machine-id"} {
		finding := classes.Of(name, known.File{Kind: known.FileRegular})
		fmt.Printf("%v by %s, hidden: %t\n", finding.Class, finding.Pattern, finding.Class.Hidden())
	}
	// Output:
	// cache by ~/.cargo/registry/, hidden: true
	// identity by ~/.cargo/credentials.toml, hidden: false
	// identity by /etc/machine-id, hidden: false
}

func ExampleClasses_Step() {
	classes := known.NewClasses(known.Homes{}, known.Machine{}, known.ClassOptions{})
	at := known.WalkStart
	for _, name := range []string{"root", ".cache", "mozilla"} {
		var step known.ClassStep
		step, at = classes.Step(at, []byte(name), known.FileDirectory)
		fmt.Printf("%s: %v, pruned: %t\n", name, step.Class, step.Prune)
	}
	// Output:
	// root: unknown, pruned: false
	// .cache: cache, pruned: false
	// mozilla: cache, pruned: true
}
