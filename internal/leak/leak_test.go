package leak

import (
	"os"
	"strings"
	"testing"
)

func TestLeaksAreFound(t *testing.T) {
	before := take()
	f, err := os.Open("leak.go")
	if err != nil {
		t.Fatal(err)
	}
	stay := make(chan struct{})
	done := make(chan struct{})
	go func() {
		<-stay
		close(done)
	}()
	left := strings.Join(take().beyond(before), "\n")
	for _, want := range []string{"1 × descriptor of ", "leak.go", "1 × goroutine created by ", "TestLeaksAreFound"} {
		if !strings.Contains(left, want) {
			t.Errorf("no %q in\n%s", want, left)
		}
	}
	f.Close()
	close(stay)
	<-done
	Check(t)
}

func TestClosedDescriptorsAreNotReported(t *testing.T) {
	Check(t)
	f, err := os.Open("leak.go")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}
