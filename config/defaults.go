package config

// setDefaults sets the defaults that depend on other values.
func (c *Config) setDefaults() {
	// Storage that is set by one key applies to the other.
	switch named := c.Snippet.StoragePath; {
	case named.Text == "" && len(c.StoragePaths) == 1: // of several, the machine decides
		c.Snippet.StoragePath = c.StoragePaths[0]
	case named.Text != "" && len(c.StoragePaths) == 0:
		c.StoragePaths = List{named}
	}
}
