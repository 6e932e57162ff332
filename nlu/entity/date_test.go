package entity

import (
	_ "embed"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testNow is a Wednesday.
func testNow() time.Time {
	return time.Date(2026, 3, 11, 10, 20, 30, 0, time.FixedZone("CST", 8*3600))
}

// dateCases are Text, Value, Grain and the end of the span as a day or a time.
var dateCases = []struct{ in, text, value, grain, to string }{
	{"今天能发货吗", "今天", "2026-03-11", "day", "2026-03-12"},
	{"明天到", "明天", "2026-03-12", "day", "2026-03-13"},
	{"后天送到可以吗", "后天", "2026-03-13", "day", "2026-03-14"},
	{"大后天", "大后天", "2026-03-14", "day", "2026-03-15"},
	{"我昨天买的", "昨天", "2026-03-10", "day", "2026-03-11"},
	{"前天下的单", "前天", "2026-03-09", "day", "2026-03-10"},
	{"大前天就发了", "大前天", "2026-03-08", "day", "2026-03-09"},
	{"上周买的鞋", "上周", "2026-03-02", "week", "2026-03-09"},
	{"上个星期", "上个星期", "2026-03-02", "week", "2026-03-09"},
	{"這個禮拜", "這個禮拜", "2026-03-09", "week", "2026-03-16"},
	{"上周三寄的", "上周三", "2026-03-04", "day", "2026-03-05"},
	{"上上周五", "上上周五", "2026-02-27", "day", "2026-02-28"},
	{"下周一", "下周一", "2026-03-16", "day", "2026-03-17"},
	{"下星期天", "下星期天", "2026-03-22", "day", "2026-03-23"},
	{"周五能到吗", "周五", "2026-03-13", "day", "2026-03-14"},
	{"周末送货吗", "周末", "2026-03-14", "day", "2026-03-16"},
	{"月底之前", "月底", "2026-03-21", "day", "2026-04-01"},
	{"下个月", "下个月", "2026-04-01", "month", "2026-05-01"},
	{"上个月5号", "上个月5号", "2026-02-05", "day", "2026-02-06"},
	{"下月初", "下月初", "2026-04-01", "day", "2026-04-11"},
	{"三天前", "三天前", "2026-03-08", "day", "2026-03-09"},
	{"3天之前下单", "3天之前", "2026-03-08", "day", "2026-03-09"},
	{"两周后", "两周后", "2026-03-25", "week", "2026-04-01"},
	{"半个月前", "半个月前", "2026-02-24", "month", "2026-03-24"},
	{"两个月以前", "两个月以前", "2026-01-11", "month", "2026-02-11"},
	{"一年前买的", "一年前", "2025-03-11", "year", "2026-03-11"},
	{"两三天前", "两三天前", "2026-03-08", "day", "2026-03-10"},
	{"两小时前付的款", "两小时前", "2026-03-11T08:20:00+08:00", "hour", "2026-03-11T09:20"},
	{"24小时内发货", "24小时内", "2026-03-11T10:20:30+08:00", "hour", "2026-03-12T10:20"},
	{"三天内到", "三天内", "2026-03-11", "day", "2026-03-15"},
	{"3月5号买的", "3月5号", "2026-03-05", "day", "2026-03-06"},
	{"三月五日", "三月五日", "2026-03-05", "day", "2026-03-06"},
	{"11月11日", "11月11日", "2025-11-11", "day", "2025-11-12"},
	{"十一月十一号", "十一月十一号", "2025-11-11", "day", "2025-11-12"},
	{"2026年5月1日", "2026年5月1日", "2026-05-01", "day", "2026-05-02"},
	{"二〇二六年五月", "二〇二六年五月", "2026-05-01", "month", "2026-06-01"},
	{"去年3月", "去年3月", "2025-03-01", "month", "2025-04-01"},
	{"去年", "去年", "2025-01-01", "year", "2026-01-01"},
	{"明年春节", "明年春节", "2027-02-06", "day", "2027-02-13"},
	{"2026-01-02", "2026-01-02", "2026-01-02", "day", "2026-01-03"},
	{"2026/1/2 买的", "2026/1/2", "2026-01-02", "day", "2026-01-03"},
	{"２０２６－０１－０２", "２０２６－０１－０２", "2026-01-02", "day", "2026-01-03"},
	{"下午三点半", "下午三点半", "2026-03-11T15:30:00+08:00", "minute", "2026-03-11T15:31"},
	{"明天上午10点", "明天上午10点", "2026-03-12T10:00:00+08:00", "hour", "2026-03-12T11:00"},
	{"明天下午", "明天下午", "2026-03-12T12:00:00+08:00", "hour", "2026-03-12T18:00"},
	{"今晚八点直播", "今晚八点", "2026-03-11T20:00:00+08:00", "hour", "2026-03-11T21:00"},
	{"昨晚", "昨晚", "2026-03-10T18:00:00+08:00", "hour", "2026-03-11T00:00"},
	{"周六15:30", "周六15:30", "2026-03-14T15:30:00+08:00", "minute", "2026-03-14T15:31"},
	{"上周三下午三点二十", "上周三下午三点二十", "2026-03-04T15:20:00+08:00", "minute", "2026-03-04T15:21"},
	{"中午十二点", "中午十二点", "2026-03-11T12:00:00+08:00", "hour", "2026-03-11T13:00"},
	{"晚上12点", "晚上12点", "2026-03-12T00:00:00+08:00", "hour", "2026-03-12T01:00"},
	{"凌晨两点一刻", "凌晨两点一刻", "2026-03-11T02:15:00+08:00", "minute", "2026-03-11T02:16"},
	{"5号发货吗", "5号", "2026-03-05", "day", "2026-03-06"},
	{"3月5号到8号", "3月5号到8号", "2026-03-05", "day", "2026-03-09"},
	{"周一到周五", "周一到周五", "2026-03-09", "day", "2026-03-14"},
	{"最近三天的订单", "最近三天", "2026-03-08", "day", "2026-03-12"},
	{"前几天买的", "前几天", "2026-03-04", "day", "2026-03-12"},
	{"过两天", "过两天", "2026-03-13", "day", "2026-03-14"},
	{"国庆能发货吗", "国庆", "2025-10-01", "day", "2025-10-08"},
	{"双十一买的", "双十一", "2025-11-11", "day", "2025-11-12"},
	{"春节期间", "春节期间", "2026-02-17", "day", "2026-02-24"},
	{"中秋", "中秋", "2025-10-06", "day", "2025-10-07"},

	{"is it arriving today?", "today", "2026-03-11", "day", "2026-03-12"},
	{"Tomorrow please", "Tomorrow", "2026-03-12", "day", "2026-03-13"},
	{"I bought it yesterday", "yesterday", "2026-03-10", "day", "2026-03-11"},
	{"the day after tomorrow", "the day after tomorrow", "2026-03-13", "day", "2026-03-14"},
	{"last week", "last week", "2026-03-02", "week", "2026-03-09"},
	{"next week", "next week", "2026-03-16", "week", "2026-03-23"},
	{"last month", "last month", "2026-02-01", "month", "2026-03-01"},
	{"next year", "next year", "2027-01-01", "year", "2028-01-01"},
	{"next Friday", "next Friday", "2026-03-20", "day", "2026-03-21"},
	{"last Friday", "last Friday", "2026-03-06", "day", "2026-03-07"},
	{"last Tuesday", "last Tuesday", "2026-03-10", "day", "2026-03-11"},
	{"this Monday", "this Monday", "2026-03-09", "day", "2026-03-10"},
	{"on Monday", "Monday", "2026-03-16", "day", "2026-03-17"},
	{"this weekend", "this weekend", "2026-03-14", "day", "2026-03-16"},
	{"two weeks ago", "two weeks ago", "2026-02-25", "week", "2026-03-04"},
	{"a week ago", "a week ago", "2026-03-04", "week", "2026-03-11"},
	{"a couple of days ago", "a couple of days ago", "2026-03-09", "day", "2026-03-10"},
	{"3 months ago", "3 months ago", "2025-12-11", "month", "2026-01-11"},
	{"an hour ago", "an hour ago", "2026-03-11T09:20:00+08:00", "hour", "2026-03-11T10:20"},
	{"in 3 days", "in 3 days", "2026-03-14", "day", "2026-03-15"},
	{"in two weeks", "in two weeks", "2026-03-25", "week", "2026-04-01"},
	{"within 5 business days", "within 5 business days", "2026-03-11", "day", "2026-03-17"},
	{"10 days from now", "10 days from now", "2026-03-21", "day", "2026-03-22"},
	{"the last 3 days", "the last 3 days", "2026-03-08", "day", "2026-03-12"},
	{"over the past two weeks", "the past two weeks", "2026-02-25", "day", "2026-03-12"},
	{"March 5", "March 5", "2026-03-05", "day", "2026-03-06"},
	{"on Mar 5th, 2025", "Mar 5th, 2025", "2025-03-05", "day", "2025-03-06"},
	{"5 March", "5 March", "2026-03-05", "day", "2026-03-06"},
	{"the 5th of May", "the 5th of May", "2026-05-05", "day", "2026-05-06"},
	{"in December 2025", "in December 2025", "2025-12-01", "month", "2026-01-01"},
	{"in May", "in May", "2026-05-01", "month", "2026-06-01"},
	{"on the 15th", "the 15th", "2026-03-15", "day", "2026-03-16"},
	{"ordered 5/3", "5/3", "2025-05-03", "day", "2025-05-04"},
	{"12/25/2025", "12/25/2025", "2025-12-25", "day", "2025-12-26"},
	{"at 3pm", "at 3pm", "2026-03-11T15:00:00+08:00", "hour", "2026-03-11T16:00"},
	{"3:30 PM today", "3:30 PM today", "2026-03-11T15:30:00+08:00", "minute", "2026-03-11T15:31"},
	{"tomorrow at 9 am", "tomorrow at 9 am", "2026-03-12T09:00:00+08:00", "hour", "2026-03-12T10:00"},
	{"tomorrow morning", "tomorrow morning", "2026-03-12T06:00:00+08:00", "hour", "2026-03-12T12:00"},
	{"tonight at 8", "tonight at 8", "2026-03-11T20:00:00+08:00", "hour", "2026-03-11T21:00"},
	{"last night", "last night", "2026-03-10T18:00:00+08:00", "hour", "2026-03-11T00:00"},
	{"half past three", "half past three", "2026-03-11T15:30:00+08:00", "minute", "2026-03-11T15:31"},
	{"2pm to 5pm", "2pm to 5pm", "2026-03-11T14:00:00+08:00", "hour", "2026-03-11T18:00"},
	{"Monday to Friday", "Monday to Friday", "2026-03-16", "day", "2026-03-21"},
	{"March 5-8", "March 5-8", "2026-03-05", "day", "2026-03-09"},
	{"by Christmas", "Christmas", "2025-12-25", "day", "2025-12-26"},
	{"on Black Friday", "Black Friday", "2025-11-28", "day", "2025-11-29"},
	{"end of the month", "end of the month", "2026-03-21", "day", "2026-04-01"},
	{"between 2pm and 4pm tomorrow", "2pm and 4pm tomorrow", "2026-03-12T14:00:00+08:00", "hour", "2026-03-12T17:00"},
	{"since Monday", "Monday", "2026-03-09", "day", "2026-03-10"},
	{"Sat 3pm", "Sat 3pm", "2026-03-14T15:00:00+08:00", "hour", "2026-03-14T16:00"},
	{"周五到周一", "周五到周一", "2026-03-13", "day", "2026-03-17"},
	{"大前年", "大前年", "2023-01-01", "year", "2024-01-01"},
	{"2026-01-02 15:04", "2026-01-02 15:04", "2026-01-02T15:04:00+08:00", "minute", "2026-01-02T15:05"},
}

func TestDates(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, tt := range dateCases {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			e, ok := only(x.Extract(tt.in, "", testNow()), TypeDate)
			require.True(t, ok, "one date in %q: %+v", tt.in, x.Extract(tt.in, "", testNow()))
			require.NotNil(t, e.When)
			to := e.When.To.Format("2006-01-02T15:04")
			if len(tt.to) == 10 {
				to = e.When.To.Format(time.DateOnly)
			}
			assert.Equal(t, []string{tt.text, tt.value, tt.grain, tt.to}, []string{e.Text, e.Value, e.When.Grain, to})
		})
	}
}

//go:embed testdata/dates.txt
var dateLines string

// rows are the lines of a table whose columns "|" separates.
func rows(t *testing.T, table string, columns int) [][]string {
	t.Helper()
	var out [][]string
	for line := range strings.Lines(table) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		require.Len(t, f, columns, line)
		out = append(out, f)
	}
	return out
}

func TestDateLines(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	list := rows(t, dateLines, 7)
	for _, f := range list {
		e, ok := only(x.Extract(f[0], "", testNow()), TypeDate)
		require.True(t, ok, "one date in %q: %+v", f[0], x.Extract(f[0], "", testNow()))
		to := e.When.To.Format("2006-01-02T15:04")
		if len(f[4]) == len(time.DateOnly) {
			to = e.When.To.Format(time.DateOnly)
		}
		past, bound := "-", "-"
		if e.When.Past {
			past = "past"
		}
		if e.When.Bound != "" {
			bound = e.When.Bound
		}
		assert.Equal(t, f[1:], []string{e.Text, strings.TrimSuffix(e.Value, ":00+08:00"), e.When.Grain, to, past, bound}, f[0])
	}
	zh, all := 0, len(dateCases)+len(list)
	for _, c := range dateCases {
		zh += hanLine(c.in)
	}
	for _, f := range list {
		zh += hanLine(f[0])
	}
	assert.GreaterOrEqual(t, all, 300)
	assert.GreaterOrEqual(t, zh, 150)
	assert.GreaterOrEqual(t, all-zh, 150)
}

// hanLine is 1 for a line with Chinese.
func hanLine(s string) int {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return 1
	}
	return 0
}

// only returns the one entity of a type; false when there is none or several.
func only(list []Entity, kind string) (Entity, bool) {
	var out Entity
	n := 0
	for _, e := range list {
		if e.Type == kind {
			out, n = e, n+1
		}
	}
	return out, n == 1
}

func TestNoDates(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for _, in := range []string{
		"便宜一点", "快一点发货", "大一点的", "三点建议", "我有两点问题", "第5号", "5号楼", "一周一次", "周边", "三个月", "5天", "16:9的屏幕",
		"每周一", "一号电池", "13月5号", "2月30号", "25点", "晚点发", "早就买了", "2026-13-45", "1.2.3", "分三期", "一点都不好",
		"may I return it?", "march on", "the 2nd one", "1/2 price", "3 days", "a week", "sat down", "the sun", "at 3 stores", "second hand",
		"13/45", "24/7/365", "it may break", "version 1.2.3", "25pm", "5/3 of it", "in stock", "last one", "next please",
	} {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			for _, e := range x.Extract(in, "", testNow()) {
				assert.NotEqual(t, TypeDate, e.Type, "%+v", e)
			}
		})
	}
}

func TestDateRules(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	value := func(in, lang string, now time.Time) string {
		e, ok := only(x.Extract(in, lang, now), TypeDate)
		require.True(t, ok, in)
		return e.Value
	}
	jan31 := time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)
	assert.Equal(t, "2027-02-28", value("一个月后", "zh", jan31), "a month after the 31st")
	assert.Equal(t, "2027-02-01", value("下个月", "zh", jan31), "next month on the 31st")
	assert.Equal(t, "2026-12-25", value("12月25号", "zh", jan31), "the nearest year")
	assert.Equal(t, "2028-02-29", value("2月29号", "zh", jan31), "a leap day")
	assert.Equal(t, "2026-03-05", value("5/3", "en-GB", testNow()), "day first")
	assert.Equal(t, "2026-05-03", value("5/3", "en-US", testNow()), "month first")
	assert.Equal(t, "2026-05-03", value("5/3", "zh", testNow()), "month first")

	ny, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zone data: ", err)
	}
	before := time.Date(2026, 3, 7, 23, 30, 0, 0, ny) // clocks go forward that night
	e, _ := only(x.Extract("tomorrow", "en", before), TypeDate)
	require.NotNil(t, e.When)
	assert.Equal(t, 23*time.Hour, e.When.To.Sub(e.When.From), "a day of 23 hours")
	assert.Equal(t, time.Date(2026, 3, 8, 0, 0, 0, 0, ny), e.When.From)
}
