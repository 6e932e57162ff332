# Tools are pinned here; nothing is installed into the machine.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
APIDIFF     := golang.org/x/exp/cmd/apidiff@v0.0.0-20260908205506-85c1c2202aba

.PHONY: help test race check vet staticcheck apidiff fuzz bench peers torture mutate golden figures

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

test: ## run the tests
	go test ./...

race: ## run the tests with the race detector
	go test -race ./...

check: ## everything CI runs
	.ci/run

vet: ## run go vet, and flowvet over the flows
	@go vet ./...
	@go run ./bot/flowvet/cmd/frontdesk-vet ./examples/...

staticcheck: ## run staticcheck
	@go run $(STATICCHECK) ./...

apidiff: ## show how the exported API differs from the last tag
	@tag=$$(git describe --tags --abbrev=0 2>/dev/null) || { echo "no tag yet: nothing to compare with"; exit 0; }; \
	old=$$(mktemp -d); trap 'git worktree remove --force '$$old'/src; rm -rf '$$old EXIT; \
	git worktree add -q $$old/src $$tag; \
	for p in $$(go list ./... | grep -vE '/internal/|/examples/'); do \
		(cd $$old/src && go run $(APIDIFF) -w $$old/api $$p 2>/dev/null) && go run $(APIDIFF) $$old/api $$p; \
	done; true

fuzz: ## run every fuzz target for ten seconds
	@for f in $$(git grep -lE '^func Fuzz' -- '*_test.go'); do \
		for t in $$(grep -oE '^func Fuzz[A-Za-z0-9_]+' $$f | cut -d' ' -f2); do \
			go test ./$$(dirname $$f) -run xxx -fuzz "^$$t\$$" -fuzztime 10s -fuzzminimizetime 20x || exit 1; \
		done; \
	done

bench: ## run the benchmarks
	go test -run xxx -bench . -benchmem ./...

peers: ## run the same bot on frontdesk and on other frameworks, and the stress on each
	cd internal/bench && go test -run Stress -v -timeout 60m . && go test -run xxx -bench . -benchmem .

torture: ## kill engines and stores 500 times each, see docs/reliability.md
	FRONTDESK_KILLS=500 go test -count=1 -timeout 3h -v -run 'Kill|Dies|Frozen|Oracle|Pairs|Torn' ./bot/store/...

mutate: ## break each promise on purpose: the tests must notice
	FRONTDESK_MUTATE=1 go test -count=1 -timeout 3h -v ./bot/store/internal/mutate

golden: ## rewrite the golden conversations
	go test ./examples/shop -update

figures: ## measure on the public sets in FRONTDESK_DATA
	@test -n "$(FRONTDESK_DATA)" || { echo "set FRONTDESK_DATA to the folder with the sets"; exit 1; }
	@go build -o bin/evaluate ./examples/evaluate
	@for s in bq atec oppo cmrc covidfaq; do echo "retrieve $$s"; bin/evaluate retrieve -dir $(FRONTDESK_DATA)/retrieve/$$s; done
	@for s in banking77 clinc150; do echo "retrieve $$s"; bin/evaluate retrieve -no-answers -dir $(FRONTDESK_DATA)/retrieve/$$s; done
	@for s in clinc150 banking77 smp2017 snips cais; do echo "intent $$s"; d=$(FRONTDESK_DATA)/intent/$$s; \
		oos=$$(test -f $$d/oos_test.tsv && echo -oos-test $$d/oos_test.tsv); bin/evaluate intent -train $$d/train.tsv -test $$d/test.tsv $$oos 2>/dev/null; done
	@for s in waimai_10k nlpcc2014_task2 online_shopping_10_cats smp2020_usual osm2022 sst2; do echo "sentiment $$s"; bin/evaluate sentiment -test $(FRONTDESK_DATA)/sentiment/$$s/test.tsv; done
	@d=$(FRONTDESK_DATA)/recommend; for s in lastfm gowalla; do echo "recommend $$s"; bin/evaluate recommend -train $$d/$$s/train.tsv -test $$d/$$s/test.tsv; done; \
		for s in beauty toys; do echo "recommend $$s"; bin/evaluate recommend -next -train $$d/$$s/train.tsv -valid $$d/$$s/valid.tsv -test $$d/$$s/test.tsv; done; \
		for s in diginetica tmall yoochoose64; do echo "recommend $$s"; bin/evaluate recommend -sessions -train $$d/$$s/train_sessions.txt -test $$d/$$s/test_sessions.txt; done; \
		echo "recommend tafeng, the rest of a basket"; bin/evaluate recommend -baskets -train $$d/tafeng/history_baskets.tsv -test $$d/tafeng/future_baskets.tsv; \
		echo "recommend tafeng, the next basket"; bin/evaluate recommend -next-baskets -train $$d/tafeng/history_baskets.tsv -test $$d/tafeng/future_baskets.tsv; \
		echo "recommend groceries"; bin/evaluate recommend -baskets -train $$d/groceries/train_baskets.tsv -test $$d/groceries/test_baskets.tsv
