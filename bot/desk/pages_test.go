package desk_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/desk"
	"github.com/frontdesk-go/frontdesk/handoff"
)

// Every wording a page asks for is there, in both languages, and none more.
func TestThePagesHaveTheirWords(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	_, body := r.do("GET", "v1/config", "Lin", nil)
	var config struct {
		Texts map[string]map[string]string
	}
	require.NoError(t, json.Unmarshal([]byte(body), &config))
	used := map[string]bool{}
	for _, name := range []string{"desk.js", "talk.js", "side.js", "inspect.js", "api.js"} {
		_, code := r.do("GET", name, "", nil)
		for _, m := range regexp.MustCompile(`\bt\("([a-z.]+)"|"(mood\.[a-z]+)"`).FindAllStringSubmatch(code, -1) {
			if key := m[1] + m[2]; !strings.HasSuffix(key, ".") { // what follows is put together
				used[key] = true
			}
		}
	}
	for _, r := range []handoff.Reason{handoff.Asked, handoff.Anger, handoff.Threat, handoff.Sensitive, handoff.NoAnswer, handoff.GaveUp, handoff.EffectsLeft, handoff.Failure, handoff.VIP, handoff.Business, handoff.Proactive} {
		used["reason."+string(r)] = true
	}
	for _, o := range []bot.Owner{bot.OwnerBot, bot.OwnerWaiting, bot.OwnerPerson} {
		used["state."+string(o)] = true
	}
	for _, key := range []string{"priority.1", "priority.2", "priority.3", "priority.4", "bot.line", "customer.line", "error.taken", "language.name"} {
		used[key] = true
	}
	require.Contains(t, used, "take", "the expression finds what the pages use")
	for _, lang := range []string{"zh", "en"} {
		for key := range used {
			assert.Contains(t, config.Texts[lang], key)
		}
		for key, text := range config.Texts[lang] {
			assert.NotEmpty(t, text, "%s %s", lang, key)
		}
	}
}

// A page speaks the language asked for, or the browser's.
func TestThePageSpeaksTheLanguage(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	for name, c := range map[string]struct{ path, accept, want string }{
		"asked for":        {"?lang=en", "zh-CN", `lang="en"`},
		"the browser's":    {"", "fr-FR, en-GB;q=0.8", `lang="en"`},
		"neither":          {"", "fr", `lang="zh"`},
		"no such":          {"?lang=%22%3E%3Cscript%3E", "", `lang="zh"`},
		"of the inspector": {"inspect?lang=en", "", `<title>Inspector</title>`},
	} {
		_, body := r.do("GET", c.path, "Lin", nil, "Accept-Language", c.accept)
		assert.Contains(t, body, c.want, name)
		assert.NotContains(t, body, "{", name)
		assert.NotContains(t, body, "<script>", name)
	}
	status, icon := r.do("GET", "desk.svg", "", nil)
	assert.Equal(t, 200, status)
	assert.Contains(t, icon, "<svg")
}

// What is proposed answers what the customer wrote, not the call for a person.
func TestWhatIsProposed(t *testing.T) {
	t.Parallel()
	r := start(t, nil)
	r.say("1", "运费多少钱？")
	r.say("2", "转人工")
	tickets, err := r.b.Tickets(t.Context(), "")
	require.NoError(t, err)
	_, body := r.do("GET", "v1/conversations/"+tickets[0].Conversation, "Lin", nil)
	var conv struct{ Suggested []bot.Suggested }
	require.NoError(t, json.Unmarshal([]byte(body), &conv))
	require.Len(t, conv.Suggested, 1)
	assert.Equal(t, bot.Suggested{Text: "满 99 元包邮。", Title: "运费多少钱？", Source: "fee", Score: conv.Suggested[0].Score}, conv.Suggested[0])
	// What an agent looks for is found as it is.
	_, body = r.do("POST", "v1/conversations/"+tickets[0].Conversation+"/suggest", "Lin", map[string]string{"text": "发票"})
	assert.Contains(t, body, `"source":"invoice"`)
	var traced struct{ Traces []desk.Trace }
	_, body = r.do("GET", "v1/traces", "Lin", nil)
	require.NoError(t, json.Unmarshal([]byte(body), &traced))
	assert.Contains(t, body, "near: fee", "the best entries stand in the trace")
	assert.Contains(t, body, "reason asked", "and why a person is asked for")
}
