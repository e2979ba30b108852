// Command machine creates the machine of package fixture in an empty directory:
//
//	machine -dir DIR [-seed S]
//
// It prints the paths onto which the same path below the machine's /persist is to be mounted, one
// a line, and writes the configuration to DIR/config.json.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/fixture"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "machine: error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("machine", flag.ContinueOnError)
	dir := flags.String("dir", "", "empty `directory` for the machine")
	seed := flags.Uint64("seed", 1, "random seed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" || flags.NArg() != 0 {
		return fmt.Errorf("usage: machine -dir DIR [-seed S]")
	}
	m := fixture.New(*seed)
	if err := m.Write(*dir, time.Now()); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*dir, "config.json"), m.Configuration(), 0o644); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	for _, path := range m.Mounts {
		fmt.Println(path)
	}
	return nil
}
