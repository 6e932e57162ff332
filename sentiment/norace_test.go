//go:build !race

package sentiment_test

const raced = false
