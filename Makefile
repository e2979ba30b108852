# The commands of development. The scripts that they run have the details.
.PHONY: build install check test test-all lint fmt fuzz picture bench-list bench-tui bench-rank bench-trace bench-watch bench-adopt bench-lost release-check clean

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS := -s -w -X github.com/DaRacci/list-ephemeral/internal/cli.linkedVersion=$(VERSION)

build:
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o list-ephemeral .

install:
	CGO_ENABLED=0 go install -trimpath -ldflags '$(LDFLAGS)' .

# Lint, and the tests that need neither root nor additional packages.
check:
	./scripts/check.sh

test:
	./scripts/test.sh

# All cases of all tests, and each fuzz test for ten seconds.
test-all: test
	./scripts/thorough.sh

lint:
	./scripts/lint.sh

fmt:
	./scripts/lint.sh fmt

# Each fuzz test for 100,000 inputs; FUZZTIME=10m for more.
fuzz:
	./scripts/fuzz.sh

# The picture in the README: the screen of the program in a pseudo-terminal.
picture:
	go test ./internal/cli -run Picture -update

bench-list:
	./bench/list.sh

bench-tui:
	./bench/tui.sh

bench-rank:
	go run ./bench/rank

bench-trace:
	./bench/trace.sh

bench-watch:
	./bench/watch.sh

bench-adopt:
	./bench/adopt.sh

bench-lost:
	./bench/lost.sh

# Builds a release of the last commit twice, compares the results, and installs the package.
release-check:
	./scripts/release-check.sh

clean:
	rm -rf list-ephemeral build dist
