package search_test

import (
	"context"
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

func Example() {
	var store index.Store
	for _, path := range []string{
		"/home/me/.mozilla/firefox/places.sqlite", "/home/me/.mozilla/firefox/cache/x.sqlite", "/var/lib/systemd/coredump/core.firefox.zst",
	} {
		store.AddPath([]byte(path), scan.KindFile)
	}
	listing, err := store.List(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	query := search.Query{Text: "~/firefox .sqlite$ !cache", Home: "/home/me"}
	found, err := search.Find(context.Background(), listing, query)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, node := range found.Rows {
		fmt.Printf("%s\n", listing.AppendNode(nil, node))
	}
	// Output: /home/me/.mozilla/firefox/places.sqlite
}

func ExampleResults_Places() {
	var store index.Store
	for _, path := range []string{"/home/me/.mozilla/firefox/places.sqlite", "/var/lib/systemd/coredump/core.firefox.zst"} {
		store.AddPath([]byte(path), scan.KindFile)
	}
	listing, err := store.List(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	query := search.Query{Text: "firefox"}
	found, err := search.Find(context.Background(), listing, query)
	if err != nil {
		fmt.Println(err)
		return
	}
	splits := func(dir string) bool { return dir != "/home/me/.mozilla/firefox" && dir != "/var/lib/systemd" }
	places, err := found.Places(context.Background(), listing, query, search.PlaceOptions{Splits: splits})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range places {
		fmt.Printf("%s  <-  %s\n", listing.AppendNode(nil, p.Node), listing.AppendNode(nil, p.Inside))
	}
	// Output:
	// /home/me/.mozilla/firefox  <-  /home/me/.mozilla/firefox
	// /var/lib/systemd  <-  /var/lib/systemd/coredump/core.firefox.zst
}
