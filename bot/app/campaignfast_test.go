//go:build !race

package app_test

// slowed is set where the race detector watches, and everything takes many times as long.
const slowed = false
