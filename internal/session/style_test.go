package session

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

func TestChooseStorage(t *testing.T) {
	const root = "1 0 0:1 / / rw - tmpfs none rw\n"
	cache := "2 1 8:1 / /cache rw - ext4 /dev/a rw\n"
	persist := "3 1 8:2 / /persist rw - ext4 /dev/b rw\n"
	inPersist := "4 1 8:2 /etc/x /etc/x rw - ext4 /dev/b rw\n"
	inCache := "5 1 8:1 /var/y /var/y rw - ext4 /dev/a rw\n"
	nested := "6 3 8:3 / /persist/cache rw - ext4 /dev/c rw\n"
	tests := []struct {
		name, table    string
		all            []string
		want, contains string
	}{
		{"one", root, []string{"/persist"}, "/persist", ""},
		{"the one that is mounted", root + persist, []string{"/cache", "/persist"}, "/persist", ""},
		{"the one in use", root + cache + persist + inPersist, []string{"/cache", "/persist"}, "/persist", ""},
		{"the one with more in use", root + cache + persist + inPersist + inCache + strings.Replace(inCache, "5 1", "7 1", 1) + strings.ReplaceAll(inCache, "y", "z"), []string{"/persist", "/cache"}, "/cache", ""},
		{"not in use: fewer components", root + persist + nested, []string{"/persist/cache", "/persist"}, "/persist", ""},
		{"not in use", root + cache + persist, []string{"/cache", "/persist"}, "/cache", "/cache or /persist: using /cache"},
		{"not mounted", root, []string{"/b", "/a", "/a/c"}, "/b", "/b or /a: using /b"},
		{"the same one twice", root, []string{"/b", "/b"}, "/b", ""},
		{"hostile", root, []string{"/b\x1b", "/a"}, "/b\x1b", `/b\e or /a: using /b\e`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mounts, err := mounts.ParseTable(tt.table)
			if err != nil {
				t.Fatal(err)
			}
			got, unclear := chooseStorage(tt.all, mounts)
			if got != tt.want || (unclear == "") != (tt.contains == "") || !strings.Contains(unclear, tt.contains) {
				t.Errorf("chose %q, %q, want %q, %q", got, unclear, tt.want, tt.contains)
			}
		})
	}
}
