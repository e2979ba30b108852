package unittrace_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/nspawn"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// units are the services of the machine.
var units = map[string]string{
	"plain.service": "[Service]\nStateDirectory=plain\nEnvironment=\"WORDS=one two\"\n" +
		"ExecStartPre=/bin/sh -c 'echo %n >/var/lib/plain/pre'\n" +
		"ExecStart=/bin/sh -c 'echo \"$WORDS\" >/var/lib/plain/state; echo 1 >/var/log/plain.log; exec sleep 1000'\n",
	"forks.service": "[Service]\nType=forking\nPIDFile=/run/forks.pid\nStateDirectory=forks\n" +
		"ExecStart=/bin/sh -c '(trap \"echo end >/var/lib/forks/end; exit\" TERM; echo up >/var/lib/forks/up; while :; do sleep 0.1; done) & echo $! >/run/forks.pid'\n",
	"once.service": "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo 1 >/var/lib/once-1'\nExecStart=/bin/sh -c 'echo 2 >/var/lib/once-2; exit 3'\nSuccessExitStatus=3\n",
	"user.service": "[Service]\nDynamicUser=yes\nStateDirectory=dynamic\nProtectSystem=strict\nProtectHome=yes\nSystemCallFilter=@system-service\nNoExecPaths=/\nExecPaths=/usr /lib /lib64\n" +
		"RestrictAddressFamilies=AF_INET\nExecStart=/bin/sh -c 'echo 1 >/var/lib/dynamic/state; exec sleep 1000'\n",
	"listens.socket":  "[Socket]\nListenStream=/run/listens\n",
	"listens.service": "[Service]\nStateDirectory=listens\nExecStart=/bin/bash -c '[ \"$LISTEN_PID\" = $$$$ ] && echo \"$LISTEN_FDS\" >/var/lib/listens/own; exec sleep 1000'\n",
	"notifies.service": "[Service]\nType=notify\nStateDirectory=notifies\n" +
		"ExecStart=/bin/sh -c 'echo 1 >/var/lib/notifies/state; systemd-notify --ready; exec sleep 1000'\n",
}

// program builds the program once.
func program(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "list-ephemeral")
	cmd := exec.Command("go", "build", "-o", binary, "../..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// machine is a booted machine with the services and the program.
type machine struct {
	*nspawn.Machine
	t *testing.T
}

// boot boots a machine that has the programs of this one. prepare changes its root file system.
func boot(t *testing.T, prepare func(root string)) machine {
	t.Helper()
	probe.Need(t, probe.Nspawn)
	root := filepath.Join(t.TempDir(), "root")
	if err := nspawn.Tree(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	for name, text := range units {
		if err := os.WriteFile(filepath.Join(root, nspawn.UnitDir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(program(t))
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Join(root, "opt"), 0o755), os.WriteFile(filepath.Join(root, "opt/list-ephemeral"), text, 0o755))
	}
	if err != nil {
		t.Fatal(err)
	}
	if prepare != nil {
		prepare(root)
	}
	m, err := nspawn.Start(t.Context(), nspawn.Options{Root: root, Binds: []nspawn.Bind{{From: nspawn.Vendor, To: nspawn.Vendor, ReadOnly: true}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Kill)
	return machine{m, t}
}

// in runs a shell script in the machine, and returns what it prints.
func (m machine) in(script string) string {
	m.t.Helper()
	out, err := m.Command(m.t.Context(), "bash", "-euc", script).CombinedOutput()
	if err != nil {
		m.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

// until waits until a condition of bash(1) holds in the machine.
func (m machine) until(condition string) {
	m.t.Helper()
	m.in("for ((i = 0; i < 300; i++)); do if " + condition + "; then exit 0; fi; sleep 0.1; done; echo '" +
		strings.ReplaceAll(condition, "'", "") + " does not hold'; systemctl --no-pager list-units --failed; exit 1")
}

// traceUnit traces a service until a condition holds, and returns what is printed.
func (m machine) traceUnit(name, condition string) (paths, messages string) {
	m.t.Helper()
	cmd := m.Command(m.t.Context(), "/opt/list-ephemeral", "trace", "--root", "/var", "--unit", name, "-l")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.until(condition)
	m.in("for p in /proc/[0-9]*; do if [ \"$(tr '\\0' ' ' <$p/cmdline)\" = '/opt/list-ephemeral trace --root /var --unit " + name + " -l ' ]; then kill -INT ${p#/proc/}; fi; done")
	if err := cmd.Wait(); err != nil {
		m.t.Errorf("%s: %v\n%s%s", name, err, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

// restored checks that nothing of the trace is left.
func (m machine) restored(name string) {
	m.t.Helper()
	if left := m.in("systemctl cat " + name + " | grep -c trace-service || true; ls /run/list-ephemeral/unit"); left != "0" {
		m.t.Errorf("%s: left: %s", name, left)
	}
}

func TestServicesAreTracedAndPutBack(t *testing.T) {
	m := boot(t, nil)
	tests := []struct {
		name, condition string
		paths           []string
	}{
		{"plain", "[ -e /var/log/plain.log ]", []string{"/var/lib/plain/pre", "/var/lib/plain/state", "/var/log/plain.log"}},
		{"forks", "[ -e /var/lib/forks/up ]", []string{"/var/lib/forks/up", "/var/lib/forks/end"}},
		{"user", "[ -e /var/lib/private/dynamic/state ]", []string{"/var/lib/private/dynamic/state"}},
		{"listens", "[ -e /var/lib/listens/own ]", []string{"/var/lib/listens/own"}},
		{"notifies", "[ -e /var/lib/notifies/state ] && [ \"$(systemctl is-active notifies)\" = active ]", []string{"/var/lib/notifies/state"}},
	}
	m.in("systemctl start listens.socket")
	for _, test := range tests {
		m.in("systemctl start " + test.name)
		m.until(test.condition)
		m.in("rm -rf /var/lib/" + test.name + "/* /var/lib/private/dynamic/* /var/log/plain.log")
		paths, messages := m.traceUnit(test.name, test.condition)
		for _, path := range test.paths {
			if !strings.Contains(paths, path+"\n") {
				t.Errorf("%s: %s is missing in\n%s\n%s", test.name, path, paths, messages)
			}
		}
		m.restored(test.name)
		m.until("systemctl is-active --quiet " + test.name)
		t.Logf("%s\n%s%s", test.name, messages, paths)
	}
	if got := m.in("cat /var/lib/plain/state /var/lib/plain/pre"); got != "one two\nplain.service" {
		t.Errorf("the environment and the specifiers are not kept: %q", got)
	}
}

func TestOneshotEndsByItself(t *testing.T) {
	m := boot(t, nil)
	out := m.in("/opt/list-ephemeral trace --root /var --unit once --list 2>/dev/null")
	if out != "/var/lib/once-1\n/var/lib/once-2" {
		t.Errorf("got %q", out)
	}
	m.restored("once")
	if state := m.in("systemctl is-active once || true"); state != "inactive" {
		t.Errorf("it is %s", state)
	}
}

func TestNextRunCleansWhatAKilledOneLeft(t *testing.T) {
	m := boot(t, nil)
	m.in("systemctl start plain; (setsid /opt/list-ephemeral trace --unit plain --list >/dev/null 2>&1 &)")
	m.until("systemctl cat plain | grep -q trace-service && systemctl is-active --quiet plain && [ -e /run/list-ephemeral/unit/plain.service.socket ] && grep -q trace-service /proc/$(systemctl show -P MainPID plain)/cmdline")
	m.in("for p in /proc/[0-9]*; do if tr '\\0' ' ' <$p/cmdline | grep -q '^/opt/list-ephemeral trace --unit plain'; then kill -KILL ${p#/proc/}; fi; done")
	m.until("! grep -qaz '^--unit$' /proc/[0-9]*/cmdline 2>/dev/null")
	out := m.in("/opt/list-ephemeral trace --root /var --unit once --list")
	if !strings.Contains(out, "plain.service was still started under the trace") {
		t.Errorf("got %s", out)
	}
	m.restored("plain")
	if main := m.in("tr '\\0' ' ' </proc/$(systemctl show -P MainPID plain)/cmdline"); strings.Contains(main, "list-ephemeral") {
		t.Errorf("the service still runs under the trace: %s", main)
	}
}

func TestServicesThatCannotBeTracedAreNamed(t *testing.T) {
	m := boot(t, nil)
	for name, want := range map[string]string{
		"none": "not a service that systemd has loaded (not-found)", "listens.socket": "not a service",
	} {
		out := m.in("/opt/list-ephemeral trace --unit " + name + " --list 2>&1 || echo status $?")
		if !strings.Contains(out, want) || !strings.HasSuffix(out, "status 125") {
			t.Errorf("%s: got %s", name, out)
		}
	}
}

// TestRedisKeepsItsSandboxUnderATrace traces the service of Debian, with its sandbox.
func TestRedisKeepsItsSandboxUnderATrace(t *testing.T) {
	probe.Tool(t, "redis-server")
	m := boot(t, func(root string) {
		for name, text := range map[string]string{"etc/passwd": "redis:x:981:981::/var/lib/redis:/usr/sbin/nologin\n", "etc/group": "redis:x:981:\n"} {
			file, err := os.OpenFile(filepath.Join(root, name), os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = file.WriteString(text)
				err = errors.Join(err, file.Close())
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		conf := "bind 127.0.0.1\ndir /var/lib/redis\nlogfile /var/log/redis/redis-server.log\nappendonly yes\n"
		if err := errors.Join(os.MkdirAll(filepath.Join(root, "etc/redis"), 0o755), os.WriteFile(filepath.Join(root, "etc/redis/redis.conf"), []byte(conf), 0o644)); err != nil {
			t.Fatal(err)
		}
	})
	m.in("install -d -o redis -g redis /var/lib/redis /var/log/redis; systemctl start redis-server")
	paths, messages := m.traceUnit("redis-server", "grep -q trace-service /proc/$(systemctl show -P MainPID redis-server)/cmdline && redis-cli set key value >/dev/null && redis-cli save >/dev/null")
	for _, path := range []string{"/var/lib/redis/dump.rdb", "/var/log/redis/redis-server.log"} {
		if !strings.Contains(paths, path+"\n") {
			t.Errorf("%s is missing in\n%s\n%s", path, paths, messages)
		}
	}
	m.restored("redis-server")
	m.until("redis-cli get key | grep -q value")
	t.Logf("%s\n%s", messages, paths)
}

// TestDBusIsTraced traces the message bus of the system, which gets its socket from systemd and has
// another name as its own (@).
func TestDBusIsTraced(t *testing.T) {
	probe.Tool(t, "dbus-daemon")
	m := boot(t, nil)
	m.in("id messagebus >/dev/null 2>&1 || echo 'messagebus:x:982:982::/:/usr/sbin/nologin' >>/etc/passwd; systemctl start dbus.socket dbus.service")
	paths, messages := m.traceUnit("dbus", "busctl --no-pager list >/dev/null 2>&1 && systemctl is-active --quiet dbus && grep -q trace-service /proc/$(systemctl show -P MainPID dbus)/cmdline")
	if !strings.Contains(messages, "traced ") {
		t.Errorf("got %s%s", messages, paths)
	}
	m.restored("dbus")
	m.until("busctl --no-pager list >/dev/null 2>&1")
	t.Logf("%s\n%s", messages, paths)
}

// TestNginxIsTraced traces a service of Debian that puts itself into the background and checks its
// configuration before (ExecStartPre).
func TestNginxIsTraced(t *testing.T) {
	probe.Tool(t, "nginx")
	m := boot(t, func(root string) {
		conf := "user daemon;\npid /run/nginx.pid;\nerror_log /var/log/nginx/error.log;\nevents {}\n" +
			"http { access_log /var/log/nginx/access.log; server { listen 127.0.0.1:8080; root /srv; } }\n"
		for name, text := range map[string]string{"etc/nginx/nginx.conf": conf, "srv/index.html": "it works\n"} {
			path := filepath.Join(root, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	})
	const page = "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q works <&3"
	m.in("id daemon >/dev/null 2>&1 || { echo 'daemon:x:1:1::/:/usr/sbin/nologin' >>/etc/passwd; echo 'daemon:x:1:' >>/etc/group; }; mkdir -p /var/log/nginx /var/lib/nginx; systemctl start nginx")
	m.until(page)
	m.in("truncate -s 0 /var/log/nginx/access.log")
	paths, messages := m.traceUnit("nginx", "tr '\\0' ' ' </proc/$(systemctl show -P MainPID nginx)/cmdline | grep -q trace-service && "+page+" && [ -s /var/log/nginx/access.log ]")
	if !strings.Contains(paths, "/var/log/nginx/access.log\n") {
		t.Errorf("got %s%s", messages, paths)
	}
	m.restored("nginx")
	m.until(page)
	t.Logf("%s\n%s", messages, paths)
}

// TestCronIsTraced traces a daemon whose jobs run as other users.
func TestCronIsTraced(t *testing.T) {
	probe.Tool(t, "cron")
	m := boot(t, func(root string) {
		path := filepath.Join(root, "etc/cron.d/job")
		text := "@reboot daemon echo job >/var/lib/job/out\n"
		pam := "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\nsession sufficient pam_permit.so\n"
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644), os.MkdirAll(filepath.Join(root, "etc/pam.d"), 0o755),
			os.WriteFile(filepath.Join(root, "etc/pam.d/cron"), []byte(pam), 0o644))
		if err != nil {
			t.Fatal(err)
		}
	})
	m.in("id daemon >/dev/null 2>&1 || { echo 'daemon:x:1:1::/:/usr/sbin/nologin' >>/etc/passwd; echo 'daemon:x:1:' >>/etc/group; }; mkdir -p /var/spool/cron/crontabs; install -d -o daemon /var/lib/job; systemctl start cron")
	m.until("[ -s /var/lib/job/out ]")
	m.in("rm -f /run/crond.reboot /var/lib/job/out") // the next start runs the job again
	paths, messages := m.traceUnit("cron", "[ -s /var/lib/job/out ]")
	if !strings.Contains(paths, "/var/lib/job/out\n") {
		t.Errorf("got %s%s", messages, paths)
	}
	m.restored("cron")
	m.until("systemctl is-active --quiet cron")
	t.Logf("%s\n%s", messages, paths)
}
