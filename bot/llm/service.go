package llm

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"
)

// service is where a model is reached, and when it is left alone.
type service struct {
	key, baseURL string
	client       *http.Client
	rest         time.Duration
	failures     int
}

// connect fills in what the environment says and the defaults. It asks nothing.
func (s service) connect() (*openai.Client, *breaker, error) {
	s.key = firstOf(s.key, os.Getenv("OPENAI_API_KEY"))
	s.baseURL = firstOf(s.baseURL, os.Getenv("OPENAI_BASE_URL"))
	if s.key == "" && s.baseURL == "" {
		return nil, nil, errors.New("llm: no service: set OPENAI_API_KEY, or OPENAI_BASE_URL for a service of your own, or the options of that name")
	}
	if s.baseURL != "" {
		if u, err := url.Parse(s.baseURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, nil, fmt.Errorf("llm: the base URL %q (OPENAI_BASE_URL) is no address of a service: write it as https://host/v1", s.baseURL)
		}
	}
	if s.client == nil {
		s.client = &http.Client{}
	}
	def(&s.rest, 30*time.Second)
	if s.failures == 0 {
		s.failures = 3
	}
	cfg := openai.DefaultConfig(s.key)
	if s.baseURL != "" {
		cfg.BaseURL = strings.TrimSuffix(s.baseURL, "/")
	}
	cfg.HTTPClient = &door{client: s.client}
	return openai.NewClientWithConfig(cfg), &breaker{rest: s.rest, limit: s.failures}, nil
}
