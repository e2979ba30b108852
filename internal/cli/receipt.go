package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

type receiptFlags struct {
	past.ReceiptOptions

	maxFile, maxTotal sizeLimit
	maxAge            time.Duration
	verbose           bool
}

const receiptLong = `Write into persistent storage which files the reboot is about to wipe and which paths it
keeps. After the boot, the commands verify and status --brief read this. It is meant for
a unit that runs at shutdown, see programs.list-ephemeral.receipt.enable of the NixOS
module. Only root can read receipts, and the last eight are kept. Nothing is printed
unless something failed.

With --graveyard, small files are copied too, except caches. Then the commands lost and
restore also work on roots that leave no old state, such as a tmpfs.`

const receiptExamples = `  sudo list-ephemeral receipt
  sudo list-ephemeral receipt --graveyard --max-total 512Mi
  sudo list-ephemeral receipt --verbose`

func newReceipt(a *app) *cobra.Command {
	f := receiptFlags{ReceiptOptions: past.ReceiptOptions{Budget: 2 * time.Second}}
	cmd := &cobra.Command{
		Use:     "receipt [flags]",
		Short:   "Write into storage what the reboot is about to wipe",
		Long:    receiptLong,
		Example: receiptExamples,
		Args:    takesNothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.receipt(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	durationVar(flags, &f.Budget, "budget", "limit listing, and then copying, to `DUR` each (2s)")
	flags.BoolVar(&f.Graveyard, "graveyard", false, "copy small files that the reboot wipes")
	flags.Var(&value[sizeLimit]{to: &f.maxFile, read: parsePlainSize}, "max-file", "with --graveyard: copy files of at most `SIZE` (1Mi)")
	flags.Var(&value[sizeLimit]{to: &f.maxTotal, read: parsePlainSize}, "max-total", "with --graveyard: keep at most `SIZE` in all (256Mi)")
	flags.Var(&value[time.Duration]{to: &f.maxAge, read: readAge}, "max-age", "with --graveyard: remove copies that are older than `DUR` (30d)")
	textVar(flags, &f.Storage, "storage", "", "a directory", "write into the storage path `DIR` (default: configured or mounted)")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print what was written")
	_ = cmd.MarkFlagDirname("storage")
	noFileCompletion(cmd, "budget", "max-file", "max-total", "max-age")
	return cmd
}

// parsePlainSize parses a size without a sign.
func parsePlainSize(text string) (sizeLimit, error) {
	size, err := parseSize(text)
	if err != nil || size.sign != 0 || size.bytes == 0 {
		return sizeLimit{}, expectedError("a size such as 512k or 1Mi")
	}
	return size, nil
}

// readAge parses a duration such as 30d.
func readAge(text string) (time.Duration, error) {
	age, ok := parseDuration(text)
	if !ok || age <= 0 {
		return 0, expectedError("a duration such as 12h, 30d or 3weeks")
	}
	return age, nil
}

// receipt writes the receipt.
func (a *app) receipt(ctx context.Context, f receiptFlags) error {
	a.brief = true // no hint about the configuration
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	f.Limits.FileBytes, f.Limits.TotalBytes, f.Limits.Age = f.maxFile.bytes, f.maxTotal.bytes, f.maxAge
	var r *past.Receipt
	err = session.Unstuck(ctx, func() (err error) {
		r, err = past.WriteReceipt(ctx, s, f.ReceiptOptions)
		return err
	})
	if err != nil {
		return whySignal(ctx, err)
	}
	h := r.Header
	if !h.Complete {
		say(a.err, "warning", fmt.Sprintf("the receipt is not complete: %s were listed in %s", report.Count(int(h.Listed), "path"), f.Budget))
	}
	if n := len(r.Stats.Errors); n > 0 {
		say(a.err, "warning", report.Count(n, "path")+" could not be read, and files below are not in the receipt")
	}
	if f.verbose {
		a.err.line(fmt.Sprintf("%s with %s lost and %s kept, in the receipt in %s", report.Count(int(h.Listed), "file"), printable.Size(h.Bytes), report.Count(int(h.Kept), "path"), r.Storage))
	}
	if b := r.Buried; b != nil {
		for _, p := range b.Problems {
			say(a.err, "warning", p.Error())
		}
		if b.OverLimit > 0 {
			say(a.err, "warning", "the graveyard has no room for "+report.Count(b.OverLimit, "more file")+" (at most 10,000 files, and --max-total)")
		}
		if !b.Complete {
			say(a.err, "warning", fmt.Sprintf("the graveyard is not complete: %s were copied in %s", report.Count(b.Files, "file"), f.Budget))
		}
		if f.verbose {
			a.err.line(fmt.Sprintf("%s with %s in the graveyard", report.Count(b.Files, "file"), printable.Size(b.Bytes)))
		}
	}
	return nil
}
