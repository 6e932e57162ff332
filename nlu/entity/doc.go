// Package entity finds the things a message names: order numbers, phones,
// e-mail and web addresses, money, quantities, dates, sizes, the names of the
// host's own things, and what the host's patterns describe, in Chinese and
// English.
//
//	x, err := entity.New(&entity.Options{Names: names})
//	for _, e := range x.Extract("上周五买的红色裙子，三百以内", "zh", now) {
//		fmt.Println(e.Type, e.Value, e.Text)
//	}
//
// Names that customers misspell, by a letter or by a character that sounds the
// same, are found with Options.Slips, at some megabytes a second among 100,000
// names; names as written at ten times that.
//
// Byte offsets are always into the customer's own text, whatever width, case
// or script it was written in. An [Extractor] is immutable and safe for
// concurrent use.
package entity
