package text

// IsHan reports whether r is a Chinese character (also one of the rare ones of
// the extension blocks, 々 and 〇).
func IsHan(r rune) bool {
	switch {
	case r < 0x2e80:
		return false
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3400 && r <= 0x4dbf:
		return true
	case r == 0x3005, r == 0x3007, r >= 0x3021 && r <= 0x3029, r >= 0x3038 && r <= 0x303b,
		r >= 0x2e80 && r <= 0x2e99, r >= 0x2e9b && r <= 0x2ef3, r >= 0x2f00 && r <= 0x2fd5,
		r >= 0xf900 && r <= 0xfa6d, r >= 0xfa70 && r <= 0xfad9,
		r >= 0x20000 && r <= 0x323af:
		return true
	}
	return false
}

// IsEmoji reports whether r is a symbol that people read as an emoji, such as
// 😀, ❤ or one half of a flag. Signs that are part of ordinary writing (©, ™,
// →, digits) are not, nor are the invisible parts of an emoji sequence.
func IsEmoji(r rune) bool {
	switch {
	case r < 0x203c:
		return false
	case r >= 0x1f000 && r <= 0x1faff:
		// Enclosed letters (🄰) are writing; the flags' letters and the blood
		// types, 🆗 and 🆕, are not.
		return r < 0x1f100 || r >= 0x1f170 && r <= 0x1f171 || r >= 0x1f17e && r <= 0x1f17f ||
			r == 0x1f18e || r >= 0x1f191 && r <= 0x1f19a || r >= 0x1f1e6 && r <= 0x1f265 || r >= 0x1f300
	case r >= 0x2600 && r <= 0x27bf: // not the circled digits ❶
		return r < 0x2776 || r > 0x2793
	case r == 0x203c, r == 0x2049, r == 0x231a, r == 0x231b, r == 0x2328, r == 0x23cf,
		r >= 0x23e9 && r <= 0x23fa, r == 0x2b1b, r == 0x2b1c, r == 0x2b50, r == 0x2b55, r == 0x3297, r == 0x3299:
		return true
	}
	return false
}

func isKana(r rune) bool {
	return r >= 0x3041 && r <= 0x30ff && r != '・' || r >= 0xff66 && r <= 0xff9f
}

func isRegional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
