package owner

import "strings"

// keyFile is a file of groups with keys and values: desktop files, the metadata of Flatpak,
// connections of NetworkManager.
type keyFile map[string]map[string]string

// parseKeyFile reads the groups that are asked for. Of a repeated key the first one counts, and
// localised keys ("Name[de]") are left out. Lines that are neither a group, a comment nor an
// assignment are skipped. Escapes are not undone.
func parseKeyFile(text string, groups ...string) keyFile {
	file := keyFile{}
	var at map[string]string
	left := len(groups)
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.Trim(line, " \t\r")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			if left == 0 {
				break
			}
			at = nil
			name := strings.TrimSuffix(line[1:], "]")
			for _, group := range groups {
				if group == name && file[name] == nil {
					at = map[string]string{}
					file[name] = at
					left--
				}
			}
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimRight(key, " \t")
		if !ok || at == nil || key == "" || strings.IndexByte(key, '[') >= 0 {
			continue
		}
		if _, twice := at[key]; !twice {
			at[key] = strings.TrimLeft(value, " \t")
		}
	}
	return file
}

// unescapeValue undoes the escapes of a string in a key file: \s \n \t \r \\.
func unescapeValue(value string) string {
	if strings.IndexByte(value, '\\') < 0 {
		return value
	}
	return strings.NewReplacer(`\s`, " ", `\n`, "\n", `\t`, "\t", `\r`, "\r", `\\`, `\`).Replace(value)
}
