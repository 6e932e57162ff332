package text

import (
	_ "embed"
	"strings"
)

//go:embed pinyin.txt
var readings string

// The characters that have a sound.
const firstHan, lastHan = 0x4e00, 0x9fff

// Sounds tells how Chinese characters sound, without tones and without what many
// speakers do not tell apart: zh and z, -ing and -in. It is safe for concurrent
// use.
type Sounds struct {
	code []uint16 // of each character from firstHan on, 0 for none
}

// NewSounds decodes the readings of the characters of GB 2312.
func NewSounds() *Sounds {
	s := &Sounds{code: make([]uint16, lastHan-firstHan+1)}
	codes := map[string]uint16{}
	for l := range strings.Lines(readings) {
		syllable, chars, ok := strings.Cut(strings.TrimSpace(l), " ")
		if !ok || syllable == "#" {
			continue
		}
		key := soundAlike(syllable)
		if codes[key] == 0 {
			codes[key] = uint16(len(codes) + 1)
		}
		for _, r := range chars {
			if r >= firstHan && r <= lastHan {
				s.code[r-firstHan] = codes[key]
			}
		}
	}
	return s
}

// soundAlike is a syllable without what many speakers do not tell apart.
func soundAlike(syllable string) string {
	for _, s := range []string{"zh", "ch", "sh"} {
		if strings.HasPrefix(syllable, s) {
			syllable = s[:1] + syllable[2:]
		}
	}
	for _, s := range []string{"ang", "eng", "ing"} {
		if strings.HasSuffix(syllable, s) {
			syllable = syllable[:len(syllable)-1]
		}
	}
	return syllable
}

// Of is a number for how a character sounds, the same for those that sound alike;
// 0 when that is not known.
func (s *Sounds) Of(r rune) uint16 {
	if r < firstHan || r > lastHan {
		return 0
	}
	return s.code[r-firstHan]
}
