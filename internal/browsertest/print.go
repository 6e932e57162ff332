package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Media shows the page as for a medium, "print" or "screen"; "" is its own again.
func (p *Tab) Media(name string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name})
		return err
	}))
}

// Print prints the page and returns the PDF.
func (p *Tab) Print() []byte {
	p.t.Helper()
	var pdf []byte
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		got, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{})
		pdf = got.Data
		return err
	}))
	return pdf
}
