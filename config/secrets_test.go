package config

import (
	"strings"
	"testing"
)

// secretPaths are files that contain a secret or an identity; "~" is the home.
const secretPaths = `
/etc/machine-id
/var/lib/dbus/machine-id
/etc/hostid
/etc/ssh/ssh_host_ed25519_key
/etc/ssh/ssh_host_ed25519_key.pub
/etc/ssh/ssh_host_rsa_key
/etc/ssh/ssh_host_rsa_key.pub
/etc/ssh/ssh_host_ecdsa_key
/etc/ssh/authorized_keys.d/alice
/etc/shadow
/etc/shadow-
/etc/gshadow
/etc/krb5.keytab
/etc/nix/secret-key
/etc/secureboot/keys/db/db.key
/etc/wireguard/private.key
/etc/wireguard/wg0.conf
/etc/openvpn/client.conf
/etc/ipsec.secrets
/etc/mullvad-vpn/device.json
/etc/NetworkManager/system-connections/home.nmconnection
/etc/rancher/k3s/k3s.yaml
/etc/restic/password
/etc/iscsi/initiatorname.iscsi
/etc/nvme/hostid
/etc/nvme/hostnqn
/etc/credstore/token
/etc/credstore.encrypted/token
/etc/pki/tls/private/host.key
/etc/letsencrypt/live/example/privkey.pem
/var/lib/NetworkManager/secret_key
/var/lib/NetworkManager/seen-bssids
/var/lib/acme/example/key.pem
/var/lib/bluetooth/AA:BB/CC:DD/info
/var/lib/boltd/devices/x
/var/lib/dhcpcd/duid
/var/lib/dhcpcd/secret
/var/lib/fprint/alice/x
/var/lib/iwd/home.psk
/var/lib/sbctl/keys/db/db.key
/var/lib/sbctl/GUID
/var/lib/sops-nix/key.txt
/var/lib/private/age/key.txt
/var/lib/systemd/credential.secret
/var/lib/systemd/random-seed
/var/lib/tailscale/tailscaled.state
/var/lib/tpm2-pkcs11/tpm2_pkcs11.sqlite3
/var/lib/libvirt/secrets/x.xml
/var/lib/libvirt/swtpm/x/tpm2-00.permall
/var/lib/vaultwarden/rsa_key.pem
/var/lib/zerotier-one/identity.secret
/var/lib/AccountsService/users/alice
/var/lib/nixos/uid-map
/var/lib/syncthing/key.pem
/root/.ssh/id_ed25519
/root/.gnupg/private-keys-v1.d/x.key
~/.ssh/id_ed25519
~/.ssh/known_hosts
~/.gnupg/private-keys-v1.d/x.key
~/.pki/nssdb/key4.db
~/.cert/nm-openvpn/key.pem
~/.aws/credentials
~/.azure/msal_token_cache.json
~/.config/gcloud/credentials.db
~/.docker/config.json
~/.kube/config
~/.netrc
~/.git-credentials
~/.config/git/credentials
~/.config/gh/hosts.yml
~/.config/glab-cli/config.yml
~/.cargo/credentials
~/.cargo/credentials.toml
~/.npmrc
~/.pypirc
~/.gem/credentials
~/.m2/settings.xml
~/.gradle/gradle.properties
~/.terraform.d/credentials.tfrc.json
~/.vault-token
~/.pgpass
~/.my.cnf
~/.password-store/mail.gpg
~/.local/share/password-store/mail.gpg
~/.local/share/keyrings/login.keyring
~/.local/share/kwalletd/kdewallet.kwl
~/.config/kwalletrc
~/.config/keepassxc/keepassxc.ini
~/.config/rclone/rclone.conf
~/.config/sops/age/keys.txt
~/.config/age/key.txt
~/.age/key.txt
~/.config/Yubico/u2f_keys
~/.config/goa-1.0/accounts.conf
~/.config/syncthing/key.pem
~/.config/kdeconnect/privateKey.pem
~/.config/cachix/cachix.dhall
~/.config/pulse/cookie
~/.pulse-cookie
~/.Xauthority
~/.ICEauthority
~/.config/github-copilot/apps.json
~/.claude.json
~/.codex/auth.json
~/.local/share/opencode/auth.json
~/.local/share/atuin/key
~/.local/share/fish/fish_history
~/.bash_history
~/.weechat/sec.conf
~/.purple/accounts.xml
~/.thunderbird/a.default/logins.json
~/.mozilla/firefox/a.default/key4.db
~/.mozilla/firefox/a.default/logins.json
~/.mozilla/firefox/a.default/cookies.sqlite
~/.mozilla/firefox/a.default/storage/default/x/ls/data.sqlite
~/.config/BambuStudio/BambuStudio.conf
~/.local/share/Steam/config/loginusers.vdf
~/.steam/registry.vdf
~/.var/app/org.x.Y/config/token
`

// chromiumSecrets are in each profile of Chromium and of programs based on it.
const chromiumSecrets = `
Cookies
Cookies-journal
Network/Cookies
Login Data
Login Data For Account
Web Data
Local State
Preferences
Local Storage/leveldb/000003.log
Session Storage/000003.log
SharedStorage
IndexedDB/https_x_0.indexeddb.leveldb/000003.log
Trust Tokens
Trust Tokens-journal
machineid
`

// TestBuiltinExcludesMatchNoSecretOrIdentity checks that files with secrets or identities are never
// excluded by default.
func TestBuiltinExcludesMatchNoSecretOrIdentity(t *testing.T) {
	paths := strings.Fields(secretPaths)
	for _, dir := range []string{
		"chromium/Default", "google-chrome/Default", "BraveSoftware/Brave-Browser/Default", "vivaldi/Default",
		"Code", "SideQuest", "1Password", "1Password/Partitions/1password", "Signal", "discord", "Slack", "Element", "obsidian",
	} {
		for name := range strings.SplitSeq(strings.TrimSpace(chromiumSecrets), "\n") {
			paths = append(paths, "~/.config/"+dir+"/"+name)
		}
	}
	for _, home := range []string{"/home/alice", "/root", "/", "/h/*"} {
		set := compile(t, builtinExcludes(home))
		for _, path := range paths {
			if rest, inHome := strings.CutPrefix(path, "~"); inHome {
				path = strings.TrimSuffix(home, "/") + rest
			}
			if excludes(set, path) {
				t.Errorf("home %q: %q is excluded", home, path)
			}
		}
	}
}
