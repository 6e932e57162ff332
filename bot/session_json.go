package bot

import (
	"encoding/json"
	"reflect"
	"strconv"
	"time"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// append writes the session as JSON behind b.
func (s *session) append(b []byte) ([]byte, error) {
	var err error
	text := func(name, v string) {
		if v != "" {
			b = append(b, name...)
			b = appendQuoted(b, v)
		}
	}
	raw := func(name string, v json.RawMessage) {
		if len(v) > 0 {
			b = append(b, name...)
			b = append(b, v...)
		}
	}
	whole := func(name string, v any) {
		if err == nil {
			var enc []byte
			enc, err = json.Marshal(v)
			raw(name, enc)
		}
	}
	flag := func(name string, v bool) {
		if v {
			b = append(b, name...)
			b = append(b, "true"...)
		}
	}
	b = append(b, `{"v":`...)
	b = strconv.AppendInt(b, int64(s.V), 10)
	if s.N != 0 {
		b = strconv.AppendInt(append(b, `,"n":`...), s.N, 10)
	}
	b = append(b, `,"thread":{"channel":`...)
	b = appendQuoted(b, s.Thread.Channel)
	text(`,"tenant":`, s.Thread.Tenant)
	text(`,"account":`, s.Thread.Account)
	b = append(b, `,"peer":`...)
	b = appendQuoted(b, s.Thread.Peer)
	b = append(b, '}')
	text(`,"customer":`, s.Customer)
	text(`,"language":`, s.Language)
	text(`,"owner":`, s.Owner)
	text(`,"ticket":`, s.Ticket)
	if c := &s.Context; c.Intent != "" || c.Focus != "" || c.Age != 0 || c.Entities != nil || c.Shown != nil || c.Earlier != nil {
		whole(`,"context":`, s.Context)
	}
	if !reflect.ValueOf(&s.Trend).Elem().IsZero() {
		whole(`,"trend":`, s.Trend)
	}
	if len(s.Moods) > 0 {
		whole(`,"moods":`, s.Moods)
	}
	if s.Failures != 0 {
		b = append(b, `,"failures":`...)
		b = strconv.AppendInt(b, int64(s.Failures), 10)
	}
	text(`,"after":`, s.After)
	flag(`,"pressing":`, s.Pressing)
	flag(`,"offered":`, s.Offered)
	if len(s.Choices) > 0 {
		whole(`,"choices":`, s.Choices)
	}
	raw(`,"last":`, s.Last)
	raw(`,"flows":`, s.Flows)
	if len(s.Vars) > 0 {
		b = s.Vars.append(append(b, `,"vars":`...))
	}
	if len(s.Votes) > 0 {
		whole(`,"votes":`, s.Votes)
	}
	if !s.At.IsZero() {
		b = append(b, `,"at":"`...)
		b = s.At.AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	return append(b, '}'), err
}

// decode reads what append wrote. Raw fields point into raw.
func (s *session) decode(raw []byte) error {
	return fields(raw, func(name, value []byte) (err error) {
		switch string(name) {
		case "v":
			s.V, err = strconv.Atoi(string(value))
		case "n":
			s.N, err = strconv.ParseInt(string(value), 10, 64)
		case "thread":
			err = s.Thread.decode(value)
		case "customer":
			s.Customer, err = unquote(value)
		case "language":
			s.Language, err = unquote(value)
		case "owner":
			s.Owner, err = unquote(value)
		case "ticket":
			s.Ticket, err = unquote(value)
		case "context":
			s.Context = nlu.Context{}
			err = json.Unmarshal(value, &s.Context)
		case "trend":
			err = json.Unmarshal(value, &s.Trend)
		case "moods":
			err = json.Unmarshal(value, &s.Moods)
		case "failures":
			s.Failures, err = strconv.Atoi(string(value))
		case "after":
			s.After, err = unquote(value)
		case "pressing":
			s.Pressing, err = strconv.ParseBool(string(value))
		case "offered":
			s.Offered, err = strconv.ParseBool(string(value))
		case "choices":
			err = json.Unmarshal(value, &s.Choices)
		case "last":
			s.Last = value
		case "flows":
			s.Flows = value
		case "vars":
			err = fields(value, func(name, value []byte) error {
				s.Vars.set(string(name), value)
				return nil
			})
		case "votes":
			err = json.Unmarshal(value, &s.Votes)
		case "at":
			err = s.At.UnmarshalJSON(value)
		}
		return err
	})
}

func (th *Thread) decode(raw []byte) error {
	return fields(raw, func(name, value []byte) (err error) {
		switch string(name) {
		case "tenant":
			th.Tenant, err = unquote(value)
		case "channel":
			th.Channel, err = unquote(value)
		case "account":
			th.Account, err = unquote(value)
		case "peer":
			th.Peer, err = unquote(value)
		}
		return err
	})
}

// encodeReplies writes replies as JSON; most are a text and nothing else.
func encodeReplies(rs []Reply) ([]byte, error) {
	size := 2
	for i := range rs {
		if !rs[i].plain() {
			return json.Marshal(rs)
		}
		size += 40 + len(rs[i].ID) + len(rs[i].Text) + len(rs[i].Language)
	}
	b := append(make([]byte, 0, size), '[')
	for i := range rs {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(append(b, `{"id":`...), rs[i].ID)
		if rs[i].Text != "" {
			b = appendQuoted(append(b, `,"text":`...), rs[i].Text)
		}
		if rs[i].Language != "" {
			b = appendQuoted(append(b, `,"language":`...), rs[i].Language)
		}
		b = append(b, '}')
	}
	return append(b, ']'), nil
}

// plain reports whether a reply has no more than an id, a text and a language.
func (r *Reply) plain() bool {
	return r.Choices == nil && r.Cards == nil && r.Attachments == nil && r.Citations == nil && r.Survey == nil && !r.Written && r.From == ""
}

// last are the last turn's replies.
func (s *session) last() []Reply {
	var rs []Reply
	if len(s.Last) == 0 || json.Unmarshal(s.Last, &rs) != nil {
		return nil
	}
	return rs
}
