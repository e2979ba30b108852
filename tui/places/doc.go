// Package places orders the rows of the list by what matters, and divides them into sections. A place
// is a path that is worth keeping as a whole. The package is pure: it gets what is known of places as
// arguments and draws nothing.
//
//	places.go    Place, Facts
//	coming.go    Coming: what the next boot changes
//	order.go     Order, Sort
//	sections.go  Section, Sections
package places
