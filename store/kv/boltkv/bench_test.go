package boltkv_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"anyuebot/store/kv"
)

// BenchmarkCommit compares the group committer with bbolt's own two ways, at c
// concurrent writers in a closed loop. A commit is one condition and one put of
// 300 bytes under a random key.
func BenchmarkCommit(b *testing.B) {
	value := make([]byte, 300)
	key := func(i int64) string {
		sum := sha256.Sum256(fmt.Append(nil, i))
		return "n/claim/" + hex.EncodeToString(sum[:16])
	}
	for _, c := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("committer/c=%d", c), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "bench.db"))
			defer s.Close()
			closedLoop(b, c, func(i int64) error {
				k := key(i)
				_, err := s.Commit(context.Background(), kv.Tx{
					Expect: []kv.Expect{{Key: k}},
					Put:    []kv.Pair{{Key: k, Value: value}},
				})
				return err
			})
		})
		for name, update := range map[string]func(*bbolt.DB, func(*bbolt.Tx) error) error{
			"Update": (*bbolt.DB).Update,
			"Batch":  (*bbolt.DB).Batch,
		} {
			b.Run(fmt.Sprintf("%s/c=%d", name, c), func(b *testing.B) {
				db, err := bbolt.Open(filepath.Join(b.TempDir(), "bench.db"), 0o600, nil)
				if err != nil {
					b.Fatal(err)
				}
				defer db.Close()
				if err := db.Update(func(tx *bbolt.Tx) error {
					_, err := tx.CreateBucket([]byte("data"))
					return err
				}); err != nil {
					b.Fatal(err)
				}
				closedLoop(b, c, func(i int64) error {
					k := []byte(key(i))
					return update(db, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("data")).Put(k, value) })
				})
			})
		}
	}
}

func closedLoop(b *testing.B, c int, do func(i int64) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for range c {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "commits/s")
}
