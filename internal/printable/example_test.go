package printable_test

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

func ExampleName() {
	fmt.Println(printable.Name("/home/alice/.config/My App"))
	fmt.Println(printable.Name("evil\x1b[2J\nname\xff"))
	fmt.Println(printable.Name("invoice\u202efdp.exe"))
	// Output:
	// /home/alice/.config/My App
	// evil\e[2J\nname\xff
	// invoice\u{202e}fdp.exe
}
