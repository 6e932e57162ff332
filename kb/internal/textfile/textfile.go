// Package textfile reads text files as programs save them: in UTF-8 or UTF-16, and,
// as Excel saves CSV files in China and in the West, in GBK, Big5 or Windows-1252.
package textfile

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// Decode is the text of a file as UTF-8, without byte order mark. ok is false when
// the bytes are text in none of the encodings; s is then what they say with
// U+FFFD in the place of what says nothing.
func Decode(raw []byte) (s string, ok bool) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}):
		return wide(raw[2:], binary.LittleEndian), true
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return wide(raw[2:], binary.BigEndian), true
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if utf8.Valid(raw) {
		return string(raw), true
	}
	if name := encoding(raw); name != "" {
		if e, _ := charset.Lookup(name); e != nil {
			if out, err := e.NewDecoder().Bytes(raw); err == nil {
				return string(out), true
			}
		}
	}
	return strings.ToValidUTF8(string(raw), "\ufffd"), false
}

func wide(raw []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// encoding names the encoding of bytes that are not UTF-8, "" when they are that
// but for some damage, or no text. Of two-byte codes, those in daily use tell one
// encoding from the other: GB 2312 has both bytes high, Big5 its common
// characters before 0xc7, and Western letters stand alone among ASCII.
func encoding(raw []byte) string {
	good, bad := 0, 0 // as UTF-8
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		case raw[i] < ' ' && !bytes.ContainsRune([]byte("\t\n\r\f\v"), r):
			return "" // not text at all
		}
		i += n
	}
	if good >= 4*bad {
		return ""
	}
	gb, other := pairs(raw, func(lead, trail byte) bool { return lead <= 0xf7 && trail >= 0xa1 })
	if gb > 0 && gb >= 8*other {
		return "gb18030"
	}
	big5, other := pairs(raw, func(lead, trail byte) bool {
		return lead <= 0xc6 && (trail >= 0xa1 || trail >= 0x40 && trail <= 0x7e)
	})
	if big5 > 0 && big5 >= 4*other {
		return "big5"
	}
	for _, unused := range []byte{0x81, 0x8d, 0x8f, 0x90, 0x9d} {
		if bytes.IndexByte(raw, unused) >= 0 {
			return ""
		}
	}
	return "windows-1252"
}

// pairs counts the two-byte codes that are common ones, and all else that is not
// ASCII.
func pairs(raw []byte, common func(lead, trail byte) bool) (yes, no int) {
	for i := 0; i < len(raw); i++ {
		if raw[i] < 0x80 {
			continue
		}
		if i+1 < len(raw) && raw[i] >= 0xa1 && common(raw[i], raw[i+1]) {
			yes++
			i++
			continue
		}
		no++
		if i+1 < len(raw) && raw[i+1] >= 0x40 { // the other half of a rare code
			i++
		}
	}
	return yes, no
}

// Comma is what stands between the columns of a CSV file: of comma, semicolon
// and tab the one its first row has most of.
func Comma(s string) rune {
	count := map[rune]int{}
	quoted := false
	for _, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '\n' && len(count) > 0:
			return most(count)
		case r == ',' || r == ';' || r == '\t':
			count[r]++
		}
	}
	return most(count)
}

func most(count map[rune]int) rune {
	out := ','
	for _, r := range []rune{';', '\t'} {
		if count[r] > count[out] {
			out = r
		}
	}
	return out
}
