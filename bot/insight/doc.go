// Package insight tells what the event log shows of many conversations, for
// those who lead a support team. It reads the log and nothing else, so a report
// can be made anew at any time, and of any span of time that the log still has.
//
// [Moods] is about mood: which conversations turned bad and over what, how many
// mended and who mended them, which of them are still bad, and after which
// answers customers were worse off than before. The last is the list to work
// down: an entry of the knowledge base, a flow or a text that makes people angry.
package insight
