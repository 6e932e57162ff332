// Command gen writes the table of traditional and simplified characters that
// package text embeds, from the dictionaries of OpenCC
// (https://github.com/BYVoid/OpenCC, Apache License 2.0).
//
//	go run ./internal/text/gen -opencc DIR -out internal/text/simplified.txt
//
// DIR holds TSCharacters.txt and TSPhrases.txt; by default it is text/opencc
// under the folder that FRONTDESK_DATA names.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("opencc", filepath.Join(os.Getenv("FRONTDESK_DATA"), "text", "opencc"), "folder of the OpenCC dictionaries")
	out := flag.String("out", "simplified.txt", "file to write")
	flag.Parse()
	if err := run(*dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir, out string) error {
	table, err := build(os.DirFS(dir))
	if err != nil {
		return err
	}
	return os.WriteFile(out, table, 0o644)
}
