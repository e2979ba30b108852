// Command gentree creates the trees for the benchmark of `list`: a root directory with
// a home in it and a given number of files. The same seed gives the same tree on every
// machine.
//
//	gentree -dir DIR [-files N] [-seed S]   create the tree, unless it exists
//	        [-inputs OUT -excludes FILE -persisted FILE]
//	                                        and write the inputs of the compared programs
//	gentree -dir DIR -mirror SRC < LIST     create the part of SRC that is in LIST
//
// A stamp next to the tree (DIR.stamp) identifies it. A directory that is not empty is
// changed only if its stamp is that of the requested tree and the tree is not complete.
// A complete tree is used as it is. Nothing is ever deleted.
//
// The files, in the order of the work: shape.go and shape_*.go define the paths with
// the functions of builder.go; plan.go has the result, make.go writes it to disk,
// stamp.go records it, mirror.go plans a part of a tree, inputs.go writes the
// configurations.
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
	dir := flags.String("dir", "", "`directory` to create")
	files := flags.Int("files", 100_000, "number of files")
	seed := flags.Uint64("seed", 1, "random seed")
	mirror := flags.String("mirror", "", "copy from this `tree` the NUL-terminated names on stdin")
	out := flags.String("inputs", "", "write configurations and arguments for the tree to this `directory`")
	excludes := flags.String("excludes", "excludes.txt", "`file` with exclude patterns, one a line")
	persisted := flags.String("persisted", "persisted.txt", "`file` with persisted paths, one a line")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" || flags.NArg() != 0 {
		return fmt.Errorf("usage: gentree -dir DIR [flags]")
	}
	root, err := filepath.Abs(*dir)
	if err != nil {
		return fmt.Errorf("resolve %s: %w", *dir, err)
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
