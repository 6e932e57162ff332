package entity

import (
	"slices"
	"strings"
)

// plain is the end of what was said, long enough for any refusal, without
// apostrophes: many write dont and isnt.
func plain(s string) string {
	if len(s) > 80 {
		s = s[len(s)-80:]
	}
	if strings.IndexByte(s, '\'') >= 0 {
		s = strings.ReplaceAll(s, "'", "")
	}
	return s
}

// cutWord takes the last word off s.
func cutWord(s string) (rest, word string) {
	k := len(s)
	for k > 0 && isLetter(s[k-1]) {
		k--
	}
	return strings.TrimRight(s[:k], " "), s[k:]
}

// cutWords takes the first of the phrases that ends s off it.
func cutWords(s string, phrases ...string) (string, bool) {
	for _, w := range phrases {
		if rest, ok := strings.CutSuffix(s, w); ok && (rest == "" || !isAlnum(rest[len(rest)-1])) {
			return strings.TrimRight(rest, " "), true
		}
	}
	return s, false
}

// refusedEnglish reads the English words that end left, see [scan.negated].
func refusedEnglish(left, kind string) bool {
	for range 6 {
		rest, word := cutWord(left)
		if refusing(left, word) || notMuch(left, word) || notDone(left, word) {
			return true
		}
		switch word {
		case "no":
			return kind != TypeOrder // "order no 7"
		case "more":
			_, no := cutWords(rest, "no")
			return no && names(kind)
		case "forget", "hate", "hates", "hated", "hating", "loathe", "loathes", "despise", "despises", "detest", "detests", "dislike", "dislikes",
			"avoid", "avoids", "avoiding", "skip":
			_, no := cutWords(rest, "no") // "no, hates pink"
			return no || !unless(rest)
		case "too", "less", "nothing":
			return names(kind) // "too formal"
		case "not":
			return !why(rest)
		case "isnt", "arent", "aint", "wasnt", "werent": // "isn't the red one in stock?" asks
			return rest != "" && isLetter(rest[len(rest)-1]) && !why(rest)
		case "without", "except", "excluding", "dont", "doesnt", "nor", "minus":
			return true
		case "a", "an", "the", "in", "any", "want", "like", "need", "really", "that", "this", "for", "of", "order", "number", "real", "pure", "anything", "with", "wear", "wearing", "made", "all", "bit":
		default:
			return false
		}
		left = rest
		if left == "" || !isLetter(left[len(left)-1]) {
			return false
		}
	}
	return false
}

// refusing reports words at the end of left that refuse what comes next all by
// themselves, the last of them being word.
func refusing(left, word string) bool {
	var rest string
	ok := false
	switch word {
	case "to":
		if rest, ok = cutWords(left, "allergic to", "allergy to", "allergies to", "intolerant to", "sensitive to"); ok {
			return !unless(rest)
		}
	case "of":
		if _, ok = cutWords(left, "instead of"); ok {
			return true
		}
		rest, ok = cutWords(left, "free of", "steer clear of", "sick of", "tired of", "bored of")
	case "from":
		if _, ok = cutWords(left, "apart from", "aside from"); ok {
			return true
		}
		rest, ok = cutWords(left, "free from", "stay away from", "keep away from")
	case "than":
		_, ok = cutWords(left, "rather than", "other than")
		return ok
	case "but":
		_, ok = cutWords(left, "anything but", "everything but", "any colour but", "any color but")
		return ok
	case "with":
		rest, ok = cutWords(left, "fed up with")
	case "me", "us":
		rest, ok = cutWords(left, "stop showing "+word, "stop sending "+word, "stop giving "+word, "stop offering "+word)
	case "recommending", "suggesting", "showing":
		rest, ok = cutWords(left, "stop "+word)
	case "out":
		rest, ok = cutWords(left, "leave out", "rule out")
	}
	return ok && !unless(rest)
}

// notMuch reports "not keen on", "isn't into", "never been a fan of" at the end
// of left; "not fussed about" refuses nothing.
func notMuch(left, word string) bool {
	rest, ok := left, false
	switch word {
	case "on":
		rest, ok = cutWords(left, "keen on", "big on", "sold on")
	case "of":
		rest, ok = cutWords(left, "fan of", "fans of", "fond of", "lover of")
	case "about":
		rest, ok = cutWords(left, "crazy about", "mad about", "wild about", "enthusiastic about")
	case "in":
		rest, ok = cutWords(left, "interested in", "comfortable in")
	case "for":
		rest, ok = cutWords(left, "looking for", "shopping for")
	case "into", "after", "wearing", "liking", "loving":
		rest, ok = cutWords(left, word)
	}
	if !ok {
		return false
	}
	rest, word = adverbs(rest)
	switch word {
	case "not", "isnt", "arent", "aint", "wasnt", "werent", "never", "nor":
		return !why(rest)
	case "no": // "no looking for black" answers, and asks for black
		return strings.HasSuffix(left, " of")
	}
	return false
}

// notDone reports "don't show me", "won't wear", "doesn't do" at the end of left.
// What the shop does not do ("you don't do heels?") is not refused.
func notDone(left, word string) bool {
	rest, ok := left, false
	const (
		felt = iota
		told // only as an order: "the site won't show me red" complains
		self // not of the shop
	)
	what := felt
	switch word {
	case "me", "us":
		what = told
		rest, ok = cutWords(left, "show "+word, "give "+word, "send "+word, "offer "+word, "suggest "+word, "recommend "+word, "get "+word, "bring "+word)
	case "show", "recommend", "suggest", "offer", "include":
		what = told
		rest, ok = cutWords(left, word)
	case "do":
		what = self
		rest, ok = cutWords(left, "do")
	case "wear", "wears", "wearing", "wore":
		rest, ok = cutWords(left, "want to wear", "like to wear", "like wearing", "enjoy wearing", "wanna wear", word)
	case "see":
		rest, ok = cutWords(left, "want to see", "need to see", "wanna see")
	case "for":
		rest, ok = cutWords(left, "care for", "go for")
	case "with":
		rest, ok = cutWords(left, "go with", "bother with")
	case "like", "likes", "liked", "want", "wants", "need", "love", "fancy", "enjoy", "buy", "stand", "bear", "abide", "tolerate", "have":
		rest, ok = cutWords(left, word)
	}
	if !ok {
		return false
	}
	rest, not := adverbs(rest)
	_, who := cutWord(strings.TrimSuffix(rest, " do"))
	shop := slices.Contains([]string{"you", "u", "ya", "yall", "they", "guys", "store", "shop"}, who)
	switch not {
	case "dont", "not":
		switch {
		case why(rest):
			return false
		case what == self:
			return rest != "" && !shop
		case what == told && not == "not": // not "that is not it, show me"
			return who == "do" || who == "please" || strings.HasSuffix(rest, "can you") || strings.HasSuffix(rest, "could you")
		case what == told:
			return !shop && who != "i" && who != "we"
		case word == "have": // "I do not have" tells, "I can not have" refuses
			return not == "not" && who == "can"
		}
		return true
	case "doesnt", "didnt", "never":
		return what != told && word != "have"
	case "wont", "wouldnt":
		return what != told && word != "have" && word != "need" && word != "stand"
	case "cant", "cannot", "couldnt":
		switch word {
		case "wear", "stand", "bear", "abide", "tolerate":
			return true
		case "do", "have":
			return !shop
		}
	}
	return false
}

// adverbs takes the words between a refusal and its verb off left, and the word
// before them.
func adverbs(left string) (rest, word string) {
	for range 5 {
		rest, word = cutWord(left)
		switch word {
		case "a", "the", "really", "that", "so", "very", "too", "much", "particularly", "exactly", "overly", "super", "hugely", "terribly", "especially", "all",
			"ever", "usually", "normally", "generally", "actually", "even", "personally", "big", "huge", "massive", "great", "been", "currently":
			left = rest
		default:
			return rest, word
		}
	}
	return rest, word
}

// why reports that left asks for a reason, which offers what seems refused: "why
// not black".
func why(left string) bool {
	_, ok := cutWords(left, "why", "how come")
	return ok
}

// unless reports that left ends in words that turn a refusal round: "not allergic
// to wool", "don't forget the shoes".
func unless(left string) bool {
	_, word := adverbs(left)
	switch word {
	case "not", "no", "isnt", "arent", "aint", "wasnt", "never", "dont", "doesnt", "didnt", "wont", "cant", "without":
		return true
	}
	return false
}
