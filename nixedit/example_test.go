package nixedit_test

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

func ExampleFile_Insert() {
	file, err := nixedit.Parse(`{ ... }:
{
  environment.persistence."/persist" = {
    directories = [
      "/var/log" # journal
    ];
  };
}
`, nixedit.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := file.Insert(nixedit.Edit{
		Lists: []nixedit.List{{
			Path: []nixedit.Attr{
				{Name: "environment", Role: nixedit.RoleFixed},
				{Name: "persistence", Role: nixedit.RoleFixed},
				{Name: "/persist", Role: nixedit.RoleStore},
				{Name: "directories", Role: nixedit.RoleFixed},
			},
			Key:         "directory",
			Directories: true,
		}},
		Entries: []nixedit.Entry{
			{Item: `"/var/lib/bluetooth"`, Path: "/var/lib/bluetooth"},
			{Item: `"/var/log/audit"`, Path: "/var/log/audit"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(result.Text)
	for _, p := range result.Present {
		fmt.Printf("entry %d is declared in line %d\n", p.Entry, p.Line)
	}
	// Output:
	// { ... }:
	// {
	//   environment.persistence."/persist" = {
	//     directories = [
	//       "/var/log" # journal
	//       "/var/lib/bluetooth"
	//     ];
	//   };
	// }
	// entry 1 is declared in line 5
}
