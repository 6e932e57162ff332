// Package text is what the packages of this module share about written
// language: one normalisation for Chinese and English, with a way back to the
// customer's own bytes, and the small tools that stand on it.
//
// Normalize folds the differences that carry no meaning when a customer types:
// full-width and half-width forms, upper and lower case, traditional and
// simplified characters, stretched words ("sooooo", "好好好好"), invisible
// characters. What comes out is what indexes, classifiers and rules see; what
// they find there is mapped back by Mapped.Original, so that every offset the
// module hands out is into the customer's own text.
//
// The text functions take any bytes: invalid UTF-8, control characters and
// megabytes of emoji are normalised like anything else, in linear time. All
// functions are pure and safe for concurrent use.
//
// The table from traditional to simplified characters is derived from OpenCC
// (https://github.com/BYVoid/OpenCC, Apache License 2.0) by package gen. It is
// decoded at the first use; a program that calls only Plain does not link it.
package text

//go:generate go run ./gen -out simplified.txt
