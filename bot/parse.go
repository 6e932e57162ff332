package bot

import (
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// Heard is what a Parser reads an answer from.
type Heard struct {
	// Text are the customer's words; with Entity, its value.
	Text string
	// Entity is set when the answer is taken from a slot.
	Entity *nlu.Entity
	// Meaning is that of the turn's message, which Text need not be.
	Meaning     *nlu.Meaning
	Attachments []Attachment
	// Tap is the value of the tapped quick reply.
	Tap      string
	Now      time.Time
	Language string

	named bool        // an option may be named in a longer text
	past  bool        // Text is what an earlier message said besides
	own   bool        // Text is the turn's message, so Meaning is of it
	part  *nlu.Entity // what was found in Text when it is a part of a message
	why   *reason
	took  *string // the word by which an option was named
}

// reason is a text of the catalogue with its placeholders.
type reason struct {
	key  string
	args []any
}

// Because says why a message is no answer, for the customer: a key of the
// catalogue, or the text itself, and its placeholders. Return No with it.
func (h Heard) Because(text string, args ...any) {
	if h.why != nil {
		*h.why = reason{text, args}
	}
}

// Sure is how well an answer fits a question.
type Sure int

// The degrees of fit.
const (
	No    Sure = iota // not an answer
	Loose             // could be one: anything would
	Exact             // is one
)

// Parser reads an answer. It must be pure: the same Heard, the same result.
type Parser[T any] func(Heard) (T, Sure)

// FreeText takes whatever was written.
func FreeText(h Heard) (string, Sure) {
	if s := strings.TrimSpace(firstOf(h.Tap, h.Text)); s != "" {
		if h.Tap != "" || h.Entity != nil {
			return s, Exact
		}
		return s, Loose
	}
	return "", No
}

// Number reads a number, digits or a quantity that was understood.
func Number(h Heard) (float64, Sure) {
	if e := h.entity("quantity"); e != nil && e.Quantity != nil {
		return e.Quantity.Number, Exact
	}
	s := strings.TrimSpace(firstOf(h.Tap, h.Text))
	if n, err := strconv.ParseFloat(s, 64); err == nil && strings.Trim(s, "+-.0123456789") == "" { // no NaN, no 0x1p4
		return n, Exact
	}
	h.Because("flow.want.number")
	return 0, No
}

// EntityOf reads the value of an entity of a type, such as one of a gazetteer.
func EntityOf(kind string) Parser[string] {
	return func(h Heard) (string, Sure) {
		if h.Tap != "" {
			return h.Tap, Exact
		}
		if e := h.entity(kind); e != nil {
			return e.Value, Exact
		}
		return "", No
	}
}

// OrderID reads an order number: an entity "order", or a message that is
// nothing but one.
func OrderID(h Heard) (string, Sure) {
	if v, sure := EntityOf("order")(h); sure != No {
		return v, sure
	}
	id, sure := code(h.Text)
	if sure == No {
		h.Because("flow.want.order")
	}
	return id, sure
}

// Phone and Email read what their names say, in the form nlu gives it.
func Phone(h Heard) (string, Sure) {
	h.Because("flow.want.phone")
	return EntityOf("phone")(h)
}

// Email reads an e-mail address.
func Email(h Heard) (string, Sure) {
	h.Because("flow.want.email")
	return EntityOf("email")(h)
}

// Date reads a day, as 2006-01-02.
func Date(h Heard) (string, Sure) {
	if e := h.entity("date"); e != nil && e.When != nil {
		return e.When.From.Format("2006-01-02"), Exact
	}
	if d, err := time.Parse("2006-01-02", strings.TrimSpace(firstOf(h.Tap, h.Text))); err == nil {
		return d.Format("2006-01-02"), Exact
	}
	h.Because("flow.want.date")
	return "", No
}

// Files reads the attachments of the message as the answer, whatever it says
// besides.
func Files(h Heard) ([]Attachment, Sure) {
	if len(h.Attachments) > 0 && h.own {
		return h.Attachments, Exact
	}
	h.Because("flow.want.file")
	return nil, No
}

// File reads the one attachment of the message as the answer.
func File(h Heard) (Attachment, Sure) {
	return oneOf(h, Files)
}

// oneOf reads the only one of several attachments.
func oneOf(h Heard, of Parser[[]Attachment]) (Attachment, Sure) {
	all, sure := of(h)
	if sure == No {
		return Attachment{}, No
	}
	if len(all) > 1 {
		h.Because("flow.want.one")
		return Attachment{}, No
	}
	return all[0], Exact
}

// Photos reads the pictures of the message as the answer: attachments with a
// media type image/…, or a file name of a picture when it has none.
func Photos(h Heard) ([]Attachment, Sure) {
	var out []Attachment
	for _, a := range h.Attachments {
		if a.picture() {
			out = append(out, a)
		}
	}
	if len(out) == 0 || !h.own {
		h.Because("flow.want.photo")
		return nil, No
	}
	return out, Exact
}

// Photo reads the one picture of the message as the answer.
func Photo(h Heard) (Attachment, Sure) {
	return oneOf(h, Photos)
}

// picture reports whether an attachment is one, by its type or its name.
func (a *Attachment) picture() bool {
	if a.Type != "" {
		return strings.HasPrefix(strings.ToLower(a.Type), "image/")
	}
	switch strings.ToLower(path.Ext(firstOf(a.Name, a.URL))) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".bmp":
		return true
	}
	return false
}

// entity finds the entity that fills the whole answer: the slot's own, or the
// only one of its kind in the message when it is about all the message says.
func (h *Heard) entity(kind string) *nlu.Entity {
	if h.Entity != nil {
		if h.Entity.Type == kind {
			return h.Entity
		}
		return nil
	}
	if h.part != nil && h.part.Type == kind {
		return h.part
	}
	if !h.own || h.Meaning == nil {
		return nil
	}
	for i, e := range h.Meaning.Entities {
		if e.Type == kind && !e.Carried && !e.Negated && (len([]rune(strings.TrimSpace(h.Text))) <= len([]rune(e.Text))+2 || introduced(h.Text, &e)) {
			return &h.Meaning.Entities[i]
		}
	}
	return nil
}

// introduced reports whether a message only says what an entity is before it:
// 我的订单号是, "my order number is".
func introduced(s string, e *nlu.Entity) bool {
	if e.Start < 0 || e.End <= e.Start || e.End > len(s) || strings.TrimFunc(s[e.End:], isMark) != "" {
		return false
	}
	lead := strings.ToLower(s[:e.Start])
	for lead = strings.TrimFunc(lead, isMark); lead != ""; lead = strings.TrimFunc(lead, isMark) {
		rest := lead
		for _, w := range [...]string{"订单", "訂單", "单", "單", "號", "手机", "手機", "电话", "邮箱", "号码", "编号", "号", "是", "为", "我的", "的", "这个", "就是", "it's", "it is", "its", "is", "my", "the", "order", "phone", "email", "e-mail", "number", "no", "id"} {
			if cut, ok := strings.CutSuffix(lead, w); ok && len(cut) < len(rest) {
				rest = cut
			}
		}
		if rest == lead {
			return false
		}
		lead = rest
	}
	return true
}

func isMark(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) }

// code reads a text of letters and digits with at least one digit.
func code(s string) (string, Sure) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "#")
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r < 128 && unicode.IsLetter(r) || r == '-':
		default:
			return "", No
		}
	}
	if digits < 2 || len(s) < 3 || len(s) > 32 {
		return "", No
	}
	return strings.ToUpper(s), Exact
}

// inquires reports whether a message asks something, by its mark or its last word.
func inquires(message string) bool {
	said := strings.TrimFunc(message, isMark)
	return strings.ContainsAny(message, "?？") || strings.HasSuffix(said, "吗") || strings.HasSuffix(said, "嗎") || strings.HasSuffix(said, "么")
}

// pick reads one of several options: tapped, written out, counted, or the only
// one named in a longer text. asked is set where they are yes and no.
func pick(h Heard, options []string, words [][]string, asked *consent) (string, Sure) {
	if h.Tap != "" {
		for _, o := range options {
			if o == h.Tap {
				return o, Exact
			}
		}
		return "", No
	}
	text := strings.ToLower(strings.TrimFunc(h.Text, isMark))
	if text == "" {
		return "", No
	}
	for i, ws := range words {
		if h.Entity != nil && strings.EqualFold(options[i], h.Entity.Value) {
			return options[i], Exact
		}
		for _, w := range ws {
			if strings.EqualFold(w, text) {
				return options[i], Exact
			}
		}
	}
	if asked != nil {
		if !h.own || inquires(h.Text) {
			return "", No
		}
		if h.Meaning != nil && (h.Meaning.Intent == "yes" || h.Meaning.Intent == "no") {
			return h.Meaning.Intent, Exact
		}
		if said := asked.of(h.Text); said != "" {
			return said, Exact
		}
		return "", No
	}
	if n, err := strconv.Atoi(text); err == nil {
		if n >= 1 && n <= len(options) && !h.named {
			return options[n-1], Exact
		}
		return "", No
	}
	found, by := -1, ""
	for i, ws := range words {
		for _, w := range ws {
			if w = strings.ToLower(w); names(text, w) && !(h.past && utf8.RuneCountInString(w) == 1) {
				if found >= 0 && found != i {
					return "", No // more than one is named
				}
				if found < 0 || len(w) > len(by) {
					found, by = i, w
				}
			}
		}
	}
	if found < 0 {
		return "", No
	}
	if h.took != nil {
		*h.took = by
	}
	return options[found], Loose
}

// maxAlone is how long a message may be, in characters, in which one Chinese
// character names an option: 退 in "我是说要退".
const maxAlone = 12

// names reports whether a text names an option by a word and does not say no to
// it: "不想退货" does not name 退货, "能不能退货" does.
func names(text, w string) bool {
	if n := utf8.RuneCountInString(w); n == 0 || n == 1 && (len(w) == 1 || utf8.RuneCountInString(text) > maxAlone) {
		return false
	}
	for from := 0; ; {
		i := indexWord(text, w, from)
		if i < 0 {
			return false
		}
		if !refused(text[:i]) {
			return true
		}
		from = i + len(w)
	}
}

// refused reports whether what stands before a word says no to it.
func refused(before string) bool {
	before = strings.TrimRight(before, " ")
	if i := strings.LastIndexFunc(before, func(r rune) bool { return r != '\'' && r != '’' && unicode.IsPunct(r) }); i >= 0 {
		before = before[i:] // in the same clause
	}
	if words := strings.Fields(before); len(words) > 0 && before[len(before)-1] < utf8.RuneSelf {
		for _, w := range words[max(0, len(words)-3):] {
			if w == "not" || w == "no" || w == "don't" || w == "dont" || w == "never" || strings.HasSuffix(w, "n't") {
				return true
			}
		}
		return false
	}
	for _, no := range []string{"不想要", "不太想", "不要", "不想", "不是", "不用", "不选", "不能", "不会", "没要", "并非", "不", "没", "别", "甭"} {
		rest, ok := strings.CutSuffix(before, no)
		if !ok {
			continue
		}
		asks, _ := utf8.DecodeLastRuneInString(rest)
		return !strings.HasPrefix(no, "不"+string(asks)) // 能不能, 要不要 ask
	}
	return false
}

// contains finds w in s, at word borders when it begins or ends in a Latin letter.
func contains(s, w string) bool { return indexWord(s, w, 0) >= 0 }

// indexWord is where contains finds w in s, from a place on; -1 when it does not.
func indexWord(s, w string, from int) int {
	for {
		i := strings.Index(s[from:], w)
		if i < 0 {
			return -1
		}
		i += from
		if !latin(s, i-1, w[0]) && !latin(s, i+len(w), w[len(w)-1]) {
			return i
		}
		from = i + 1
	}
}

func latin(s string, at int, edge byte) bool {
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }
	return at >= 0 && at < len(s) && letter(s[at]) && letter(edge)
}
