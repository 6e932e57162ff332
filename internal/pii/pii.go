package pii

import (
	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Kind is what a span of personal data is.
type Kind string

const (
	// Phone is a telephone number: a Chinese mobile or landline number, a North
	// American number, or an international one with its plus sign.
	Phone Kind = "phone"
	// Email is an e-mail address.
	Email Kind = "email"
	// IDCard is a Chinese identity-card number of 18 characters (GB 11643) whose
	// date and check character are right.
	IDCard Kind = "id_card"
	// BankCard is a payment-card number (ISO/IEC 7812) of an issuer's range and
	// length whose check digit is right.
	BankCard Kind = "bank_card"
)

// A Span is a piece of personal data in a text.
type Span struct {
	// Start and End are the byte range in the text given to Find.
	Start, End int
	// Kind is what stands there.
	Kind Kind

	lead, tail int // how many digits of a number Mask leaves at its ends
	local      int // length of an address's part before the at sign
}

// Find returns the personal data in s, from left to right, without overlap.
func Find(s string) []Span {
	m := plain(s)
	spans := find(m.Text)
	for i := range spans {
		spans[i].Start, spans[i].End = m.Original(spans[i].Start, spans[i].End)
	}
	return spans
}

// Mask returns s with its personal data made unreadable, so that it may be
// logged or shown to someone who need not know it: 138****8000,
// z***@example.com, 110***********002X, ************1111. What is left tells
// the customer and a colleague which number was meant. The rest of s is
// unchanged.
func Mask(s string) string {
	m := plain(s)
	spans := find(m.Text)
	if len(spans) == 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	at := 0 // what of s has been written
	hide := func(start, end int, with string) {
		start, end = m.Original(start, end)
		if end > at { // one character may stand for two digits: ⑳
			b = append(append(b, s[at:max(at, start)]...), with...)
			at = end
		}
	}
	for _, span := range spans {
		found := m.Text[span.Start:span.End]
		if span.Kind == Email {
			// Of a local part of one character nothing is left.
			hide(span.Start+min(1, span.local-1), span.Start+span.local, "***")
			continue
		}
		digits := digitsOf(found, span.Kind == IDCard)
		for n, d := range digits {
			if n >= span.lead && n < len(digits)-span.tail {
				hide(span.Start+d.start, span.Start+d.end, "*")
			}
		}
	}
	return string(append(b, s[at:]...))
}

func plain(s string) text.Mapped {
	return text.Plain(s, &text.Options{KeepCase: true, KeepRepeats: true, KeepEmoji: true})
}

// find returns what is personal in a text in plain form.
func find(s string) []Span {
	emails, numbers := findEmails(s), findNumbers(s)
	if len(emails) == 0 {
		return numbers
	}
	spans := make([]Span, 0, len(emails)+len(numbers))
	for _, e := range emails {
		for len(numbers) > 0 && numbers[0].Start < e.End {
			if numbers[0].End <= e.Start {
				spans = append(spans, numbers[0])
			}
			numbers = numbers[1:]
		}
		spans = append(spans, e)
	}
	return append(spans, numbers...)
}
