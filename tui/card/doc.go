// Package card describes the path under the cursor: whose it is, who keeps it, what is in it. Making a
// card reads the disk; drawing it does not.
//
//	card.go   Card, Source
package card
