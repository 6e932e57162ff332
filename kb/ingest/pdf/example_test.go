package pdf_test

import (
	"fmt"
	"io"
	"os"

	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/ingest"
	"github.com/frontdesk-go/frontdesk/kb/ingest/pdf"
)

func ExampleRead() {
	docs, err := ingest.Dir(os.DirFS("handbook"), &ingest.Options{
		Readers: map[string]func(string, io.Reader, *ingest.Options) ([]kb.Entry, error){".pdf": pdf.Read},
	})
	if err != nil {
		fmt.Println("there is no folder handbook")
	}
	fmt.Println(len(docs))
	// Output:
	// there is no folder handbook
	// 0
}
