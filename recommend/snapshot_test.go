package recommend

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A restored shelf answers as the saved one, and learns on as it would have.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		opts := &Options{MaxShown: 2, HalfLife: time.Hour, Late: rapid.SampledFrom([]time.Duration{0, 10 * time.Minute}).Draw(t, "late")}
		shelf := func() *Shelf {
			s, err := New([]Item{thing("z", "cup", "red", 1, 1), thing("b", "cup", "red", 1, 1), thing("a", "cup", "red", 1, 1)}, opts)
			require.NoError(t, err)
			return s
		}
		id := 0
		events := func() (out []Event) {
			for range rapid.IntRange(0, 40).Draw(t, "n") {
				id++
				out = append(out, Event{ID: fmt.Sprint(id), At: noon(rapid.IntRange(0, 600).Draw(t, "minute")), Value: 4, Segments: []string{"north"},
					Kind:     rapid.SampledFrom([]string{"viewed", "purchased", "reviewed", "shown", "dismissed"}).Draw(t, "kind"),
					Customer: rapid.SampledFrom([]string{"u", "v", ""}).Draw(t, "user"), Session: rapid.SampledFrom([]string{"s", "t", ""}).Draw(t, "session"),
					Basket: rapid.SampledFrom([]string{"p", ""}).Draw(t, "basket"), Item: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "item")})
			}
			return out
		}
		before, after := events(), events()
		first, second := shelf(), shelf()
		require.NoError(t, first.Record(context.Background(), before...))
		var file bytes.Buffer
		require.NoError(t, first.Save(&file))
		require.NoError(t, second.Restore(&file))
		for range 2 {
			for _, who := range []string{"", "u", "v"} {
				x, y := first.Rank(who, []string{"a"}, 9, true), second.Rank(who, []string{"a"}, 9, true)
				require.Len(t, y, len(x))
				for i := range x {
					assert.InDelta(t, x[i].Score, y[i].Score, 1e-5)
				}
				r := Request{Customer: who, Personal: true, Segments: []string{"north"}, Now: noon(700), N: 9}
				got, err := second.Recommend(context.Background(), r)
				require.NoError(t, err)
				want, err := first.Recommend(context.Background(), r)
				require.NoError(t, err)
				assert.Equal(t, ids(want), ids(got))
			}
			// what was recorded before counts once
			require.NoError(t, first.Record(context.Background(), after...))
			require.NoError(t, second.Record(context.Background(), append(before, after...)...))
		}
	})
}

func TestRestoreRefusesWhatIsDamaged(t *testing.T) {
	t.Parallel()
	s := shelf(t)
	record(t, s, Event{Kind: "purchased", Customer: "c", Item: "d1"})
	var file bytes.Buffer
	require.NoError(t, s.Save(&file))
	whole := file.Bytes()
	for n := range whole {
		require.Error(t, s.Restore(bytes.NewReader(whole[:n])), "a part of %d bytes was taken", n)
	}
	assert.Equal(t, "owned", blockedFor(s, "d1", &Request{Customer: "c"}), "a failed restore changed something")
	assert.ErrorContains(t, s.Restore(bytes.NewReader([]byte("id,name"))), "it is none, or of another version")
}

// Bytes that add up but make no sense are refused or harmless.
func FuzzRestore(f *testing.F) {
	for _, events := range [][]Event{nil, habits(3)} {
		s, err := New(nil, nil)
		require.NoError(f, err)
		require.NoError(f, s.Record(context.Background(), events...))
		var file bytes.Buffer
		require.NoError(f, s.Save(&file))
		f.Add(file.Bytes()[len(magic) : file.Len()-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := New(nil, nil)
		require.NoError(t, err)
		raw := append([]byte(magic), body...)
		raw = binary.LittleEndian.AppendUint32(raw, crc32.ChecksumIEEE(raw))
		if s.Restore(bytes.NewReader(raw)) != nil {
			return
		}
		require.NoError(t, s.Record(context.Background(), habits(2)...))
		s.Rank("u1", []string{"a1", "b1"}, 5, false)
		require.NoError(t, s.Save(new(bytes.Buffer)))
	})
}

func BenchmarkSnapshot(b *testing.B) {
	s, err := New(nil, nil)
	require.NoError(b, err)
	for i := range 100000 {
		u := fmt.Sprint(i % 9000)
		_ = s.Record(b.Context(), Event{ID: fmt.Sprint(i), Kind: "viewed", Customer: u, Session: u, Item: fmt.Sprint(i * 7919 % 9001 % (1 + i%9000))})
	}
	b.ReportAllocs()
	for b.Loop() {
		var file bytes.Buffer
		require.NoError(b, s.Save(&file))
		b.SetBytes(int64(file.Len()))
		require.NoError(b, s.Restore(&file))
	}
}

// A snapshot is the shelf as it was, to the last answer.
func TestSnapshotAnswersAlike(t *testing.T) {
	t.Parallel()
	ids := make([]string, 2000)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	s, other := shelfOf(t, &Options{HalfLife: 24 * time.Hour}, ids...), shelfOf(t, &Options{HalfLife: 24 * time.Hour}, ids...)
	for i := range 3000 {
		record(t, s, Event{Kind: "viewed", At: noon(i), Customer: fmt.Sprint(i * 7 % 50), Item: ids[i*i%1997], Segments: []string{"men"}})
	}
	var file bytes.Buffer
	require.NoError(t, s.Save(&file))
	require.NoError(t, other.Restore(&file))
	for i := range 50 {
		r := Request{Customer: fmt.Sprint(i), Personal: true, Segments: []string{"men"}, N: 10, Now: noon(3000)}
		assert.Equal(t, recommendTo(t, s, r), recommendTo(t, other, r))
	}
}
