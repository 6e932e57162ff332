package entity

import (
	"strings"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/internal/pii"
)

// leastDocument is how many digits the shortest number of a card has; a message
// with fewer holds none.
const leastDocument = 13

// documents finds numbers of identity and payment cards, by their check digits.
func (c *scan) documents() {
	digits := 0
	for i := range len(c.s) {
		if isDigit(c.s[i]) {
			digits++
		}
	}
	if digits < leastDocument {
		return
	}
	for _, s := range pii.Find(c.s) {
		kind := TypeIDCard
		switch s.Kind {
		case pii.IDCard:
		case pii.BankCard:
			kind = TypeBankCard
		default:
			continue
		}
		value := strings.Map(func(r rune) rune {
			switch {
			case r == 'x':
				return 'X'
			case r < utf8.RuneSelf && isAlnum(byte(r)):
				return r
			}
			return -1
		}, c.s[s.Start:s.End])
		c.add(s.Start, s.End, rankDocument, Entity{Type: kind, Value: value})
	}
}

// provinces are the characters that Chinese number plates begin with.
const provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

// plate reads a Chinese number plate (GA 36): province, letter, a point or
// space, and five characters, six for electric cars. 沪A·12345, 粤BD12345.
func (c *scan) plate(i int, r rune) {
	at := i + utf8.RuneLen(r)
	letter := c.at(at)
	if !isLetter(letter) || !strings.ContainsRune(provinces, r) || r == '京' && strings.ContainsRune("北南东", c.before(i)) {
		return
	}
	value := []byte{capital(letter)}
	j := at + 1
	if j < len(c.s) {
		j += separator(c.s, j)
	}
	digits := 0
	for ; j < len(c.s) && isAlnum(c.s[j]); j++ {
		b := capital(c.s[j])
		if b == 'I' || b == 'O' || len(value) > 6 {
			return // letters that plates do not use, or too long for one
		}
		if isDigit(b) {
			digits++
		}
		value = append(value, b)
	}
	if r, size := c.rune(j); size > 1 && len(value) == 5 && strings.ContainsRune("学警港澳挂", r) { // of schools, police, trailers
		value = append(value, string(r)...)
		j += size
		digits++
	}
	if len(value) < 6 || digits < 2 {
		return
	}
	c.add(i, j, rankDocument, Entity{Type: TypePlate, Value: string(r) + string(value)})
}

func capital(b byte) byte {
	if b >= 'a' && b <= 'z' {
		return b - 'a' + 'A'
	}
	return b
}
