// Package sentiment tells how a customer feels, in Chinese and English, and
// what to do about it.
//
// A [Scorer] reads one text: polarity, emotion, intensity, urgency, whether it
// threatens, and the words that showed it. It works by lexicon and rules, needs
// no training and no service, and is made for messages to a service desk: a
// plain description of trouble ("the zip broke", 鞋子开胶了) is hardly negative, a
// question (能退吗) and a condition do not count as feeling, a threat does (如果再不发货
// 我就投诉), 没什么不满意的 is praise.
//
// A [Trend] is mood over a conversation, plain data that the host stores. A
// [Table] is a strategy: rows of conditions and actions, data that the host
// edits, with limits no row can lift ([Table.Plan]). [Scorer.Feel] does all
// three for a message.
//
// The Chinese words and those of service desks are the project's own. General
// English ones come from VADER (Hutto and Gilbert, "VADER: A Parsimonious
// Rule-based Model for Sentiment Analysis of Social Media Text", ICWSM 2014;
// MIT licence, in lexicon/vader.txt).
//
// Known weaknesses: praise meant ironically without a marker, mood that only
// the facts show ("day nine."), Chinese words cut wrongly at their borders, and
// languages other than the two.
package sentiment
