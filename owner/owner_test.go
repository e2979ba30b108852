package owner_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/owner"
)

// tree makes files below a directory: a name that ends in a slash is a directory, and a text that
// begins with "-> " is a symlink.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		at := filepath.Join(root, name)
		switch target, link := strings.CutPrefix(text, "-> "); {
		case link:
			mustMkdir(t, filepath.Dir(at))
			if err := os.Symlink(target, at); err != nil {
				t.Fatal(err)
			}
		case strings.HasSuffix(name, "/"):
			mustMkdir(t, at)
		default:
			mustWrite(t, at, text)
		}
	}
	return root
}

var ann = owner.User{Name: "ann", UID: 1000, Home: "/home/ann"}

func read(t testing.TB, files map[string]string) *owner.Table {
	t.Helper()
	return owner.Read(t.Context(), owner.Options{Root: tree(t, files), Users: []owner.User{ann}})
}

// machine has one of everything.
var machine = map[string]string{
	"/etc/passwd":                                       "root:x:0:0::/root:/bin/sh\npostgres:x:107:113::/var/lib/postgresql:/bin/sh\nmysql:x:106:112::/var/lib/mysql:/bin/false\nann:x:1000:100::/home/ann:/bin/sh\n",
	"/etc/systemd/system/shop.service":                  "[Unit]\nDescription=A shop\n[Service]\nExecStart=/nix/store/0123456789abcdefghijklmnopqrstuv-shop-1.2/bin/shopd --data-dir=/srv/shop\nStateDirectory=shop:store shop/media\nStateDirectoryMode=700\nCacheDirectory=shop\nLogsDirectory=shop\nConfigurationDirectory=shop\nRuntimeDirectory=shop\nUser=shopper\nGroup=shoppers\n",
	"/etc/systemd/system/dyn.service":                   "[Service]\nExecStart=/bin/dyn\nDynamicUser=yes\nStateDirectory=dyn a/b\nConfigurationDirectory=dyn\n",
	"/usr/lib/systemd/system/redis@.service":            "[Service]\nExecStart=/bin/redis\nStateDirectory=redis-%i\nUser=redis\n",
	"/usr/lib/systemd/system/vm@.service":               "[Service]\nExecStart=/bin/vm\nStateDirectory=vm/%i\nDynamicUser=yes\n",
	"/etc/systemd/system/x.target.wants/vm@two.service": "-> ../vm@.service",
	"/home/ann/.local/state/moved":                      "-> ../../.config/moved",
	"/home/ann/.config/moved/":                          "",
	"/etc/systemd/user/moved.service":                   "[Service]\nExecStart=/usr/bin/moved\nStateDirectory=moved\n",
	"/usr/lib/systemd/system/gone.service":              "[Service]\nExecStart=/bin/gone\nStateDirectory=gone\n",
	"/etc/systemd/system/gone.service":                  "-> /dev/null",
	"/usr/lib/systemd/system/mariadb.service": "[Service]\nExecStart=/usr/sbin/mariadbd\nUser=mysql\nReadWritePaths=-/var/lib/extra /run /etc/other\n" +
		"WorkingDirectory=/var/lib/work\nBindPaths=/srv/bound:/x\n",
	"/usr/lib/systemd/system/backup@.service":                                             "[Service]\nExecStart=/bin/backup\nUser=postgres\n",
	"/usr/lib/systemd/system/postgresql.service":                                          "[Service]\nExecStart=/bin/true\n",
	"/usr/lib/systemd/system/user@.service":                                               "[Service]\nExecStart=/usr/lib/systemd/systemd --user\n",
	"/etc/systemd/system/mysqld.service":                                                  "-> /usr/lib/systemd/system/mariadb.service",
	"/usr/lib/systemd/system/cups.service":                                                "[Service]\nExecStart=/usr/sbin/cupsd\n",
	"/usr/lib/systemd/system/sshd.service":                                                "[Service]\nExecStart=/usr/sbin/sshd -D\n",
	"/usr/lib/systemd/system/over.service":                                                "[Service]\nExecStart=/bin/over\nStateDirectory=old\n",
	"/etc/systemd/system/over.service.d/o.conf":                                           "[Service]\nStateDirectory=\nStateDirectory=new\n",
	"/etc/systemd/user/notes.service":                                                     "[Service]\nExecStart=/usr/bin/notes\nStateDirectory=notes\nCacheDirectory=notes\nLogsDirectory=notes\nConfigurationDirectory=notes\n",
	"/home/ann/.config/systemd/user/own.service":                                          "[Service]\nExecStart=%h/bin/own\nStateDirectory=own\n",
	"/usr/lib/tmpfiles.d/knot-resolver.conf":                                              "d /var/lib/knot-resolver 0750 knot knot -\nf /var/lib/knot-resolver/fixed 0640 - - - text\nD /var/lib/knot-resolver/tmp\n",
	"/usr/lib/tmpfiles.d/shop.conf":                                                       "d /var/log/shop 2750 - adm\n",
	"/usr/lib/tmpfiles.d/old.conf":                                                        "d /var/lib/aged 0700 - - 10d\nx /var/lib/protected\nr! /var/lib/removed\nR! /var/lib/lock[0-9] - - - -\nR! /var/lib/only[!0-9]\nr! /var/lib/shown/*\nR /var/lib/old?/tmp\nd /var/lib/plain[0] 0711\n",
	"/home/ann/.var/app/org.example.Paint/cache/":                                         "",
	"/home/ann/.local/share/flatpak/exports/share/applications/org.example.Paint.desktop": "[Desktop Entry]\nType=Application\nName=Paint\nExec=/usr/bin/flatpak run --command=paint org.example.Paint %f\nX-Flatpak=org.example.Paint\n",
	"/home/ann/.local/share/flatpak/app/org.example.Paint/current/active/metadata":        "[Application]\nname=org.example.Paint\n[Context]\npersistent=.paint;\n",
	"/etc/containers/storage.conf":                                                        "[storage]\ndriver = \"overlay\"\ngraphroot = \"/srv/images\"\n",
	"/srv/images/volumes/db/_data/":                                                       "",
	"/etc/docker/daemon.json":                                                             `{"data-root": "/srv/docker"}`,
	"/srv/docker/volumes/web/_data/":                                                      "",
	"/var/lib/libvirt/":                                                                   "",
	"/etc/libvirt/storage/big.xml":                                                        "<pool type='dir'><name>big</name><target><path>/srv/disks</path></target></pool>",
	"/home/ann/.config/libvirt/qemu/":                                                     "",
	"/etc/NetworkManager/system-connections/x.nmconnection":                               "[connection]\nid=Caf\\sé\n",
	"/var/lib/systemd/home/local.private":                                                 "",
	"/home/bob.homedir/":                                                                  "",
	"/home/ann/.config/user-dirs.dirs":                                                    "# x\nXDG_MUSIC_DIR=\"$HOME/Musik\\ neu\"\nXDG_DESKTOP_DIR=\"$HOME/\"\nXDG_VIDEOS_DIR=\"/srv/videos\"\nXDG_NOT_DIR=\"$HOME/x\"\n",
	"/usr/share/applications/org.example.Editor.desktop":                                  "[Desktop Entry]\nType=Application\nName=Editor\nName[de]=Bearbeiter\nExec=env A=B editor --new %U\nStartupWMClass=EditorWindow\nIcon=org.example.Editor\n[Desktop Action x]\nExec=other\n",
	"/usr/share/applications/hidden.desktop":                                              "[Desktop Entry]\nType=Application\nName=Hidden\nExec=hidden\n",
	"/home/ann/.local/share/applications/hidden.desktop":                                  "[Desktop Entry]\nHidden=true\n",
	"/home/ann/.local/share/applications/game.desktop":                                    "[Desktop Entry]\nType=Application\nName=Game\nExec=steam steam://rungameid/1\nIcon=steam_icon_1\n",
	"/usr/bin/editor":                                                                     "",
	"/usr/bin/htop":                                                                       "",
	"/home/ann/.nix-profile":                                                              "-> /nix/store/abc-profile",
	"/nix/store/abc-profile/bin/.viewer-wrapped":                                          "",
	"/nix/store/abc-profile/bin/viewer":                                                   "",
}

func TestOwnerOfAPath(t *testing.T) {
	table := read(t, machine)
	if problems := table.Problems(); len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
	tests := []struct {
		name, path string
		want       string // type, name, kind, mode, user:group, data, source of the owner
	}{
		{"state directory", "/var/lib/shop", "unit shop.service state 0700 shopper:shoppers unit directory"},
		{"below it", "/var/lib/shop/orders/1", "unit shop.service state unit directory"},
		{"nested state directory", "/var/lib/shop/media", "unit shop.service state 0700 shopper:shoppers unit directory"},
		{"link beside it", "/var/lib/store", "unit shop.service state 0700 shopper:shoppers =/var/lib/shop unit directory"},
		{"cache below state", "/var/lib/shop/web/GPUCache/1", "unit shop.service cache unit directory"},
		{"cache directory", "/var/cache/shop", "unit shop.service cache 0755 shopper:shoppers unit directory"},
		{"mode of tmpfiles.d before the default", "/var/log/shop", "unit shop.service log 2750 shopper:shoppers unit directory"},
		{"configuration directory is root's", "/etc/shop", "unit shop.service config 0755 root:root unit directory"},
		{"runtime directory", "/run/shop", "unit shop.service runtime 0755 shopper:shoppers unit directory"},
		{"flag of ExecStart", "/srv/shop/x", "unit shop.service data unit path"},
		{"private state", "/var/lib/private/dyn/x", "unit dyn.service state unit directory"},
		{"link to the private state", "/var/lib/dyn", "unit dyn.service state 0755 =/var/lib/private/dyn unit directory"},
		{"nested link to the private state", "/var/lib/a/b", "unit dyn.service state 0755 =/var/lib/private/a/b unit directory"},
		{"the configuration is never private", "/etc/dyn", "unit dyn.service config 0755 root:root unit directory"},
		{"instance of a template", "/var/lib/redis-one/dump", "unit redis@.service state unit directory"},
		{"instance of a template with a private state", "/var/lib/vm/one/disk", "unit vm@.service state =/var/lib/private/vm/one unit directory"},
		{"instance that is pulled in", "/var/lib/private/vm/two/disk", "unit vm@two.service state unit directory"},
		{"state that an old manager has left", "/home/ann/.config/moved/x", "unit moved.service state unit directory"},
		{"its new name", "/home/ann/.local/state/moved", "unit moved.service state 0755 =/home/ann/.config/moved unit directory"},
		{"masked unit declares nothing", "/var/lib/gone", "unknown  state unknown"},
		{"home of User=", "/var/lib/mysql/ibdata1", "unit mariadb.service state passwd"},
		{"home of a user with other units", "/var/lib/postgresql/15", "unit postgresql.service state name"},
		{"the user still owns it", "/var/lib/postgresql", "unit postgresql.service state 0750 postgres: name"},
		{"ReadWritePaths", "/var/lib/extra/x", "unit mariadb.service state unit path"},
		{"not below another's /etc", "/etc/other/x", "unknown  config unknown"},
		{"WorkingDirectory", "/var/lib/work", "unit mariadb.service state unit path"},
		{"BindPaths", "/srv/bound", "unit mariadb.service data unit path"},
		{"by name", "/var/spool/cups/c1", "unit cups.service state name"},
		{"directory of logs by name", "/var/log/cups/error_log", "unit cups.service log name"},
		{"files of units", "/etc/systemd/system/x.service", "unknown  config unknown"},
		{"all logs", "/var/log", "unknown  unknown unknown"},
		{"key of a unit by the names of its program", "/etc/ssh/ssh_host_ed25519_key", "unit sshd.service config 0600 knowledge"},
		{"drop-in resets", "/var/lib/new", "unit over.service state 0755 root:root unit directory"},
		{"drop-in has reset", "/var/lib/old", "unknown  state unknown"},
		{"state of a user's unit", "/home/ann/.local/state/notes", "unit notes.service state 0755 unit directory"},
		{"log of a user's unit", "/home/ann/.local/state/log/notes", "unit notes.service log 0755 unit directory"},
		{"unit in a home", "/home/ann/.local/state/own/x", "unit own.service state unit directory"},
		{"tmpfiles.d", "/var/lib/knot-resolver", "package knot-resolver state 0750 knot:knot tmpfiles.d"},
		{"file with a text", "/var/lib/knot-resolver/fixed", "package knot-resolver regenerated 0640 tmpfiles.d"},
		{"emptied at boot", "/var/lib/knot-resolver/tmp/x", "package knot-resolver runtime tmpfiles.d"},
		{"age", "/var/lib/aged/x", "package old cache tmpfiles.d"},
		{"removed at boot", "/var/lib/removed", "package old runtime tmpfiles.d"},
		{"removed at boot, a glob", "/var/lib/lock3/x", "package old runtime tmpfiles.d"},
		{"below a glob", "/var/lib/old1/tmp/x", "package old runtime tmpfiles.d"},
		{"not of the glob", "/var/lib/lockx/x", "unknown  state unknown"},
		{"outside of a negated set", "/var/lib/onlyx/x", "package old runtime tmpfiles.d"},
		{"in a negated set", "/var/lib/only3/x", "unknown  state unknown"},
		{"matched by a star", "/var/lib/shown/x", "package old runtime tmpfiles.d"},
		{"a star matches no hidden file", "/var/lib/shown/.x", "unknown  state unknown"},
		{"no glob for this type", "/var/lib/plain[0]", "package old state 0711 tmpfiles.d"},
		{"protection is not a claim", "/var/lib/protected", "unknown  state unknown"},
		{"data of Flatpak", "/home/ann/.var/app/org.example.Paint/data/x", "program org.example.Paint data flatpak"},
		{"cache of Flatpak", "/home/ann/.var/app/org.example.Paint/cache/x", "program org.example.Paint cache flatpak"},
		{"persistent of Flatpak", "/home/ann/.var/app/org.example.Paint/.paint/x", "program org.example.Paint data flatpak"},
		{"images of Podman", "/srv/images/overlay/x", "program podman regenerated containers"},
		{"volume of Podman", "/srv/images/volumes/db/_data/x", "program podman state containers"},
		{"layers of Docker", "/srv/docker/overlay2/x", "program docker regenerated containers"},
		{"volume of Docker", "/srv/docker/volumes/web/_data", "program docker state containers"},
		{"rootless Podman", "/home/ann/.local/share/containers/storage/x", "program podman regenerated containers"},
		{"pool of libvirt", "/srv/disks/vm.qcow2", "unit libvirtd.service data libvirt"},
		{"machines of libvirt", "/var/lib/libvirt/qemu/nvram/x", "unit libvirtd.service state libvirt"},
		{"machine of a user", "/home/ann/.local/share/libvirt/images/x.qcow2", "program libvirt data libvirt"},
		{"settings of a user's machines", "/home/ann/.config/libvirt/qemu/x.xml", "program libvirt config libvirt"},
		{"leases of NetworkManager", "/var/lib/NetworkManager/x.lease", "unit NetworkManager.service state NetworkManager"},
		{"connection", "/etc/NetworkManager/system-connections/x.nmconnection", "unit NetworkManager.service config 0600 root:root NetworkManager"},
		{"key of homed", "/var/lib/systemd/home/local.private", "unit systemd-homed.service state 0600 homed"},
		{"home of homed", "/home/bob.homedir", "user bob data bob: homed"},
		{"file in it", "/home/bob.homedir/x", "user bob data location"},
		{"directory of the user", "/home/ann/Musik neu/a.ogg", "user ann data user-dirs"},
		{"directory elsewhere", "/srv/videos/a.mkv", "user ann data user-dirs"},
		{"other files of the user", "/home/ann/src/main.c", "user ann data location"},
		{"known program", "/home/ann/.mozilla/firefox/x", "program firefox state knowledge"},
		{"hidden file of the home that is not known", "/home/ann/.unheard-of/x", "unknown  unknown unknown"},
		{"program by name", "/home/ann/.config/htop/htoprc", "program htop config name"},
		{"program by the class of its windows", "/home/ann/.local/share/EditorWindow/x", "program editor state name"},
		{"wrapped program", "/home/ann/.config/viewer/x", "program viewer config name"},
		{"nothing", "/home/ann/.config/unheard-of/x", "unknown  config unknown"},
		{"container", "/var/lib", "unknown  unknown unknown"},
		{"root", "/", "unknown  unknown unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := table.Of(tt.path)
			got := o.Type.String() + " " + o.Name + " " + o.Kind.String()
			if o.Mode != "" {
				got += " " + o.Mode
			}
			if o.User != "" {
				got += " " + o.User + ":" + o.Group
			}
			if o.Data != "" {
				got += " =" + o.Data
			}
			got += " " + o.From.Source.String()
			if got != tt.want {
				t.Errorf("%s: %s, want %s\n%+v", tt.path, got, tt.want, o)
			}
		})
	}
}

func TestEvidenceNamesTheLine(t *testing.T) {
	o := read(t, machine).Of("/var/lib/shop/x")
	want := owner.Evidence{Source: owner.SourceUnitDirectory, File: "/etc/systemd/system/shop.service", Line: 5, Text: "StateDirectory=shop:store"}
	if diff := cmp.Diff(want, o.From); diff != "" || o.Path != "/var/lib/shop" || o.Program != "shopd" || !slices.Equal(o.Units, []string{"shop.service"}) {
		t.Errorf("%+v (-want +got):\n%s", o, diff)
	}
	ssh := read(t, machine).Of("/home/ann/.ssh")
	if ssh.Share.Repositories != 126 || !ssh.Kept || ssh.Mode != "0700" || ssh.ModeFrom.Source != owner.SourceKnowledge {
		t.Errorf("%+v", ssh)
	}
}

func TestUnitsDeclareWhatTheirFilesSay(t *testing.T) {
	table := read(t, machine)
	shop, ok := table.Unit("shop")
	if !ok || shop.Description != "A shop" || shop.Package != "shop" || shop.Program != "shopd" || len(shop.Directories) != 6 ||
		shop.User != "shopper" || shop.State != owner.StateLoaded || len(shop.Paths) != 1 {
		t.Errorf("%+v", shop)
	}
	for name, want := range map[string]string{
		"mysqld.service": "mariadb.service", "redis@one.service": "redis@.service", "notes": "notes.service", "gone": "gone.service",
	} {
		if d, ok := table.Unit(name); !ok || d.Name != want {
			t.Errorf("Unit(%s) = %+v", name, d)
		}
	}
	if d, _ := table.Unit("gone"); d.State != owner.StateMasked || len(d.Directories) > 0 {
		t.Errorf("%+v", d)
	}
	if d, ok := table.Unit("unheard-of"); ok {
		t.Errorf("%+v", d)
	}
	var names []string
	for _, d := range table.Units() {
		names = append(names, d.Manager.String()+" "+d.Name)
	}
	want := []string{
		"system backup@.service", "system cups.service", "system dyn.service", "system gone.service", "system mariadb.service", "system over.service", "system postgresql.service", "system redis@.service",
		"system shop.service", "system sshd.service", "system user@.service", "system vm@.service", "system vm@two.service", "user moved.service", "user notes.service", "user own.service",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestUserDirectoriesOfOldManagers has a manager that does not use $XDG_STATE_HOME yet.
func TestUserDirectoriesOfOldManagers(t *testing.T) {
	root := tree(t, machine)
	for version, want := range map[int][2]string{
		253: {"/home/ann/.config/notes", "/home/ann/.config/log/notes"}, 254: {"/home/ann/.local/state/notes", "/home/ann/.local/state/log/notes"},
	} {
		table := owner.Read(t.Context(), owner.Options{Root: root, Users: []owner.User{ann}, Systemd: version})
		d, _ := table.Unit("notes")
		if d.Directories[0].Path != want[0] || d.Directories[2].Path != want[1] {
			t.Errorf("systemd %d: %+v", version, d.Directories)
		}
	}
	found := tree(t, map[string]string{
		"/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so": "", "/etc/systemd/user/n.service": "[Service]\nExecStart=/bin/n\nStateDirectory=n\n",
	})
	table := owner.Read(t.Context(), owner.Options{Root: found, Users: []owner.User{ann}})
	if d, _ := table.Unit("n"); len(d.Directories) != 1 || d.Directories[0].Path != "/home/ann/.config/n" {
		t.Errorf("the version of the library is not used: %+v", d)
	}
}

func TestAccountsOfPasswdAreUsers(t *testing.T) {
	root := tree(t, map[string]string{"/etc/passwd": "root:x:0:0::/root:/bin/sh\nann:x:1000:100::/home/ann/:/bin/sh\nsys:x:999:1::/home/sys:/bin/sh\n" +
		"nfsnobody:x:65534:1::/home/nfs:/bin/sh\nvm:x:1001:1::/var/lib/vm:/bin/sh\nbad line\nx:x:y:1::/home/x:\n"})
	want := []owner.User{{Name: "root", UID: 0, Home: "/root"}, ann}
	if diff := cmp.Diff(want, owner.Read(t.Context(), owner.Options{Root: root}).Users()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestClassesGiveTheKind(t *testing.T) {
	classes := known.NewClasses(known.HomesOf(), known.Machine{}, known.ClassOptions{})
	table := owner.Read(t.Context(), owner.Options{Root: tree(t, machine), Users: []owner.User{ann}, Classes: classes})
	for name, want := range map[string]owner.Kind{
		"/home/ann/.cargo/registry/x": owner.KindCache, "/etc/machine-id": owner.KindState, "/home/ann/.Xauthority": owner.KindRuntime,
		"/var/lib/shop/x": owner.KindState,
	} {
		if got := table.Of(name); got.Kind != want {
			t.Errorf("%s is %v, want %v", name, got.Kind, want)
		}
	}
}

func TestWhatCannotBeReadIsAProblem(t *testing.T) {
	table := owner.Read(t.Context(), owner.Options{Root: "/nonexistent"})
	if p := table.Problems(); len(p) != 1 || !errors.Is(p[0].Err, os.ErrNotExist) {
		t.Errorf("%v", p)
	}
	if o := table.Of("/var/lib/x"); o.Type != owner.TypeUnknown {
		t.Errorf("%+v", o)
	}
	table = read(t, map[string]string{"/etc/passwd/": "", "/etc/systemd/system/x.service": "-> x.service", "/usr/share/applications/a.desktop/": ""})
	var paths []string
	for _, p := range table.Problems() {
		paths = append(paths, p.Path)
	}
	if !slices.Equal(paths, []string{"/etc/passwd", "/etc/systemd/system/x.service"}) {
		t.Errorf("problems: %v", table.Problems())
	}
}

func TestReadStopsWhenItsContextIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	table := owner.Read(ctx, owner.Options{Root: tree(t, machine)})
	if !slices.ContainsFunc(table.Problems(), func(p owner.Problem) bool { return errors.Is(p.Err, context.Canceled) }) {
		t.Errorf("problems: %v", table.Problems())
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	if table := owner.Read(ctx, owner.Options{Root: tree(t, machine)}); len(table.Units()) == 0 {
		t.Error("no units")
	}
}

func TestNamesOfEnums(t *testing.T) {
	for got, want := range map[string]string{
		owner.TypeUser.String(): "user", owner.Type(99).String(): "unknown", owner.KindData.String(): "data", owner.Kind(99).String(): "unknown",
		owner.SourceLocation.String(): "location", owner.SourceUnitDirectory.String(): "unit directory", owner.Source(99).String(): "unknown",
		owner.ManagerUser.String(): "user", owner.StateMasked.String(): "masked", owner.StateUnknown.String(): "unknown",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for k := owner.KindUnknown; k <= owner.KindData; k++ {
		if got, ok := owner.ParseKind(k.String()); got != k || ok != (k != owner.KindUnknown) {
			t.Errorf("ParseKind(%s) = %v, %v", k, got, ok)
		}
	}
}
