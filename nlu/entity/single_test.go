package entity

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wardrobe has many names of one character, as shops of clothes have.
func wardrobe(t require.TestingT) *Extractor {
	x, err := New(&Options{Names: []Name{
		{"colour", "red", []string{"红色", "红"}},
		{"colour", "black", []string{"黑色", "黑"}},
		{"colour", "white", []string{"白色", "白"}},
		{"colour", "green", []string{"绿色", "绿"}},
		{"gender", "women", []string{"女款", "女", "女朋友", "妈妈"}},
		{"gender", "men", []string{"男款", "男"}},
		{"gender", "kids", []string{"儿童", "宝宝"}},
		{"category", "shoes", []string{"鞋子", "鞋", "运动鞋"}},
		{"category", "bag", []string{"包包", "包", "双肩包"}},
		{"category", "dress", []string{"裙子", "裙"}},
		{"category", "trousers", []string{"裤子", "裤"}},
		{"category", "shirt", []string{"衬衫"}},
		{"category", "jacket", []string{"外套"}},
		{"category", "tshirt", []string{"T恤"}},
		{"category", "kids", []string{"童鞋"}},
		{"category", "socks", []string{"袜子"}},
		{"style", "work", []string{"通勤", "上班"}},
		{"material", "leather", []string{"真皮"}},
		{"length", "long", []string{"长款", "长"}},
		{"shade", "light", []string{"亮"}},
		{"feature", "thick", []string{"厚", "重"}},
	}})
	require.NoError(t, err)
	return x
}

func TestNamesOfOneCharacter(t *testing.T) {
	t.Parallel()
	x := wardrobe(t)
	for _, tt := range []struct{ in, want string }{
		{"红裙子", "red dress"},
		{"紅裙子", "red dress"},
		{"白衬衫", "white shirt"},
		{"黑裤子", "black trousers"},
		{"黑T恤", "black tshirt"},
		{"男鞋", "men shoes"},
		{"女鞋", "women shoes"},
		{"黑鞋", "black shoes"},
		{"女包", "women bag"},
		{"通勤包", "work bag"},
		{"真皮包推荐一下", "leather bag"},
		{"有真皮包吗", "leather bag"},
		{"白衬衫男", "white shirt men"},
		{"你们有女鞋吗", "women shoes"},
		{"你们家女鞋有哪些", "women shoes"},
		{"女鞋多少钱", "women shoes"},
		{"女鞋推荐", "women shoes"},
		{"有女鞋嘛", "women shoes"},
		{"女鞋呀", "women shoes"},
		{"男黑鞋", "men black shoes"},
		{"黑裤黑鞋", "black trousers black shoes"},
		{"白衬衫黑裤子", "white shirt black trousers"},
		{"男女鞋都要", "men women shoes"},
		{"黑白裙子", "black white dress"},
		{"运动鞋女42码", "shoes women 42"},
		{"买双黑鞋42码", "black shoes 42"},
		{"裙子红的", "dress red"},
		{"推荐红裙子", "red dress"},
		{"我的红裙子", "red dress"},
		{"小黑裙", "black dress"},
		{"搭红裙子", "red dress"},
		{"儿童鞋", "kids shoes"},
		{"黑长裙", "black long dress"},
		{"有冇红嘅", "red"},
		{"也别红的", "!red"},
		{"红裙子包邮吗", "red dress"},
		{"男鞋 女鞋", "men shoes women shoes"},

		{"红包", ""},
		{"有红包吗", ""},
		{"黑红包", ""},
		{"网红", ""},
		{"网红裙子", "dress"},
		{"黑名单", ""},
		{"白条", ""},
		{"男朋友", ""},
		{"女朋友鞋", "women shoes"},
		{"包邮", ""},
		{"裙子包邮吗", "dress"},
		{"外套包退吗", "jacket"},
		{"真皮包退吗", "leather"},
		{"包裹", ""},
		{"鞋柜", ""},
		{"女鞋柜", ""},
		{"白鞋带", ""},
		{"女鞋底", ""},
		{"女人", ""},
		{"女神", ""},
		{"女童鞋", "kids"},
		{"女宝宝裙子", "kids dress"},
		{"女儿童", "kids"},
		{"裙长多少", ""},
		{"裤长", ""},
		{"鞋重", ""},
		{"外套长度", "jacket"},
		{"外套长多少", "jacket"},
		{"买包袜子", "socks"},
		{"黑科技", ""},
		{"红绿灯", ""},
		{"漂亮裙子", "dress"},
		{"严重", ""},
		{"外套重要吗", "jacket"},
		{"家长", ""},
		{"裙子白送吗", "dress"},
	} {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, heard(t, x, tt.in, "zh"))
		})
	}
}

func TestRunOfOneCharacterNamesIsBounded(t *testing.T) {
	t.Parallel()
	x := wardrobe(t)
	in := strings.Repeat("红黑男女鞋包", 1000)
	check(t, in, x.Extract(in, "zh", testNow()))
}
