//go:build !(linux || darwin || freebsd)

package files

import "errors"

// Free tells how much room there is for files, in bytes. Not every system says
// so: errors.ErrUnsupported.
func (d *Dir) Free() (int64, error) { return 0, errors.ErrUnsupported }
