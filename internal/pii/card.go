package pii

import "time"

// idCard reads an identity-card number (GB 11643): region, date of birth,
// sequence and a check character after ISO 7064 MOD 11-2, which may be an X
// behind the digits.
func (c candidate) idCard() (Span, bool) {
	s, digits, end := c.text, c.digits, c.end()
	if len(digits) == 17 && end < len(s) && (s[end] == 'x' || s[end] == 'X') {
		digits = append(digits[:17:17], digit{10, end, end + 1})
		end++
	}
	if len(digits) != 18 || len(c.lengths) > 5 || !c.plainSeps() || tiedToMore(s, end) {
		return Span{}, false
	}
	for _, n := range c.lengths {
		if n < 3 {
			return Span{}, false
		}
	}
	if region := digits[0].value; region < 1 || region > 8 || !isDate(c.prefix(14)%1e8) {
		return Span{}, false
	}
	sum := 0
	for i := range 17 { // weights are the powers of two modulo 11
		sum += int(digits[i].value) * (1 << (17 - i) % 11)
	}
	if check := (12 - sum%11) % 11; check != int(digits[17].value) {
		return Span{}, false
	}
	span := c.span(IDCard, 3, 4)
	span.End = end
	return span, true
}

// tiedToMore reports whether the number that ends at s[end] goes on.
func tiedToMore(s string, end int) bool {
	return end < len(s) && (isASCIIDigit(s[end]) || isASCIILetter(s[end]) || s[end] == '*')
}

// isDate reports whether yyyymmdd is a day on which a person may be born.
func isDate(yyyymmdd int) bool {
	year, month, day := yyyymmdd/10000, yyyymmdd/100%100, yyyymmdd%100
	if year < 1800 || year > 2100 {
		return false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t.Day() == day && int(t.Month()) == month
}

// bankCard reads a card number: an issuer's range of ISO/IEC 7812 with a
// length that is in use there, in one row or in the groups printed on cards,
// and a check digit after Luhn.
func (c candidate) bankCard() (Span, bool) {
	n := len(c.digits)
	if n < 13 || !c.plainSeps() || !c.cardGroups() || !issued(c.prefix(4), n) || tiedRight(c.text, c.end()) {
		return Span{}, false
	}
	sum := 0
	for i, d := range c.digits {
		v := int(d.value)
		if (n-i)%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	if sum%10 != 0 {
		return Span{}, false
	}
	return c.span(BankCard, 0, 4), true
}

// cardGroups reports fours with a last group of up to four, 4-6-5 (American
// Express), 4-6-4 (Diners) or 6 and the rest.
func (c candidate) cardGroups() bool {
	last := len(c.lengths) - 1
	if last == 0 || c.grouped(4, 6, 5) || c.grouped(4, 6, 4) || last == 1 && c.lengths[0] == 6 {
		return true
	}
	for _, n := range c.lengths[:last] {
		if n != 4 {
			return false
		}
	}
	return c.lengths[last] <= 4
}

// issued reports whether card numbers of n digits begin with the four digits
// prefix. Where an older range would take in bar codes or times, only lengths
// still in use count.
func issued(prefix, n int) bool {
	two := prefix / 100
	switch {
	case n == 13:
		return prefix/1000 == 4
	case n == 14:
		return two == 30 || two == 36 || two == 38 || two == 39
	case n == 15:
		return two == 34 || two == 37
	case prefix/1000 >= 4 && prefix/1000 <= 6, two == 35, two == 36, two == 81, two == 82, prefix == 9558:
		return true
	}
	return n == 16 && prefix >= 2200 && prefix <= 2720
}
