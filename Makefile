.PHONY: help build run test race oracle e2e differ lint fuzz ci
help:   ## list the targets
	@grep -E '^[a-z0-9-]+: .*##' $(MAKEFILE_LIST) | sed 's/: *##/\t/'
build:  ## one static binary at bin/graticule
	CGO_ENABLED=0 go build -trimpath -o bin/graticule ./cmd/graticule
run: build ## build, then run a three-region cluster on this machine
	./bin/graticule demo
test:   ## all tests
	go test ./...
race:   ## all tests under the race detector
	go test -race ./...
lint:   ## formatting and vet
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	go vet ./...
fuzz:   ## damaged input for parsers and decoders: MUTATIONS=1000000 STATEMENTS=10000000 FUZZTIME=10s
	scripts/fuzz
oracle: ## play the cases of the language at a real Neo4j: ORACLE=bolt://… ORACLE25=bolt://… [ARGS="-record -only TEXT"]
	go run ./internal/cases/oracle $(ARGS)
differ: ## play random statements at a real Neo4j and at the engine: ORACLE=bolt://… [SEED=1 STATEMENTS=2000 ARGS="-shrink 0"]
	go run ./internal/difftest/differ -seed $(or $(SEED),1) -statements $(or $(STATEMENTS),2000) $(ARGS)
e2e: build ## the demo under the official drivers of four languages
	scripts/e2e
ci: lint test e2e ## what CI runs
