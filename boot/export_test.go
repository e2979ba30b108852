package boot

// ReadDevice reads a device of any tree in the form of sysfs.
func ReadDevice(dir string) (Device, error) { return readDevice(dir, mostBelow) }
