// Package unittrace runs a systemd service under a trace, and puts everything back.
//
//	unittrace.go  Run: drop-in, restart, wait, and back
//	plan.go       Plan: what the service is, and the text of the drop-in
//	systemctl.go  systemctl(1), and the facts that it prints
//	stale.go      drop-ins that a killed run has left
//	receive.go    the socket on which the service sends its reports
//	serve.go      Serve: the process of the service that traces
//
// The drop-in is in /run, so a reboot removes it too. It replaces ExecStart= and ExecStartPre= by
// this program with the original command line as written, so quotes, variables and specifiers keep
// their meaning. User, environment, directories and most of the sandbox stay as they are; Plan.Notes
// says what does not. The traced process sends its report over a socket, because a sandbox may leave
// it no directory to write to. The other side of the socket checks that the sender is in the control
// group of the service.
package unittrace
