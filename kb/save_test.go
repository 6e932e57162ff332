package kb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func saved(tb testing.TB, b *Base) []byte {
	tb.Helper()
	var out bytes.Buffer
	require.NoError(tb, b.Save(&out))
	return out.Bytes()
}

func TestSavedBaseIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base, err := New(drawEntries(t, 20), nil)
		require.NoError(t, err)
		more := drawEntries(t, 5)
		for i := range more {
			more[i].ID += "-more"
			more[i].Kind = Passage
		}
		require.NoError(t, base.Put(more...))
		base.Remove("0")
		ranker := Ranker{BM25: 2, Profile: 1, Bias: -3, Score: 4}
		require.NoError(t, base.SetRanker(ranker))
		var file bytes.Buffer
		require.NoError(t, base.Save(&file))
		again, err := Open(bytes.NewReader(file.Bytes()), nil)
		require.NoError(t, err)
		assert.Equal(t, base.Version(), again.Version())
		assert.Equal(t, all(base), all(again))
		assert.Equal(t, ranker, again.Ranker())
		q := Query{Text: strings.Join(rapid.SliceOfN(shopWords(), 1, 5).Draw(t, "query"), ""), N: 20}
		one, err := base.Answer(context.Background(), q)
		require.NoError(t, err)
		two, err := again.Answer(context.Background(), q)
		require.NoError(t, err)
		assert.Equal(t, one, two)
		require.NoError(t, again.Put(more...), "a base that was opened takes changes")

		other, err := Open(bytes.NewReader(file.Bytes()), &Options{Synonyms: [][]string{{"运费", "邮费"}}})
		require.NoError(t, err)
		fresh, err := New(all(base), &Options{Synonyms: [][]string{{"运费", "邮费"}}, Ranker: ranker})
		require.NoError(t, err)
		q.Text += "邮费"
		one, err = fresh.Answer(context.Background(), q)
		require.NoError(t, err)
		two, err = other.Answer(context.Background(), q)
		require.NoError(t, err)
		assert.Equal(t, one, two, "other synonyms, another index")
	})
}

// Every field is saved, those added later too: the test fills all there are.
func TestEveryFieldIsSaved(t *testing.T) {
	t.Parallel()
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			v.SetString("文")
		case reflect.Int:
			v.SetInt(-7)
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0))
			fill(v.Index(1))
		case reflect.Map:
			v.Set(reflect.MakeMap(v.Type()))
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key)
			fill(value)
			v.SetMapIndex(key, value)
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem())
		case reflect.Struct:
			if _, ok := v.Interface().(time.Time); ok {
				v.Set(reflect.ValueOf(time.Date(2026, 11, 21, 9, 30, 0, 5, time.UTC)))
				return
			}
			for i := range v.NumField() {
				fill(v.Field(i))
			}
		default:
			t.Fatalf("save a %s", v.Kind())
		}
	}
	var e Entry
	fill(reflect.ValueOf(&e).Elem())
	raw, err := appendEntries(nil, []Entry{e, {ID: "plain", Texts: map[string]Text{"": {Question: "q"}}}})
	require.NoError(t, err)
	back, err := readEntries(raw)
	require.NoError(t, err)
	require.Len(t, back, 2)
	assert.Equal(t, e, back[0])
	assert.Equal(t, Entry{ID: "plain", Texts: map[string]Text{"": {Question: "q"}}}, back[1])
}

// No file that was cut or changed is opened, wherever that is.
func TestBrokenFilesAreRefused(t *testing.T) {
	t.Parallel()
	file := saved(t, shopBase(t))
	rapid.Check(t, func(t *rapid.T) {
		raw := bytes.Clone(file)
		at := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") {
			raw = raw[:at]
		} else {
			raw[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		}
		_, err := Open(bytes.NewReader(raw), nil)
		require.ErrorIs(t, err, ErrSaved)
	})
	_, err := Open(iotestErr{}, nil)
	assert.ErrorContains(t, err, "kb: opening: disk gone")
	assert.ErrorContains(t, shopBase(t).Save(iotestErr{}), "kb: saving: disk gone")
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error)  { return 0, errors.New("disk gone") }
func (iotestErr) Write([]byte) (int, error) { return 0, errors.New("disk gone") }

var _ io.Reader = iotestErr{}

// FuzzOpen gives what it makes a right checksum, so that the checks behind it
// are reached; whatever opens must answer.
func FuzzOpen(f *testing.F) {
	file := saved(f, shopBase(f))
	f.Add(file[len(magic) : len(file)-sha256.Size])
	f.Fuzz(func(t *testing.T, body []byte) {
		raw := append([]byte(magic), body...)
		sum := sha256.Sum256(raw)
		b, err := Open(bytes.NewReader(append(raw, sum[:]...)), nil)
		if err != nil {
			return
		}
		for _, q := range []string{"多久发货", "how much is shipping"} {
			if _, err := b.Answer(context.Background(), Query{Text: q}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	raw := saved(b, questionBase(b, "oppo", 100_000))
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = Open(bytes.NewReader(raw), nil)
	}
}
