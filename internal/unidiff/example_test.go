package unidiff_test

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/unidiff"
)

func ExampleOf() {
	for _, line := range unidiff.Of("persist.nix", "[\n  \"/var/log\"\n]\n", []unidiff.Edit{{Start: 15, End: 15, New: "  \"/var/lib/x\"\n"}}) {
		fmt.Println(line)
	}
	// Output:
	// --- persist.nix
	// +++ persist.nix
	// @@ -1,3 +1,4 @@
	//  [
	//    "/var/log"
	// +  "/var/lib/x"
	//  ]
}
