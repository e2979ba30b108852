package snippet_test

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/snippet"
)

func ExampleRender() {
	s := snippet.Render([]snippet.Item{
		{Path: "/home/alice/.config/My App", Dir: true},
		{Path: "/home/alice/.config/My App/settings.json"}, // below a selected directory
		{Path: "/home/alice/.ssh", Dir: true, Access: &snippet.Access{Mode: 0o700, User: "alice", Group: "users"}},
		{Path: "/var/lib/bar", Dir: true, Access: &snippet.Access{Mode: 0o700, User: "bar", Group: "bar"}},
		{Path: "/etc/machine-id"},
		{Path: "/srv/caf\xe9"},
	}, snippet.Options{Home: "/home/alice"})
	fmt.Print(s.Text)
	// Output:
	// # not written, the name is not UTF-8: "/srv/caf\xe9"; persist "/srv" instead
	//
	// user.persistence = {
	//   directories = [
	//     ".config/My App"
	//     # mode 0700 cannot be written in this dialect
	//     ".ssh"
	//   ];
	// };
	//
	// host.persistence = {
	//   directories = [
	//     {
	//       directory = "/var/lib/bar";
	//       mode = "0700";
	//       user = "bar";
	//       group = "bar";
	//     }
	//   ];
	//   files = [ "/etc/machine-id" ];
	// };
}

func ExampleParseAttrPath() {
	p, err := snippet.ParseAttrPath(`my.persistence."1st.user"`)
	fmt.Println(p, err)
	_, err = snippet.ParseAttrPath(`my.persistence.1st`)
	fmt.Println(err)
	// Output:
	// my.persistence."1st.user" <nil>
	// parse attribute path "my.persistence.1st": part 3 is not a name; write it "in quotes"
}

func ExampleEntries() {
	elements := snippet.Entries([]snippet.Item{
		{Path: "/var/lib/bar", Dir: true, Access: &snippet.Access{Mode: 0o700, User: "bar", Group: "bar"}},
		{Path: "/home/alice/.ssh", Dir: true},
	}, snippet.Options{Home: "/home/alice"})
	for _, e := range elements.Entries {
		list := elements.Lists[e.List]
		fmt.Printf("%s in %s.%s\n%s\n", e.Path, list.Path[0].Name, list.Path[2].Name, e.Text)
	}
	// Output:
	// /home/alice/.ssh in user.directories
	// ".ssh"
	// /var/lib/bar in host.directories
	// {
	//   directory = "/var/lib/bar";
	//   mode = "0700";
	//   user = "bar";
	//   group = "bar";
	// }
}
