package known_test

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

func ExampleKeeper() {
	homes := known.HomesOf("/users/eve")
	entry, found := known.Keeper(homes, "/users/eve/.ssh/id_ed25519")
	fmt.Printf("%v: %d of %d keep it, with mode %s\n", found, entry.Repositories, known.Repositories, entry.Mode)
	// Output: true: 20 of 31 keep it, with mode 0700
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
