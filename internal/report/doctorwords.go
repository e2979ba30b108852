package report

import (
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// checkTitles says for each check what is so if it is ok, and what is not if it is not.
var checkTitles = map[check.ID][2]string{
	check.RootWiped:          {"the root is wiped at every boot", "the root does not look wiped"},
	check.RollbackDone:       {"no rollback is left half done", "a rollback is left half done"},
	check.StorageKept:        {"storage is kept", "storage is not kept"},
	check.StorageOrder:       {"storage is mounted before what needs it", "storage is mounted too late"},
	check.StorageParents:     {"directories in storage have the owner and mode of the live ones", "directories in storage have another owner or mode than the live ones"},
	check.PrivateMode:        {"/var/lib/private is closed to other users", "/var/lib/private is open to other users"},
	check.NixosIDs:           {"the numbers of users and groups are kept", "the numbers of users and groups are lost"},
	check.MachineID:          {"the machine ID is kept", "the machine ID is lost"},
	check.RandomSeed:         {"the random seed is kept", "the random seed is lost"},
	check.SSHHostKeys:        {"the host keys of sshd are kept", "host keys of sshd are lost"},
	check.PasswordFiles:      {"the password files can be read at boot", "password files cannot be read at boot"},
	check.HiddenData:         {"no mount hides data", "mounts hide data"},
	check.DeclaredNotMounted: {"what is declared is mounted", "declared and in storage, but not mounted"},
	check.DeclaredNotStored:  {"what is declared is in storage", "declared, but not in storage"},
	check.DanglingLinks:      {"no link into storage dangles", "links into storage lead nowhere"},
	check.SavedByRename:      {"no file that programs replace is a mount", "files that programs replace are mounts"},
	check.StoreLinks:         {"storage has no links into the Nix store", "storage has links into the Nix store"},
	check.MemoryFill:         {"trees in memory have space", "trees in memory are nearly full"},
	check.OldRoots:           {"old roots are deleted", "old roots take space"},
	check.Decisions:          {"decisions about paths are kept", "decisions about paths are lost"},
}

// CheckTitle says what a check found, in a clause. For a check that was not made, it says what the
// check is about.
func CheckTitle(id check.ID, severity check.Severity) string {
	titles := checkTitles[id]
	if severity > check.OK {
		return titles[1]
	}
	return titles[0]
}

// accessText is an owner and a mode.
func accessText(a check.Access) string { return fmt.Sprintf("%d:%d %04o", a.UID, a.GID, a.Mode) }

// declaredBy says where something is declared.
func declaredBy(source string) string {
	if source == "" {
		return ""
	}
	return ", declared by " + source
}

// FindingText says what a finding is, as one line without a period. Names are not escaped.
func FindingText(f *check.Finding) string {
	switch f.Kind {
	case check.TreeWiped:
		return "/ is wiped: " + EvidenceText(f.Evidence)
	case check.TreeKept:
		return "/ is kept: " + EvidenceText(f.Evidence)
	case check.TreeUnknown:
		return "nothing shows that a boot wipes /"
	case check.HalfDone:
		return fmt.Sprintf("%s is %s, which a rollback moved away; the next boot mounts another subvolume", f.Path, f.Other)
	case check.OldRootMounted:
		return fmt.Sprintf("%s, a subvolume of an earlier boot, is mounted at %s", f.Other, f.Path)
	case check.StorageMissing:
		return "there is no directory at " + f.Path
	case check.StorageWiped:
		if f.Path == f.Other {
			return "a boot wipes the storage path " + f.Path
		}
		return fmt.Sprintf("the storage path %s is on %s, which a boot wipes", f.Path, f.Other)
	case check.MountedTooEarly:
		return fmt.Sprintf("%s shows a directory on the root, not %s: it was mounted before storage", f.Path, f.Other)
	case check.MountedLate:
		return fmt.Sprintf("%s is needed before %s is mounted%s", f.Path, f.Other, declaredBy(f.Source))
	case check.AccessDiffers:
		return fmt.Sprintf("%s is %s, and %s is %s", f.Path, accessText(f.Live), f.Other, accessText(f.Stored))
	case check.PrivateOpen:
		return fmt.Sprintf("%s is %s, not 0:0 0700; systemd does not start services with DynamicUser=", f.Path, accessText(f.Live))
	case check.Lost:
		return fmt.Sprintf("%s is on %s, which a boot wipes", f.Path, f.Other)
	case check.Missing:
		return fmt.Sprintf("%s, the password of %s, does not exist", f.Path, f.Name)
	default:
		return findingTextOfData(f)
	}
}

// findingTextOfData is FindingText for files and what takes space.
func findingTextOfData(f *check.Finding) string {
	count := func(n int) string {
		if f.More {
			return fmt.Sprintf("at least %s", Count(n, "file"))
		}
		return Count(n, "file")
	}
	switch f.Kind {
	case check.Hidden:
		fate := map[boot.Fate]string{boot.Wiped: "which a boot wipes", boot.Kept: "where they stay and take space"}[f.Fate]
		text := fmt.Sprintf("the mount at %s hides %s, %s, on %s", f.Path, count(f.Files), printable.Size(f.Bytes), f.Other)
		if fate != "" {
			text += ", " + fate
		}
		return text
	case check.HiddenByStorage:
		return fmt.Sprintf("the mount of storage at %s hides %s, %s, on %s", f.Path, count(f.Files), printable.Size(f.Bytes), f.Other)
	case check.NotMounted:
		if f.Other == "" {
			return f.Path + " is not mounted" + declaredBy(f.Source)
		}
		return fmt.Sprintf("%s is not mounted from %s%s", f.Path, f.Other, declaredBy(f.Source))
	case check.NotStored:
		return fmt.Sprintf("%s exists, and %s does not%s", f.Path, f.Other, declaredBy(f.Source))
	case check.Dangling:
		return fmt.Sprintf("%s leads to %s, which does not exist", f.Path, f.Other)
	case check.RenamedFile:
		return f.Path + " is a mount of a single file; programs save it by renaming another file onto it, which fails"
	case check.StoreLink:
		return fmt.Sprintf("%s leads to %s", f.Path, f.Other)
	case check.StoreDangling:
		return fmt.Sprintf("%s leads to %s, which is gone", f.Path, f.Other)
	case check.MemoryUsed:
		if f.Inodes {
			return fmt.Sprintf("%s: %d of %d inodes are used", f.Path, f.Used, f.Size)
		}
		return fmt.Sprintf("%s: %s of %s are used", f.Path, printable.Size(f.Used), printable.Size(f.Size))
	case check.MemoryDirectory:
		return fmt.Sprintf("%s has %s, %s", f.Path, printable.Size(f.Bytes), count(f.Files))
	case check.OldRootsFound:
		atLeast := map[bool]string{true: "at least "}
		return fmt.Sprintf("%s%s in %s on %s (%s); their files take %s%s, with what they share", atLeast[f.More], Count(f.Files, "subvolume"), f.Other, f.Path, strings.Join(f.Names, " to "), atLeast[f.MoreBytes], printable.Size(f.Bytes))
	default:
		return "unknown"
	}
}

// FindingRemedy says what to do about a finding, as one line; "" for a fact that is as it should
// be.
func FindingRemedy(f *check.Finding) string {
	switch f.Kind {
	case check.TreeKept, check.TreeUnknown:
		return "if a boot wipes /, name it with --root or the key roots; otherwise see what the rollback logs: journalctl -b"
	case check.HalfDone:
		return "save what you need from /, and reboot"
	case check.OldRootMounted:
		return "umount " + printable.ShellWord(f.Path)
	case check.StorageMissing:
		return "mount storage, or name it as storagePaths in the configuration"
	case check.StorageWiped:
		return "mount storage from a file system that no boot wipes"
	case check.MountedTooEarly:
		return "set neededForBoot for storage, or RequiresMountsFor for the mount, and reboot; copy what was written there by hand"
	case check.MountedLate:
		return "set neededForBoot = true for the file system at " + f.Other
	case check.AccessDiffers:
		return "give the directory in storage the owner and mode that the live one should have"
	case check.PrivateOpen:
		return fmt.Sprintf("chown root:root %s; chmod 0700 %[1]s", printable.ShellWord(f.Path))
	case check.Lost:
		return "persist it: list-ephemeral snippet " + printable.ShellWord(f.Path) + "; then adopt copies it into storage"
	case check.Missing:
		return "create it with mkpasswd, or the user cannot log in after the next activation"
	case check.Hidden:
		return hiddenRemedy(f)
	case check.HiddenByStorage:
		return "something wrote there before storage was mounted; mount --bind " + printable.ShellWord(f.Other) + " DIR shows it below DIR"
	case check.NotMounted:
		return "switch to the configuration or reboot; systemctl --failed shows mounts that failed"
	case check.NotStored:
		return "sudo list-ephemeral adopt " + printable.ShellWord(f.Path)
	case check.Dangling:
		return "create the target, or remove the declaration"
	case check.RenamedFile:
		return "persist the directory that it is in"
	case check.StoreLink:
		return "persist the files beside it instead of the whole directory"
	case check.StoreDangling:
		return "remove the link: rm " + printable.ShellWord(f.Path)
	case check.MemoryUsed:
		return "persist or remove what takes the space, or mount it with a larger size="
	case check.OldRootsFound:
		return "let the rollback delete old ones: btrfs subvolume delete; btrfs filesystem du -s shows what they take"
	case check.TreeWiped, check.MemoryDirectory, check.KindUnknown:
	}
	return ""
}

// hiddenRemedy depends on what the mount is.
func hiddenRemedy(f *check.Finding) string {
	if f.Fate == boot.Kept {
		return "see what it is: mount --bind " + printable.ShellWord(f.Other) + " DIR; then remove it there"
	}
	return "sudo list-ephemeral adopt --from-beneath " + printable.ShellWord(f.Path)
}
