// Package recording draws the screen of a terminal emulator: a still picture as SVG, a film as an
// animated SVG, and a film in the format of asciinema. The pictures in the README are made with it.
//
//	frame.go   Frame, what is on a screen at one moment
//	film.go    Film, the frames of a session with times
//	cast.go    films as asciinema files (asciicast v2)
//	svg.go     frames as SVG
//	animate.go films as animated SVG
//
// All results depend on the frames only: times are chosen by the caller, not measured. So a recording
// of the same session is the same file.
//
// The package is only for tests and recordings. It is not part of the program.
package recording
