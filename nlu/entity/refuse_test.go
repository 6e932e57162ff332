package entity

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	x, err := New(&Options{Names: append(shopNames(),
		Name{"colour", "white", []string{"白色", "白", "white"}}, Name{"colour", "pink", []string{"粉色", "pink"}},
		Name{"occasion", "wedding", []string{"婚礼", "wedding"}}, Name{"category", "heels", []string{"高跟鞋", "heels"}},
		Name{"pattern", "printed", []string{"碎花", "floral"}}, Name{"style", "formal", []string{"正式", "formal"}})})
	require.NoError(t, err)
	for _, tt := range []struct{ in, want string }{
		// What is refused stands behind the words where there is something.
		{"参加婚礼 不能穿白色 推荐裙子", "wedding !white dress"},
		{"参加婚礼不能穿白色的", "wedding !white"},
		{"参加闺蜜婚礼 不能穿红的也不能穿白的 也别黑的", "wedding !red !white !black"},
		{"婚礼不要红的也不要白的", "wedding !red !white"},
		{"婚礼受不了高跟鞋", "wedding !heels"},
		{"裙子我穿不了羊毛的", "dress !wool"},
		{"婚礼不能穿太露的", "wedding"},
		{"裙子不要红的", "dress !red"},
		{"裙子 不要 红的", "dress !red"},
		{"羊毛的不能穿", "!wool"},
		{"羊毛的不能穿，有别的吗", "!wool"},
		{"羊毛的不能穿 推荐别的", "!wool"},
		{"羊毛我不能穿的", "!wool"},
		{"羊毛的穿不了怎么办", "!wool"},
		{"羊毛不能穿，真皮也不能穿", "!wool !leather"},
		{"红色的不能穿白色的也不能穿", "!red !white"},
		{"黑色不要 白色可以", "!black white"},
		{"黑色的不要了", "!black"},
		{"红色的不要 有别的吗", "!red"},
		{"黑色不要了吗", "black"},
		{"羊毛的不能穿吗", "wool"},
		{"特别正式的", "formal"},
		{"特别红的", "red"},

		{"唔要黑色", "!black"},
		{"唔好黑色", "!black"},
		{"唔想要黑色嘅", "!black"},
		{"唔要红色嘅裙子", "!red dress"},
		{"唔鐘意黑色", "!black"},
		{"我唔鍾意着黑色", "!black"},
		{"黑色嘅唔要", "!black"},
		{"要唔要黑色", "black"},
		{"好唔好黑色", "black"},
		{"唔該，黑色有冇", "black"},
		{"唔好意思，黑色有冇", "black"},
		{"红色要唔要", "red"},

		{"not keen on black", "!black"},
		{"I'm not really that keen on black", "!black"},
		{"im not a fan of red", "!red"},
		{"not a big fan of red dresses", "!red dress"},
		{"never been a fan of heels", "!heels"},
		{"not into leather", "!leather"},
		{"she isnt into dresses", "!dress"},
		{"she isn’t into dresses", "!dress"},
		{"not fond of pink", "!pink"},
		{"I'm not looking for a red dress", "!red dress"},
		{"she wont wear pink", "!pink"},
		{"she won’t wear pink", "!pink"},
		{"I wouldn't wear pink", "!pink"},
		{"he would never wear pink", "!pink"},
		{"dont show me leather", "!leather"},
		{"please don’t show me any leather", "!leather"},
		{"do not recommend leather", "!leather"},
		{"stop showing me dresses", "!dress"},
		{"she doesnt wear dresses", "!dress"},
		{"didnt like the red", "!red"},
		{"i dont do heels", "!heels"},
		{"I don't do heels", "!heels"},
		{"i dont want to wear black", "!black"},
		{"I don't really like black", "!black"},
		{"black is out", "!black"},
		{"black is out, what else", "!black"},
		{"pink doesnt suit me", "!pink"},
		{"heels are a no", "!heels"},
		{"heels arent my thing", "!heels"},
		{"anything but black", "!black"},
		{"any colour but black", "!black"},
		{"no more dresses", "!dress"},
		{"hates pink", "!pink"},
		{"no hates pink", "!pink"},
		{"no fan of pink", "!pink"},
		{"please do not show me pink", "!pink"},
		{"the dress isn't red", "dress !red"},
		{"she never wore pink", "!pink"},
		{"she loathes pink", "!pink"},
		{"tired of black", "!black"},
		{"can't stand florals", "!printed"},
		{"cant stand florals", "!printed"},
		{"cant do wool", "!wool"},

		{"not fussed about wool", "wool"},
		{"why dont you show me black dresses", "black dress"},
		{"why don't we look at black dresses", "black dress"},
		{"why not black", "black"},
		{"dont you have it in red", "red"},
		{"isnt there a black one", "black"},
		{"isn't the red one in stock", "red"},
		{"don't you do heels?", "heels"},
		{"dont you do heels?", "heels"},
		{"so you dont do heels?", "heels"},
		{"I don't mind black", "black"},
		{"I dont hate black", "black"},
		{"I'm not allergic to wool", "wool"},
		{"she isnt allergic to wool", "wool"},
		{"not just black", "black"},
		{"nothing but black", "black"},
		{"not sure about red", "red"},
		{"no show me black dresses", "black dress"},
		{"black is out of stock", "black"},
		{"the website wont show me black dresses", "black dress"},
		{"I can't find black dresses", "black dress"},
		{"I'm really into leather", "leather"},
		{"she is a fan of red", "red"},
		{"are you not keen on selling red", "red"},
		{"do you not do heels", "heels"},
		{"why do you not show me heels", "heels"},
		{"you don't recommend leather?", "leather"},
		{"no looking for black", "black"},
		{"I'm not sick of black", "black"},
		{"no allergies to wool", "wool"},
		{"isn't that red", "red"},
		{"I do not have red shoes", "red shoes"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, heard(t, x, tt.in, ""))
		})
	}
}

// heard are the values that are found in a text, in order, those refused with "!".
func heard(t *testing.T, x *Extractor, in, lang string) string {
	t.Helper()
	got := x.Extract(in, lang, testNow())
	check(t, in, got)
	var values []string
	for _, e := range got {
		if e.Negated {
			e.Value = "!" + e.Value
		}
		values = append(values, e.Value)
	}
	return strings.Join(values, " ")
}
