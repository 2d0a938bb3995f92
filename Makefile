# make run      deploy the example on this machine and score it
# make test     everything that CI runs
# make install  PREFIX=/usr/local

CONFIG ?= debug
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
BERTH = .build/$(CONFIG)/berth
SOURCES = $(shell find Sources Package.swift -type f)
# Imports that Package.swift does not declare are errors: an arrow cannot appear by accident.
BUILD_FLAGS = --explicit-target-dependency-import-check error

.PHONY: run build release fuzz test test-unit test-process test-python test-end-to-end test-docker lint check-tools install clean bench picture bench-gateway bench-path soak-gateway

run: check-tools $(BERTH)
	@scripts/run-example.sh $(BERTH)

build: $(BERTH)

$(BERTH): $(SOURCES)
	@echo "building berth ($(CONFIG)): the first time takes about 10 minutes on 2 cores, most of it for libraries" >&2
	$(SWIFT) build -c $(CONFIG) --product berth $(BUILD_FLAGS) $(if $(filter release,$(CONFIG)),--static-swift-stdlib)
	@touch $(BERTH)

release:
	@$(MAKE) build CONFIG=release

check-tools:
	@scripts/check-tools.sh

test: check-tools lint test-unit test-process test-python test-end-to-end
	@scripts/summary.sh report

lint:
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Package.swift

test-unit:
	@scripts/summary.sh reset
	$(SWIFT) build --build-tests $(BUILD_FLAGS)
	@scripts/summary.sh swift unit $(SWIFT) test --skip-build --skip ProcessTests

# These start processes, open sockets and fill disks: one after the other.
test-process: $(BERTH)
	@scripts/summary.sh swift process $(SWIFT) test --skip-build --no-parallel --filter ProcessTests

test-python:
	@scripts/summary.sh plain "inference server" inference/tests/run.sh

test-end-to-end: $(BERTH)
	@scripts/summary.sh plain "end to end" python3 Tests/EndToEnd/run.py $(BERTH)
	@scripts/summary.sh plain "server" python3 Tests/EndToEnd/server.py $(BERTH)
	@scripts/summary.sh plain "kill -9 of the server" python3 Tests/EndToEnd/crash.py $(BERTH) 12
	@scripts/summary.sh plain "https end to end" python3 Tests/EndToEnd/secure.py $(BERTH)
	@scripts/summary.sh plain "clients of the service" python3 Tests/SDK/clients.py $(BERTH)
	@scripts/summary.sh plain "diagnosis corpus" python3 Tests/Diagnosis/run.py

# A private engine and registries, as root; elsewhere it is skipped and counted.
test-docker: $(BERTH)
	@scripts/summary.sh plain "containers" python3 Tests/Docker/run.py $(BERTH)

# libFuzzer on the gateway's parsers and state machine; FUZZ_SECONDS=600 for longer.
fuzz:
	BERTH_FUZZ=1 $(SWIFT) build --scratch-path .build-fuzz --product berth-gateway-fuzz
	.build-fuzz/debug/berth-gateway-fuzz -dict=Sources/berth-gateway-fuzz/http.dict -max_len=4096 \
		-max_total_time=$(or $(FUZZ_SECONDS),60)

install:
	@test -x .build/release/berth || $(MAKE) release
	scripts/install.sh .build/release/berth "$(DESTDIR)$(PREFIX)"

# The README's picture: what the commands say on a terminal, drawn.
picture: $(BERTH)
	python3 scripts/session-picture.py $(BERTH) docs/session.svg

bench: release
	python3 benchmarks/local/run.py .build/release/berth

# The gateway alone, in release: a build of its own, since it needs few libraries.
PROBE = .build-gateway/release/berth-gateway-probe
MINUTES ?= 10

$(PROBE): $(SOURCES)
	BERTH_TARGETS=berth-gateway-probe $(SWIFT) build -c release --scratch-path .build-gateway \
		--product berth-gateway-probe $(BUILD_FLAGS)
	@touch $(PROBE)

# Against nginx, HAProxy and Caddy, with 1 and 10,000 endpoints; benchmarks/gateway/install.sh fetches the peers.
bench-gateway: $(PROBE)
	python3 benchmarks/gateway/run.py $(PROBE) --endpoints 1,10000

# Gateway and inference server against azmlinfsrv alone; benchmarks/inference/install.sh ours azmlinfsrv.
bench-path: $(PROBE)
	python3 benchmarks/gateway/end_to_end.py $(PROBE)

# Mixed load with failures for MINUTES; fails where memory grows.
soak-gateway: $(PROBE)
	python3 benchmarks/gateway/soak.py $(PROBE) --minutes $(MINUTES)

clean:
	rm -rf .build .build-*
