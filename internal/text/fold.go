package text

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

const zwj = '\u200d' // joins emoji to one picture

// A kind is what the normaliser does with a character. Those from kindMark on
// are not written.
type kind uint8

const (
	kindPlain     kind = iota // ASCII
	kindHan                   // looked up in the traditional table
	kindOther                 // folded by rule
	kindSpace                 // white space
	kindMark                  // belongs to the letter before it
	kindEmojiPart             // belongs to the emoji before it
	kindNothing               // invisible or control
)

func kindOf(r rune) kind {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case r > ' ' && r < 0x7f:
			return kindPlain
		case r == ' ' || '\t' <= r && r <= '\r':
			return kindSpace
		}
		return kindNothing
	case r >= 0x2e80 && IsHan(r):
		return kindHan
	case r < 0xa0: // C1 controls; NEL is a line end
		if r == 0x85 {
			return kindSpace
		}
		return kindNothing
	case r >= 0x300 && r <= 0x36f:
		return kindMark
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x2028, r == 0x2029, r == 0x202f, r == 0x205f, r == 0x3000:
		return kindSpace
	case r == zwj, r >= 0xfe00 && r <= 0xfe0f, r >= 0x20d0 && r <= 0x20ff,
		r >= 0x1f3fb && r <= 0x1f3ff, r >= 0xe0020 && r <= 0xe007f:
		return kindEmojiPart
	case invisible(r):
		return kindNothing
	}
	return kindOther
}

// invisible reports the characters that show nothing: Unicode's
// Default_Ignorable_Code_Point and the interlinear and noncharacter specials.
func invisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xfeff, r == 0xffa0,
		r >= 0x180b && r <= 0x180f, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f,
		r >= 0xfff0 && r <= 0xfffb, r == 0xfffe, r == 0xffff, r >= 0x1bca0 && r <= 0x1bca3, r >= 0x1d173 && r <= 0x1d17a,
		r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}

// widthFold maps typographic variants of a character to the plain one.
func widthFold(r rune) rune {
	switch {
	case r < 0x2010:
		return r
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xfee0
	case r >= 0x2010 && r <= 0x2015, r == 0x2212, r == 0xfe63:
		return '-'
	case r == '‘', r == '’', r == '‛', r == '′':
		return '\''
	case r == '“', r == '”', r == '‟', r == '″':
		return '"'
	case r == '｡':
		return '。'
	case r == '､':
		return '、'
	case r == '｢':
		return '「'
	case r == '｣':
		return '」'
	case r == '〜':
		return '~'
	case r == '￥':
		return '¥'
	case r == '￡':
		return '£'
	case r == '￠':
		return '¢'
	case r >= 0x1d400 && r <= 0x1d6a3: // mathematical letters, 52 to an alphabet
		if k := (r - 0x1d400) % 52; k < 26 {
			return 'A' + k
		} else {
			return 'a' + k - 26
		}
	case r >= 0x1d7ce && r <= 0x1d7ff: // mathematical digits, 10 to a style
		return '0' + (r-0x1d7ce)%10
	}
	return r
}

// Letters of Latin-1 and Latin Extended-A without their accents, by position;
// a dot where there is no plain letter.
const (
	latin1 = "AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y"
	latinA = "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIi" +
		"Ii..JjKk.LlLlLlLlLlNnNnNn...OoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUu" +
		"UuUuWwYyYZzZzZzs"
	pinyin = "AaIiOoUuUuUuUuUu"
)

// baseLetter takes the accent off a lower-case Latin letter.
func baseLetter(r rune) rune {
	var b byte
	switch {
	case r >= 0xc0 && r <= 0xff:
		b = latin1[r-0xc0]
	case r >= 0x100 && r <= 0x17f:
		b = latinA[r-0x100]
	case r >= 0x1cd && r <= 0x1dc:
		b = pinyin[r-0x1cd]
	default:
		return r
	}
	if b == '.' {
		return r
	}
	return unicode.ToLower(rune(b))
}

// expand returns what stands for one character that means several, "" for all
// others.
func expand(r rune, keepCase bool) string {
	switch {
	case r >= '①' && r <= '⑳':
		return strconv.Itoa(int(r-'①') + 1)
	case r >= 0xfb00 && r <= 0xfb04:
		return [...]string{"ff", "fi", "fl", "ffi", "ffl"}[r-0xfb00]
	case keepCase:
		return ""
	case r == 'ß':
		return "ss"
	case r == 'æ':
		return "ae"
	case r == 'œ':
		return "oe"
	}
	return ""
}
