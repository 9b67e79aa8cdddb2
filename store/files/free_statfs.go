//go:build linux || darwin || freebsd

package files

import "syscall"

// Free tells how much room there is for files, in bytes. Not every system says
// so: errors.ErrUnsupported.
func (d *Dir) Free() (int64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(d.path, &fs); err != nil {
		return 0, err
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil
}
