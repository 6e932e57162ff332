// Package dataset reads the training data of other bots: Rasa NLU (YAML,
// Markdown and JSON), Dialogflow ES and CX exports (a folder or a zip), plain Markdown
// lists, and the formats of [nlu.ReadExamples].
//
//	set, err := dataset.Read(os.DirFS("rasa/data"), "nlu/*.yml")
//	x, err := entity.New(&entity.Options{Names: set.Names, Patterns: set.Patterns})
//	model, err := nlu.Train(ctx, set.Examples, &nlu.Options{Extractor: x})
//
// Readers never panic on what they are given. Problems are reported together,
// each with file and line, beside everything that could be read; whether to go
// on without the rest is the caller's choice.
package dataset
