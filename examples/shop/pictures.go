package main

import (
	"fmt"

	"github.com/frontdesk-go/frontdesk/recommend"
)

// drawing is a simple picture of an item: the shape of its kind in its colour.
func drawing(it *recommend.Item) []byte {
	shapes := map[string]string{
		"dress":    "M80 40h12l8 14 8-14h12l6 40-10 6 22 74H62l22-74-10-6z",
		"skirt":    "M76 56h48l6 12 16 88H54l16-88z",
		"shirt":    "M74 44l16-6 10 10 10-10 16 6 28 22-14 24-12-8v78H72V82l-12 8-14-24z",
		"trousers": "M72 40h56l8 122h-26l-10-84-10 84H64z",
		"shoes":    "M40 112l34 2 22-20 14 4 14 16 36 8c10 4 8 20 0 20H48c-8 0-10-22-8-30z",
		"bag":      "M76 82c0-46 48-46 48 0h20l6 74H50l6-74zm10 0h28c0-30-28-30-28 0z",
		"phone":    "M70 30h60c6 0 8 2 8 8v124c0 6-2 8-8 8H70c-6 0-8-2-8-8V38c0-6 2-8 8-8zm6 14v104h48V44zm20 112h8v6h-8z",
		"round":    "M100 44a56 56 0 1 1 0 112 56 56 0 0 1 0-112zm0 20a36 36 0 1 0 0 72 36 36 0 0 0 0-72z",
		"watch":    "M84 30h32l4 34a40 40 0 0 1 0 72l-4 34H84l-4-34a40 40 0 0 1 0-72zm16 42a28 28 0 1 0 0 56 28 28 0 0 0 0-56z",
		"box":      "M56 60h88c6 0 8 2 8 8v64c0 6-2 8-8 8H56c-6 0-8-2-8-8V68c0-6 2-8 8-8zm8 16v48h72V76z",
	}
	kind := map[string]string{"dress": "dress", "skirt": "skirt", "shirt": "shirt", "tshirt": "shirt", "coat": "shirt", "jacket": "shirt", "sweater": "shirt", "kids": "shirt",
		"trousers": "trousers", "shoes": "shoes", "bag": "bag", "phone": "phone", "case": "phone", "watch": "watch", "earphones": "round", "speaker": "round"}[it.Category]
	if kind == "" {
		kind = "box"
	}
	colours := map[string]string{"red": "#c2332d", "black": "#2b2d33", "white": "#f7f4ee", "blue": "#2f5da8", "grey": "#858c96", "beige": "#d9c7a7", "camel": "#b98a56",
		"khaki": "#9b8f63", "brown": "#6f4a32", "clear": "#cfe3ea", "pink": "#e39bb0", "yellow": "#e0b53b", "green": "#4f7a4b"}
	fill := "#6c7f9a"
	if c := it.Attributes["colour"]; len(c) > 0 && colours[c[0]] != "" {
		fill = colours[c[0]]
	}
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" role="img"><rect width="200" height="200" fill="#e9edf2"/><path d="%s" fill="%s" stroke="#39424f" stroke-width="2" stroke-linejoin="round" fill-rule="evenodd"/></svg>`, shapes[kind], fill)
}
