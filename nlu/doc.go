// Package nlu finds what a message means: its language, its intent, the things
// it names, and what it takes from the conversation before it.
//
// A [Model] is trained from example utterances at start-up, in well under a
// second for a shop's few dozen intents, with no service and nothing to
// download:
//
//	examples, err := nlu.ReadExamples(os.DirFS("data"), "intents/*.yaml")
//	model, err := nlu.Train(ctx, examples, &nlu.Options{Extractor: extractor}) // entity.New
//	meaning, err := model.Understand(ctx, nlu.Input{Text: "那黑色的呢？", Context: before.Next})
//
// The intents every bot needs (greet, thanks, bye, yes, no, cancel, repeat,
// person, complaint) ship in Chinese and English and are added unless
// Options.NoBuiltin is set. A message that fits no intent is rejected:
// Meaning.Intent is empty and Meaning.Unknown says how sure that is.
//
// A message that asks for several things comes apart into Meaning.Parts.
//
// Training is quick by default; EffortBest adds networks that are worth up to
// two points of accuracy for ten times the time. Model.Evaluate and
// [CrossValidate] say what a model gets wrong and which examples to correct,
// Model.Study what a log of real messages shows to be missing, and [Improve]
// adopts a model trained with newly labelled messages if it is better.
//
// An [Embedder], where the host has one, is fused in: it knows that words mean
// alike that no example holds together.
//
// Messages are read in standard wording: width, case, traditional characters,
// stretched words, and a shipped table of slang and dialect (肿么, 木有, 唔该,
// plz, gonna) that a host extends or switches off by Options.Normalization.
//
// Package [github.com/frontdesk-go/frontdesk/nlu/report] shows all of that as an
// HTML page with plots.
//
// A [Cascade] puts rules before and, within a budget, a language model behind a
// Model, for the messages it is unsure of; a [Live] replaces a Model in use.
//
// Package [entity] finds order numbers, phones, money, quantities, dates and
// the names of the host's own things; byte offsets are always into the
// customer's own text.
//
// Package [github.com/frontdesk-go/frontdesk/nlu/dataset] reads the training
// data of Rasa and Dialogflow (ES and CX) bots.
//
// A Model is immutable and safe for concurrent use.
package nlu
