package main

import (
	"fmt"
	"testing"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/profile"
)

// account is how the web page introduces a customer who has signed in.
func account(uid string) []profile.Identity {
	return []profile.Identity{{Kind: "uid", Value: uid, Verified: true}}
}

// returner wants their money back for faulty shoes.
func returner() bottest.Persona {
	return bottest.Persona{Name: "退货的客户", Identities: account("demo"), Opening: "我要退货", Goal: "! flow return.start done",
		Facts: []bottest.Fact{
			{Asked: []string{"确认", "提交吗"}, Says: "是的"},
			{Asked: []string{"什么原因"}, Says: "质量问题"},
			{Asked: []string{"退款，还是换货", "退货退款"}, Says: "退货退款"},
			{Asked: []string{"具体是什么问题"}, Says: "鞋底开胶了"},
			{Asked: []string{"发一张照片"}, Says: "跳过"},
			{Asked: []string{"哪个订单"}, Says: "0047"},
		}}
}

// sizer wants to know their size, in English.
func sizer() bottest.Persona {
	return bottest.Persona{Name: "sizer", Opening: "what size should I take?", Goal: "! flow size.advice done",
		Facts: []bottest.Fact{{Asked: []string{"how tall"}, Says: "172 cm"}, {Asked: []string{"weight"}, Says: "64"}}}
}

func TestCustomersReachTheirGoals(t *testing.T) {
	t.Parallel()
	for _, p := range []bottest.Persona{returner(), sizer()} {
		r := rig(t, map[string]string{"user": ""})
		r.Play(&p)
	}
}

// onlyOnce: an order is given back or cancelled once, whatever happens.
func onlyOnce(r *bottest.Rig) error {
	ended := map[string]deed{}
	for _, d := range r.Watch().([]deed) {
		if d.Kind != "return" && d.Kind != "cancel" {
			continue
		}
		if first, twice := ended[d.Order]; twice {
			return fmt.Errorf("order %s had a %s and then a %s", d.Order, first.Kind, d.Kind)
		}
		ended[d.Order] = d
	}
	return nil
}

// No conversation of several customers, two agents and a machine that fails
// breaks a promise of the engine.
func TestNoConversationBreaksAPromise(t *testing.T) {
	t.Parallel()
	bottest.Explore(t, func(t testing.TB) *bottest.Rig { return durable(t, map[string]string{"user": ""}) },
		&bottest.ExploreOptions{
			Customers: []bottest.Persona{returner(), sizer(), {Name: "看热闹的"}},
			Says: []string{"你好", "订单0051到哪了", "取消订单0051", "不对，订单号是0055", "退款多久到账？", "转人工", "算了", "是的", "不用了",
				"太差劲了，我要投诉", "有红色的裙子吗", "1234", "where is my order?", "talk to a human", "？？？"},
			Pushes: []string{bot.PushOpen, bot.PushEnd},
			Agents: []string{"小林", "小王"},
			Check:  onlyOnce,
			Runs:   5,
		})
}
