package sentiment_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

func Example() {
	s, err := sentiment.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var trend sentiment.Trend // the host keeps it with the conversation
	for _, text := range []string{
		"第一件有M码吗?",
		"我上周买的鞋子开胶了,太差劲了",
		"再这样我就投诉到12315",
		"it's been two weeks, this is ridiculous",
		"thank you, that helps",
	} {
		m, err := s.Feel(context.Background(), sentiment.Input{Text: text, Trend: trend})
		if err != nil {
			fmt.Println(err)
			return
		}
		trend = m.Trend
		fmt.Printf("%s: %s %v\n", text, m.Emotion, m.Plan.Actions)
	}
	// Output:
	// 第一件有M码吗?: neutral []
	// 我上周买的鞋子开胶了,太差劲了: angry [apologise prioritise compensate person]
	// 再这样我就投诉到12315: angry [escalate]
	// it's been two weeks, this is ridiculous: angry [apologise prioritise escalate]
	// thank you, that helps: grateful [thank]
}

func ExampleScorer_Score() {
	s, err := sentiment.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"没什么不满意的", "The zip broke, but your support was great!"} {
		score := s.Score(text)
		fmt.Printf("%s %.2f\n", score.Emotion, score.Polarity)
		for _, span := range score.Spans {
			fmt.Printf("  %s: %s %+.1f\n", text[span.Start:span.End], span.Why, span.Value)
		}
	}
	// Output:
	// satisfied 0.43
	//   没什么不满: word +2.2
	// satisfied 0.77
	//   broke: trouble -0.5
	//   great: word +3.3
}

// A shop adds its own words.
func ExampleReadWords() {
	words, err := sentiment.ReadWords(strings.NewReader(`
# our customers' own
angry -3: 又是你们家
satisfied 2.5: 种了大草, chef's kiss
plain: 差评君   # a brand
`), "words.txt")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := sentiment.New(&sentiment.Options{Lexicon: words})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Score("又是你们家").Emotion, s.Score("this coat, chef's kiss").Emotion)
	// Output: angry satisfied
}

func ExampleReadTable() {
	table, err := sentiment.ReadTable(strings.NewReader(`
rows:
- name: angry members first
  when: {emotions: [angry], tiers: [vip]}
  do: [apologise, escalate]
`), "mood.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := sentiment.New(&sentiment.Options{Strategy: table})
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := s.Feel(context.Background(), sentiment.Input{Text: "你们太过分了", Tier: "vip"})
	fmt.Println(m.Plan.Rule, m.Plan.Actions, err)
	// Output: angry members first [apologise escalate] <nil>
}

// A host's labelled messages: the report tells whether they help.
func ExampleScorer_Calibrate() {
	s, err := sentiment.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var messages []sentiment.Labelled
	for range 10 { // a real host has 50 to 200 different ones
		messages = append(messages,
			sentiment.Labelled{Text: "那我等短信,谢谢", Class: sentiment.ClassNeutral},
			sentiment.Labelled{Text: "太差劲了", Class: sentiment.ClassNegative},
			sentiment.Labelled{Text: "非常满意,强烈推荐", Class: sentiment.ClassPositive})
	}
	calibration, report, err := s.Calibrate(messages)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("gain %.0f points\n", report.Gain())
	tuned, err := sentiment.New(&sentiment.Options{Calibration: &calibration})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Score("那我等短信,谢谢").Emotion, tuned.Score("那我等短信,谢谢").Emotion)
	// Output:
	// gain 33 points
	// grateful neutral
}

// A tenant's words.
func ExampleScorer_With() {
	s, err := sentiment.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	groomer, err := s.With([]sentiment.Word{{Text: "炸毛", Kind: sentiment.KindAngry}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Score("剪完就炸毛了").Emotion, groomer.Score("剪完就炸毛了").Emotion)
	// Output: neutral angry
}

// What a strategy withholds, and why.
func ExampleTable_Plan() {
	s, err := sentiment.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	in := sentiment.Input{Text: "等了很久还没发货,气人", Cause: "delay"}
	for range 2 {
		m, err := s.Feel(context.Background(), in)
		if err != nil {
			fmt.Println(err)
			return
		}
		in.Trend = m.Trend
		fmt.Println(m.Plan.Rule, m.Plan.Actions, m.Plan.Limit, "to be approved:", m.Plan.Approve)
		for _, w := range m.Plan.Withheld {
			fmt.Println("  not", w.Action+":", w.Why)
		}
	}
	// Output:
	// angry about something we may have done [apologise prioritise compensate person] 10 to be approved: true
	// angry about something we may have done [soothe prioritise person] 0 to be approved: false
	//   not apologise: an apology was given in the turn before
	//   not compensate: cooling off: one was proposed in this conversation
}

// Labels of a desk's own, learnt from examples that a person labelled.
func ExampleScorer_TrainLabels() {
	s, err := sentiment.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	var examples []sentiment.Example
	for i := range 10 { // a host has real ones, fifty of a label at least
		examples = append(examples,
			sentiment.Example{Text: fmt.Sprintf("订%d张票", i), Label: "预订"},
			sentiment.Example{Text: fmt.Sprintf("%d号车厢的列车员态度恶劣", i), Label: "投诉"})
	}
	labeller, report, err := s.TrainLabels(context.Background(), examples)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Examples, labeller.Label("客服太差劲了")[0].Name, labeller.Label("再订一张票")[0].Name)
	// Output: 20 投诉 预订
}
