package probe

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// TestLogProbes logs the result of each probe.
func TestLogProbes(t *testing.T) {
	if err := CheckVariables(); err != nil {
		t.Error(err)
	}
	for _, p := range All() {
		err := p.Err()
		if err == nil {
			t.Logf("%s: yes", p)
			continue
		}
		t.Logf("no %s", err)
	}
}

// TestInside is a test that needs a feature. TestMissingIsSkippedOrFails runs it in a separate
// process.
func TestInside(t *testing.T) {
	name := os.Getenv("PROBE_TEST_INSIDE")
	for _, p := range All() {
		if p.name == name {
			Need(t, p)
			t.Log("needed " + name)
		}
	}
}

func TestMissingIsSkippedOrFails(t *testing.T) {
	for _, tt := range []struct {
		name, must, without string
		says                string
		fails               bool
	}{
		{"available", "namespaces", "", "needed namespaces", false},
		{"missing", "", "namespaces", "SKIP: TestInside", false},
		{"missing, with its reason", "fuse", "namespaces", "namespaces: needs a mount namespace of its own", false},
		{"missing but required", "fuse,namespaces", "namespaces", "but LIST_EPHEMERAL_MUST lists it", true},
		{"not the name of a probe", "nonsense", "", `LIST_EPHEMERAL_MUST: unknown probe "nonsense"`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(tt.without, "namespaces") {
				Need(t, Namespaces)
			}
			cmd := exec.Command(os.Args[0], "-test.run", "^TestInside$", "-test.v")
			cmd.Env = append(os.Environ(), "PROBE_TEST_INSIDE=namespaces", MustVariable+"="+tt.must, WithoutVariable+"="+tt.without)
			out, err := cmd.CombinedOutput()
			if !strings.Contains(string(out), tt.says) || (err != nil) != tt.fails {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestIA32AgreesWithTheCompiler compares the probe with running a 32-bit program compiled by gcc.
func TestIA32AgreesWithTheCompiler(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("gcc -m32 requires amd64")
	}
	program := t.TempDir() + "/program"
	gcc := exec.Command(Tool(t, "gcc"), "-m32", "-x", "c", "-o", program, "-")
	gcc.Stdin = strings.NewReader("int main(void) { return 0; }")
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("gcc -m32: %v\n%s", err, out)
	}
	if got, want := askIA32(), exec.Command(program).Run(); (got == nil) != (want == nil) {
		t.Errorf("the probe returns %v, but a program compiled by gcc returns %v", got, want)
	}
}

func TestCasesAreFewOrAll(t *testing.T) {
	t.Setenv(ThoroughVariable, "")
	few := Cases(3, 300)
	t.Setenv(ThoroughVariable, "1")
	if all := Cases(3, 300); few != 3 || all != 300 {
		t.Errorf("%d, %d", few, all)
	}
}
