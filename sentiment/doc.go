// Package sentiment tells how a customer feels, in Chinese and English, and
// what to do about it.
//
// A [Scorer] reads one text: polarity and how likely people would call it so,
// emotion, intensity, urgency, politeness, whether it threatens, and the words
// that showed it. It works by lexicon and rules, to which learnt weights add;
// needs no training and no service, and is made for messages to a service desk:
// a plain description of trouble ("the zip broke", 鞋子开胶了) is hardly negative, a
// question (能退吗) and a condition do not count as feeling, a reproach in the
// form of a question (这也叫正品?) does, and so does a threat (如果再不发货我就投诉);
// 没什么不满意的 is praise.
//
// It is tuned by a host's own words ([ReadWords], [Scorer.With] for each
// tenant), by 50 to 200 labelled messages ([Scorer.Calibrate]) and by more of
// them ([Scorer.Train]); both report what was gained. Labels of a host's own,
// whatever hangs on the mood of a text, are learnt by [Scorer.TrainLabels].
//
// A [Trend] is mood over a conversation, plain data that the host stores: its
// level and peaks, when it turned bad and mended, whether it is worse since the
// bot's answer. A [Table] is a strategy: rows of conditions and actions, data
// that the host edits, with limits no row can lift ([Table.Plan]): anger earns
// nothing that calm does not. [Scorer.Feel] does all three for a message.
//
// The Chinese words and those of service desks are the project's own. General
// English ones come from VADER (Hutto and Gilbert, "VADER: A Parsimonious
// Rule-based Model for Sentiment Analysis of Social Media Text", ICWSM 2014;
// MIT licence, in lexicon/vader.txt). What the shipped weights were learnt
// from, the figures by phenomenon and on unseen sets, and the known weaknesses
// stand in docs/sentiment.md.
package sentiment
