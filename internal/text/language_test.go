package text

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"你好", "zh"},
		{"訂單到哪了", "zh"},
		{"where is my order", "en"},
		{"returns", "en"},
		{"hi", ""},
		{"Hello!", "en"},
		{"no", "en"},
		{"ＨＥＬＬＯ", "en"},
		{"café", "en"},

		{"我要退iPhone 15 Pro Max", "zh"},
		{"想买Nike Air Force", "zh"},
		{"Nike Air Force 1 有货吗", "zh"},
		{"OK好的", "zh"},
		{"hello 你好", "zh"},
		{"what does 退货 mean?", "en"},
		{"I would like to return the 连衣裙", "en"},
		{"please help me 谢谢", "en"},

		{"0042", ""},
		{"SF1234567890", ""},
		{"XL", ""},
		{"XXL", ""},
		{"ok", ""},
		{"？？", ""},
		{"😀😀", ""},
		{"\xff\xfe", ""},
		{"注文はどこですか", ""},
		{"美の裙子还有货吗", "zh"},
		{"주문은 어디에 있나요", ""},
		{"Где мой заказ", ""},
	}
	for _, test := range tests {
		t.Run(test.in, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, Language(test.in))
		})
	}
}

func TestLanguageOfAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		assert.Contains(t, []string{"", "zh", "en"}, Language(pieces().Draw(t, "text")))
	})
	assert.Equal(t, "zh", Language(strings.Repeat("退", 1<<20)))
}

func TestIsHan(t *testing.T) {
	t.Parallel()
	for _, r := range "退貨々〇㐂𠮷豈" {
		assert.True(t, IsHan(r), "%c", r)
	}
	for _, r := range "aé1。，！のア한😀 \ufffd" {
		assert.False(t, IsHan(r), "%c", r)
	}
}

func TestIsEmoji(t *testing.T) {
	t.Parallel()
	for _, r := range "😀❤☹👍🏽♀🇨🆗⭐🥲🫡㊙" {
		assert.True(t, IsEmoji(r), "%c %U", r, r)
	}
	for _, r := range "a1#©®™→。，①❶🄰退\u200d\ufe0f\ufffd" {
		assert.False(t, IsEmoji(r), "%c %U", r, r)
	}
}
