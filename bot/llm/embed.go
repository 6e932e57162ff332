package llm

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/internal/pii"
)

// EmbedOptions configure an Embedder. The zero value takes everything from the
// environment.
type EmbedOptions struct {
	// Key, BaseURL and Model name the service; when empty they are
	// OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_EMBED_MODEL, the last two
	// https://api.openai.com/v1 and text-embedding-3-small when those are unset.
	Key, BaseURL, Model string
	// Dimensions asks for shorter vectors where the model can; 0 leaves it to the
	// model.
	Dimensions int
	// Client makes the requests; nil is one without a timeout of its own: give
	// Embed a context that ends, as a knowledge base does for queries.
	Client *http.Client
	// Rest is how long the service is left alone after Failures failures in a
	// row: 30 seconds after 3 when 0.
	Rest     time.Duration
	Failures int
	// Clock is the source of time; nil is the system's.
	Clock bot.Clock
}

// Embedder makes vectors of texts with a model service: it is a kb.Embedder.
// It is safe for concurrent use.
type Embedder struct {
	o       EmbedOptions
	client  *openai.Client
	breaker *breaker
}

// NewEmbedder makes an Embedder. It asks the service nothing. It is an error when
// neither a key nor a base URL is known; Configured tells.
func NewEmbedder(opts *EmbedOptions) (*Embedder, error) {
	var o EmbedOptions
	if opts != nil {
		o = *opts
	}
	o.Model = firstOf(o.Model, os.Getenv("OPENAI_EMBED_MODEL"), "text-embedding-3-small")
	client, breaker, err := service{o.Key, o.BaseURL, o.Client, o.Rest, o.Failures}.connect()
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = bot.SystemClock()
	}
	return &Embedder{o: o, client: client, breaker: breaker}, nil
}

// Embed returns a vector for each text, in their order. Personal data in them is
// masked before they are sent. While the service is left alone the error is
// ErrResting.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	if !e.breaker.allow(e.o.Clock.Now()) {
		return nil, ErrResting
	}
	out, err := e.embed(ctx, texts)
	// That the caller had no more time counts against the service, that the caller
	// went away does not.
	if errors.Is(ctx.Err(), context.Canceled) {
		e.breaker.unsure()
	} else {
		e.breaker.saw(err == nil, e.o.Clock.Now())
	}
	return out, err
}

func (e *Embedder) embed(ctx context.Context, texts []string) ([][]float32, error) {
	masked := make([]string, len(texts))
	for i, t := range texts {
		if masked[i] = pii.Mask(strings.ToValidUTF8(t, "")); strings.TrimSpace(masked[i]) == "" {
			masked[i] = "-" // services refuse an empty text
		}
	}
	res, err := e.client.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{Input: masked, Model: openai.EmbeddingModel(e.o.Model), Dimensions: e.o.Dimensions})
	if err != nil {
		return nil, plainError(ctx, err)
	}
	out := make([][]float32, len(texts))
	for _, d := range res.Data {
		if d.Index < 0 || d.Index >= len(out) || out[d.Index] != nil {
			return nil, fmt.Errorf("llm: the service gave a vector for text %d of %d", d.Index, len(out))
		}
		out[d.Index] = d.Embedding
	}
	for i := range out {
		if len(out[i]) == 0 {
			return nil, fmt.Errorf("llm: the service gave no vector for text %d of %d", i, len(out))
		}
	}
	return out, nil
}
