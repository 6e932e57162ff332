// Package llm writes answers with a model service that speaks the OpenAI
// protocol, from the passages the knowledge base found and from nothing else.
//
//	w, err := llm.New(nil) // OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL
//	b, err := bot.New(bot.Options{Knowledge: base, Write: w}, mux)
//
// The model is an improvement, never a condition: a [Writer] has a budget of
// tokens and time for each answer, and on any failure (no service, too slow,
// too many requests, a stream cut in the middle, an answer cut off by its
// length) the bot shows the entry as it stands. What was written is shown only
// when every number, price, date, link and name in it stands in the passages
// (kb.Supported), clause by clause while it is streamed: a wrong price is not
// seen for a moment. After several failures in a row the service is left alone
// for a while, so that an outage costs customers no waiting; an answer that is
// not taken is no failure, so that no customer can bring that about.
//
// Question and history come with personal data masked; a customer who said no
// to the purpose profile.Model is answered without a model.
package llm
