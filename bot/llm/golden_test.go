package llm_test

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"strings"
	"testing"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/bot/llm"
	"github.com/frontdesk-go/frontdesk/kb"
)

var _ = flag.Bool("update", false, "rewrite the golden conversations and the model's record")

// shelf is a knowledge base of four entries, found by a word of the question.
type shelf struct{}

var entries = []struct{ word, lang, id, question, answer string }{
	{"到账", "zh", "refund", "退款多久到账？", "仓库收到退货后 3 天内原路退回，信用卡要 7 天。"},
	{"洗", "zh", "care", "羊毛衫怎么洗？", "30 度以下手洗，平铺晾干，不要烘干。"},
	{"refund", "en", "refund", "When will I get my refund?", "Within 3 days of the parcel reaching us; cards take 7 days."},
	{"wash", "en", "care", "How do I wash a wool jumper?", "By hand below 30 °C, dried flat, never tumble dried."},
}

func (shelf) Answer(_ context.Context, q kb.Query) (kb.Answer, error) {
	for _, e := range entries {
		if strings.Contains(q.Text, e.word) {
			return kb.Answer{Verdict: kb.Answered, Confidence: 1, Hits: []kb.Hit{{ID: e.id, Language: e.lang, Question: e.question, Answer: e.answer, Score: 1}}}, nil
		}
	}
	return kb.Answer{Verdict: kb.Unknown}, nil
}

// standIn writes what a model might, when no service is at hand: one sentence
// to each question, a wrong number to one, and no answer to another.
func standIn(w http.ResponseWriter, r *http.Request) {
	var req struct{ Messages []struct{ Content string } }
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || len(req.Messages) == 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	says(map[string][]string{
		"退货以后多久到账？":                {"我们收到退货后 3 天内", "会原路退给您；用信用卡付的要 7 天。"},
		"那用微信付的多久到账？":              {"收到退货后 30 天内退回。"},
		"羊毛衫能机洗吗？":                 {"NO_ANSWER"},
		"when do I get my refund?": {"We refund you within 3 days ", "of getting the parcel back; a card takes 7 days."},
		"can I wash it hot?":       {"NO_ANSWER"},
	}[req.Messages[len(req.Messages)-1].Content]...)(w, r)
}

// over is a rig whose answers a model writes.
func over(t *testing.T, model *bottest.Model) func(*testing.T, map[string]string) *bottest.Rig {
	w := writer(t, model.URL, func(o *llm.Options) { o.Clock = bottest.NewClock(bottest.Start()) })
	return func(t *testing.T, settings map[string]string) *bottest.Rig {
		return bottest.New(t, bot.Options{Knowledge: shelf{}, Write: w, Language: settings["language"]}, nil)
	}
}

// Golden conversations over a model on record: what it writes is shown when
// every fact of it stands in the passage, and the entry as it is otherwise.
func TestConversationsWithAModel(t *testing.T) {
	t.Parallel()
	model := bottest.NewModel(t, "testdata/model.json", &bottest.ModelOptions{StandIn: http.HandlerFunc(standIn)})
	bottest.Golden(t, "testdata", over(t, model))
}

// Whatever fails in the middle of a turn, the customer reads the same; the
// model may be asked again.
func TestConversationsWithAModelUnderFaults(t *testing.T) {
	t.Parallel()
	model := bottest.NewModel(t, "testdata/model.json", &bottest.ModelOptions{Again: true})
	bottest.Faults(t, "testdata", over(t, model), nil)
}
