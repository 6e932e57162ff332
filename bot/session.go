package bot

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

// sessionVersion is that of the session's JSON; an older one is read as long
// as its fields are.
const sessionVersion = 1

// session is what a conversation remembers between turns. append and decode
// know every field; the tags say how it is named.
type session struct {
	V        int             `json:"v"`
	N        int64           `json:"n,omitempty"` // commits so far; versions are more, see Store.Journal
	Thread   Thread          `json:"thread"`
	Customer string          `json:"customer,omitempty"`
	Language string          `json:"language,omitempty"`
	Owner    string          `json:"owner,omitempty"`  // "" the bot, ownerWaiting, or an agent
	Ticket   string          `json:"ticket,omitempty"` // while a person owns the conversation
	Context  nlu.Context     `json:"context,omitzero"`
	Trend    sentiment.Trend `json:"trend,omitzero"`
	Moods    []float64       `json:"moods,omitempty"` // the level after each customer message, last 50
	Failures int             `json:"failures,omitempty"`
	After    string          `json:"after,omitempty"`    // the entry that answered last
	Pressing bool            `json:"pressing,omitempty"` // the mood strategy asked for priority
	Offered  bool            `json:"offered,omitempty"`  // a person was offered with the last reply
	Choices  []Choice        `json:"choices,omitempty"`  // of the last reply
	Last     json.RawMessage `json:"last,omitempty"`     // the last turn's replies, for "repeat"
	Flows    json.RawMessage `json:"flows,omitempty"`
	Vars     vars            `json:"-"`
	Votes    []vote          `json:"votes,omitempty"` // the last maxVotes, the latest at the end
	At       time.Time       `json:"at,omitzero"`     // of the last turn
	dead     *dead           // what turns that died have left; nil without any
}

// ownerWaiting owns a conversation whose ticket nobody has taken yet.
const ownerWaiting = "*"

const (
	maxMoods = 50
	maxVotes = 50
)

// vote is what the customer said of a reply: whether it helped.
type vote struct {
	Reply   string `json:"r"`
	Helpful bool   `json:"h,omitempty"`
}

// sessionRoom is what a session usually grows by in a turn, in bytes.
const sessionRoom = 96

// read reads a record's session. What a turn that died had journalled
// becomes part of it: whatever commits next, the effects are not forgotten.
func (s *session) read(rec Record) error {
	s.V = sessionVersion
	if len(rec.Session) > 0 {
		if err := s.decode(rec.Session); err != nil {
			return fmt.Errorf("bot: session of conversation %s does not decode: %w", rec.Key.Conversation, err)
		}
	}
	if s.N == 0 && len(rec.Session) > 0 {
		s.N = rec.Version // written before commits were counted
	}
	if s.V > sessionVersion {
		return fmt.Errorf("bot: session of conversation %s has version %d, this program knows %d: run a newer one",
			rec.Key.Conversation, s.V, sessionVersion)
	}
	if len(rec.Journal) == 0 {
		return nil
	}
	st, err := decodeFlows(s.Flows)
	if err != nil {
		return err
	}
	if s.dead, err = st.restore(rec.Journal); err != nil {
		return fmt.Errorf("bot: journal of conversation %s does not decode: %w", rec.Key.Conversation, err)
	}
	s.Flows, err = st.encode()
	return err
}

// logDied tracks what a turn that died has done.
func (t *Turn) logDied() {
	if d := t.session.dead; d != nil {
		for _, e := range d.events {
			e.Customer = t.session.Customer
			t.Track(e)
		}
	}
}

// ConversationID is the id a store gives the conversation of a new thread. It
// is the same every time and tells nothing of the peer.
func (th Thread) ConversationID() string {
	h := sha256.New()
	for _, s := range []string{th.Tenant, th.Channel, th.Account, th.Peer} {
		fmt.Fprintf(h, "%d:%s,", len(s), s)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:10]))
}

// Identity is the thread as something a customer is known by.
func (th Thread) Identity() profile.Identity {
	return profile.Identity{Kind: "thread", Value: th.Channel + "/" + th.Account + "/" + th.Peer}
}
