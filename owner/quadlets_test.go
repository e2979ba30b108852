package owner_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/owner"
)

// containers has containers of which Podman makes services, podman-systemd.unit(5).
var containers = map[string]string{
	"/etc/containers/systemd/web.container": "[Unit]\nDescription=A web server\n[Container]\nImage=docker.io/web\nVolume=/srv/web:/usr/share:Z\nVolume=./conf:/etc/web\n" +
		"Volume=/srv/static:/static:ro,z\nVolume=/run/x.sock:/x.sock\nVolume=/anonymous\nVolume=pages:/pages\nVolume=db.volume:/db\nVolume=named.volume:/n\n" +
		"Mount=type=bind,source=/srv/mounted,destination=/m\nMount=type=volume,src=kept,dst=/k\nMount=type=bind,src=/srv/read,dst=/r,ro=true\nMount=type=tmpfs,dst=/t\nVolume=%n/../../up:/u\n",
	"/etc/containers/systemd/named.volume":                 "[Volume]\nVolumeName=chosen\n",
	"/etc/containers/systemd/below/deep.container":         "[Container]\nImage=x\nVolume=/srv/deep:/d\nServiceName=renamed\n",
	"/etc/containers/systemd/web.container.d/10-more.conf": "[Container]\nVolume=/srv/more:/more\n",
	"/usr/share/containers/systemd/web.container":          "[Container]\nVolume=/srv/hidden:/h\n",
	"/usr/share/containers/systemd/off.container":          "[Container]\nVolume=/srv/off:/o\n",
	"/etc/containers/systemd/off.container":                "-> /dev/null",
	"/etc/containers/systemd/vm@.container":                "[Container]\nVolume=/srv/vm/%i:/vm\n",
	"/etc/containers/systemd/users/all.container":          "[Container]\nVolume=%h/all:/a\n",
	"/etc/containers/systemd/users/1000/one.container":     "[Container]\nVolume=%h/one:/o\n",
	"/home/ann/.config/containers/systemd/own.container":   "[Container]\nVolume=%h/.own-data:/o\nVolume=own:/v\nVolume=%h/Music:/music\n",
	"/run/systemd/generator/web.service":                   "[Service]\nExecStart=/usr/bin/podman run --name web docker.io/web\n",
	"/var/lib/containers/storage/volumes/pages/_data/":     "",
}

func TestServicesOfContainersOwnTheirVolumes(t *testing.T) {
	table := read(t, containers)
	if problems := table.Problems(); len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	const volumes = "/var/lib/containers/storage/volumes/"
	for name, want := range map[string]string{
		"/srv/web/index.html":            "unit web.service data",
		"/etc/containers/systemd/conf/x": "unit web.service config",
		"/srv/more/x":                    "unit web.service data", // of a drop-in
		"/srv/static/x":                  "unknown  data",         // is only read
		"/srv/hidden/x":                  "unknown  data",         // an earlier directory has the file
		"/srv/off/x":                     "unknown  data",         // masked
		"/srv/deep/x":                    "unit renamed.service data",
		"/srv/mounted/x":                 "unit web.service data",
		"/srv/read/x":                    "unknown  data",
		"/srv/vm/one/x":                  "unit vm@.service data",
		volumes + "pages/_data/x":        "unit web.service state",
		volumes + "systemd-db/_data/x":   "unit web.service state",
		volumes + "chosen":               "unit web.service state",
		volumes + "kept":                 "unit web.service state",
		volumes + "another/_data":        "program podman state",
		"/var/lib/containers/storage/x":  "program podman regenerated",
		"/home/ann/.own-data/x":          "unit own.service unknown",
		"/home/ann/all/x":                "unit all.service data",
		"/home/ann/one/x":                "unit one.service data",
		"/home/ann/Music/song":           "user ann data", // the user's own, although a container reads and writes it
		"/home/ann/.local/share/containers/storage/volumes/own/_data": "unit own.service state",
	} {
		o := table.Of(name)
		if got := fmt.Sprintf("%v %s %v", o.Type, o.Name, o.Kind); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	o := table.Of(volumes + "pages")
	want := owner.Evidence{Source: owner.SourceContainers, File: "/etc/containers/systemd/web.container", Line: 10, Text: "Volume=pages:/pages"}
	if diff := cmp.Diff(want, o.From); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

func TestContainersAreServices(t *testing.T) {
	table := read(t, containers)
	var names []string
	for _, d := range table.Units() {
		names = append(names, d.Manager.String()+" "+d.Name)
	}
	want := []string{"system renamed.service", "system vm@.service", "system web.service", "user all.service", "user one.service", "user own.service"}
	if !slices.Equal(names, want) {
		t.Errorf("units %v, want %v", names, want)
	}
	web, _ := table.Unit("web")
	if web.File != "/run/systemd/generator/web.service" || web.Program != "" || len(web.Paths) != 8 {
		t.Errorf("the service that the generator has made: %+v", web)
	}
	own, _ := table.Unit("own")
	if own.Home != "/home/ann" || own.State != owner.StateLoaded {
		t.Errorf("a service that the generator has not made yet: %+v", own)
	}
}

func TestSourcesOfVolumes(t *testing.T) {
	for value, want := range map[string]string{
		"/a:/b": "/a", "/a:/b:Z": "/a", "/a:/b:ro": "", "/a:/b:z,ro": "", "/b": "", "": "", "x:/b": "x", "x.volume:/b:U": "x.volume", "../x:/b": "../x",
		"%h/x:/b": "%h/x", "-x:/b": "", ":/b": "", "a b:/b": "", "~/x:/b": "",
	} {
		if got, ok := owner.VolumeSource(value); ok != (want != "") || ok && got != want {
			t.Errorf("Volume=%s is %q, %v, want %q", value, got, ok, want)
		}
	}
	for value, want := range map[string]string{
		"type=bind,source=/a,destination=/b": "/a", "type=volume,src=x,dst=/b": "x", "type=tmpfs,source=/a": "", "type=bind,src=/a,readonly": "",
		"type=bind,src=/a,ro=false": "/a", "source=/a": "", "type=bind": "", "": "",
	} {
		if got, ok := owner.MountSource(value); ok != (want != "") || ok && got != want {
			t.Errorf("Mount=%s is %q, %v, want %q", value, got, ok, want)
		}
	}
}

func TestPackagesOfDpkgArePrograms(t *testing.T) {
	status := "Package: fontconfig\nStatus: install ok installed\nSection: utils\nDescription: x\n Package: not-this\n\n" +
		"Package: removed\nStatus: deinstall ok config-files\n\nStatus: install ok installed\nPackage: Viewer-bin\n\nPackage: half\n\n\n"
	table := read(t, map[string]string{"/var/lib/dpkg/status": status, "/usr/bin/viewer": ""})
	for name, want := range map[string]string{
		"/home/ann/.config/fontconfig/x": "fontconfig", "/home/ann/.config/removed/x": "", "/home/ann/.config/not-this/x": "", "/home/ann/.config/half/x": "",
		"/home/ann/.config/Viewer/x": "viewer",
	} {
		if o := table.Of(name); o.Program != want {
			t.Errorf("%s is of %q, want %q", name, o.Program, want)
		}
	}
	if p, ok := table.ProgramNamed("fontconfig"); !ok || !p.Installed || p.Source != owner.SourcePackage || p.File != "/var/lib/dpkg/status" {
		t.Errorf("%+v", p)
	}
	if p, _ := table.ProgramNamed("viewer"); p.Source != owner.SourcePath {
		t.Errorf("the command comes before the package: %+v", p)
	}
}
