package paths_test

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

func ExampleAtOrBelow() {
	fmt.Println(paths.AtOrBelow("/home/al/.config", "/home/al"))
	fmt.Println(paths.AtOrBelow("/home/alice", "/home/al"))
	// Output:
	// true
	// false
}

func ExampleRel() {
	rel, ok := paths.Rel("/home/al/.config/git", "/home/al")
	fmt.Println(rel, ok)
	_, ok = paths.Rel("/etc", "/home/al")
	fmt.Println(ok)
	// Output:
	// .config/git true
	// false
}

func ExampleAncestors() {
	for dir := range paths.Ancestors("/home/al/.config") {
		fmt.Println(dir)
	}
	// Output:
	// /home/al
	// /home
	// /
}
