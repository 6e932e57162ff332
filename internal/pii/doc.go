// Package pii finds personal data in what customers write, in Chinese and
// English, and masks it: telephone numbers, e-mail addresses, identity-card
// numbers and bank-card numbers.
//
// It knows forms and check digits, not meaning. Names, addresses, passwords
// and passport numbers have no form of their own and are not found. Where a
// number could be either, the rules lean towards order and parcel numbers
// staying readable: a number that is part of a longer number or code is left
// alone.
//
// Everything is found as customers write it, in full-width characters too, with
// spaces or hyphens between the digits and invisible characters inside. The
// functions take any bytes, run in linear time, and are safe for concurrent
// use.
package pii
