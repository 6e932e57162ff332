package dataset

import (
	"io/fs"
	"path"
	"strings"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// A Dialogflow CX export keeps an intent or an entity in a folder of its name:
// intents/NAME/NAME.json and intents/NAME/trainingPhrases/LANG.json,
// entityTypes/NAME/NAME.json and entityTypes/NAME/entities/LANG.json.

// cx reads a file of a CX export; ok is false when the path is none of those
// that hold data.
func (b *builder) cx(fsys fs.FS, file string) (ok bool) {
	folder := path.Dir(file)
	owner, of := path.Dir(folder), path.Base(path.Dir(path.Dir(folder)))
	lang := strings.TrimSuffix(path.Base(file), path.Ext(file))
	switch {
	case path.Base(folder) == "trainingPhrases" && of == "intents":
		b.cxPhrases(fsys, file, b.cxHeader(fsys, owner), lang)
	case path.Base(folder) == "entities" && of == "entityTypes":
		b.cxEntities(fsys, file, b.cxHeader(fsys, owner))
	default:
		return false
	}
	return true
}

// cxHeader is what NAME/NAME.json says of an intent or an entity.
type cxHeader struct {
	Name       string `json:"displayName"`
	Fallback   bool   `json:"isFallback"`
	Kind       string
	Parameters []struct{ ID, EntityType string }
}

// cxHeader reads NAME/NAME.json; without it the folder's name is the name.
func (b *builder) cxHeader(fsys fs.FS, folder string) cxHeader {
	h := cxHeader{Name: path.Base(folder)}
	file := path.Join(folder, path.Base(folder)+".json")
	raw, err := readFile(fsys, file)
	if err != nil {
		return h
	}
	read := h
	if line, err := decode(raw, &read); err != nil {
		b.problem(file, line, "%w", err)
		return h
	}
	if read.Name == "" {
		read.Name = h.Name
	}
	return read
}

func (b *builder) cxPhrases(fsys fs.FS, file string, h cxHeader, lang string) {
	var doc struct {
		Phrases []struct {
			Parts []struct {
				Text      string
				Parameter string `json:"parameterId"`
			}
			Language string `json:"languageCode"`
		} `json:"trainingPhrases"`
	}
	if !b.load(fsys, file, &doc) {
		return
	}
	kinds := map[string]string{} // parameter to entity type
	for _, p := range h.Parameters {
		kinds[p.ID] = ours(strings.TrimPrefix(path.Base(p.EntityType), "@"))
	}
	intent := h.Name
	if h.Fallback {
		intent = ""
	}
	for i, phrase := range doc.Phrases {
		var text strings.Builder
		var found []nlu.Entity
		for _, part := range phrase.Parts {
			start := text.Len()
			text.WriteString(part.Text)
			if part.Parameter == "" || part.Text == "" {
				continue
			}
			kind := kinds[part.Parameter]
			if kind == "" {
				kind = part.Parameter
			}
			found = append(found, nlu.Entity{Type: kind, Value: part.Text, Text: part.Text, Start: start, End: text.Len()})
		}
		if strings.TrimSpace(text.String()) == "" {
			b.problem(file, 0, "phrase %d is empty", i+1)
			continue
		}
		if phrase.Language == "" {
			phrase.Language = lang
		}
		b.examples = append(b.examples, nlu.Example{Text: text.String(), Intent: intent, Language: phrase.Language, Entities: found})
	}
}

func (b *builder) cxEntities(fsys fs.FS, file string, h cxHeader) {
	var doc struct{ Entities []entry }
	if b.load(fsys, file, &doc) {
		b.named(file, h.Name, h.Kind == "KIND_REGEXP", doc.Entities)
	}
}
