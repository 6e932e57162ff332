package ingest

import (
	"strings"
	"unicode/utf8"
)

// characters are the Chinese characters that look as the radicals U+2F00 to
// U+2FD5 do, in their order.
const characters = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠"

// looks are further radicals, each before the character that it looks as.
const looks = "⺁厂⺆冂⺇几⺊卜⺋㔾⺌小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺘扌⺙攵⺛旡⺜日⺝月⺞歹⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺧牛⺨犭⺩王⺫罒⺬示⺭礻⺯糹⺰纟⺱罓⺲罒⺴罒⺶羊⺸羋⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻖阝⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"

// unradical writes characters for the radicals that look as they do. Programs
// that make PDFs (Chrome, for one) name the glyph the two share by either: 使⽤ is
// shown as 使用, and not found as that.
func unradical(s string) string {
	at := strings.IndexFunc(s, radical)
	if at < 0 {
		return s
	}
	kangxi := []rune(characters)
	return s[:at] + strings.Map(func(r rune) rune {
		switch {
		case !radical(r):
		case r >= 0x2f00:
			return kangxi[r-0x2f00]
		default:
			if i := strings.IndexRune(looks, r); i >= 0 {
				out, _ := utf8.DecodeRuneInString(looks[i+utf8.RuneLen(r):])
				return out
			}
		}
		return r
	}, s[at:])
}

func radical(r rune) bool { return r >= 0x2e80 && r <= 0x2fd5 && (r <= 0x2ef3 || r >= 0x2f00) }
