package profile

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/pii"
)

// NewID is the id of the customer behind an identity nobody has claimed yet:
// always the same for that identity, and nothing of it can be read from it.
func NewID(tenant string, id Identity) string {
	h := sha256.New()
	for _, s := range []string{tenant, id.Kind, id.Value} {
		fmt.Fprintf(h, "%d:%s,", len(s), s)
	}
	return "c" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:10]))
}

// May reports whether personal data may be used for a purpose: for Service
// always, for any other only while the customer's consent stands.
func (c Customer) May(p Purpose) bool { return p == Service || c.Consents[p].Given }

// NeedsAsking reports whether the customer has not been asked for a purpose yet.
func (c Customer) NeedsAsking(p Purpose) bool {
	_, asked := c.Consents[p]
	return p != Service && !asked
}

// Tone is how the customer likes to be spoken to: the trait "tone" where it
// was told or set; formal for the age band "60+" and the tier "black"; lively
// for age bands under 25; neutral otherwise.
func (c Customer) Tone(time.Time) Tone {
	switch t := Tone(c.Traits["tone"].Value); t {
	case ToneNeutral, ToneLively, ToneFormal:
		return t
	}
	if c.Traits["age_band"].Value == "60+" || c.Traits["tier"].Value == "black" {
		return ToneFormal
	}
	switch c.Traits["age_band"].Value {
	case "under18", "18-24":
		return ToneLively
	}
	return ToneNeutral
}

// Masked is a copy for display: personal data in identities and traits is
// hidden as in 138****8000.
func (c Customer) Masked() Customer {
	ids := make([]Identity, len(c.Identities))
	for i, id := range c.Identities {
		id.Value = mask(id.Kind, id.Value)
		ids[i] = id
	}
	traits := make(map[string]Trait, len(c.Traits))
	for k, t := range c.Traits {
		t.Value = mask(k, t.Value)
		traits[k] = t
	}
	c.Identities, c.Traits = ids, traits
	return c
}

// mask hides what its kind or its form shows to be personal.
func mask(kind, value string) string {
	switch kind {
	case "name", "address", "thread", "unionid", "openid":
		r := []rune(value)
		if len(r) == 0 {
			return value
		}
		return string(r[:1]) + strings.Repeat("*", max(1, min(len(r)-1, 4)))
	}
	return pii.Mask(value)
}
