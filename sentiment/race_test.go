//go:build race

package sentiment_test

// raced reports that the race detector runs: it drops what a sync.Pool holds,
// at random, to find more races.
const raced = true
