// Command gentree makes the trees that the benchmark of `list` walks: a root
// directory with a home in it, of a given number of files, the same for the same
// seed on every machine.
//
//	gentree -dir DIR [-files N] [-seed S]   make the tree, or find it already made
//	        [-inputs OUT -excludes FILE -persisted FILE]
//	                                        and write what the programs compared take
//	gentree -dir DIR -mirror SRC < LIST     make the part of SRC that LIST names
//
// A stamp beside the tree (DIR.stamp) says what is in it. A directory that is
// not empty is only touched where the stamp says that it is this very tree:
// finished, and then it is used as it is, or half made, and then it is finished.
// Nothing is ever deleted.
//
// The files, in the order of the work: shape.go and shape_*.go say what lies
// where, in the words of builder.go; plan.go holds the result, make.go puts it on
// disk, stamp.go remembers it, mirror.go plans a part of a tree, inputs.go writes
// the configurations.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gentree: error:", err)
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("gentree", flag.ContinueOnError)
	dir := flags.String("dir", "", "the `directory` to make")
	files := flags.Int("files", 100_000, "how many files")
	seed := flags.Uint64("seed", 1, "the seed of all that is left to chance")
	mirror := flags.String("mirror", "", "copy names from this `tree`: those listed on stdin, each ended by a NUL")
	out := flags.String("inputs", "", "write configurations and arguments for the tree to this `directory`")
	excludes := flags.String("excludes", "excludes.txt", "the exclude patterns, one a line, in this `file`")
	persisted := flags.String("persisted", "persisted.txt", "what is persisted, one path a line, in this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" || flags.NArg() != 0 {
		return fmt.Errorf("usage: gentree -dir DIR [flags], and no arguments")
	}
	root, err := filepath.Abs(*dir)
	if err != nil {
		return fmt.Errorf("find %s: %w", *dir, err)
	}
	var p *plan
	if *mirror != "" {
		p, err = planMirror(*mirror, stdin)
	} else {
		p, err = planTree(*files, *seed)
	}
	if err != nil {
		return err
	}
	made, err := ensure(root, p)
	if err != nil {
		return err
	}
	verb := "found"
	if made {
		verb = "made"
	}
	fmt.Fprintf(stdout, "%s %s: %d files in %d directories\n", verb, root, p.count(kindFile), len(p.dirs))
	if *out == "" {
		return nil
	}
	return writeInputs(*out, root, *excludes, *persisted)
}
