# The commands of a developer's day; CMake does the work.
#   make demo        installs what is missing, builds, links and runs a C++ program
#   make test        installs what the tests need, builds, runs them all but test-real's
SHELL := bash
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 600
B := build/release

.PHONY: all demo test test-real bench bench-runtime fuzz install format check-format clean
all: $(B)/build.ninja
	cmake --build --preset release -j $(JOBS)

$(B)/build.ninja:
	cmake --preset release

# Configures again each time: a bootstrap may have brought a library that was missing.
demo:
	scripts/bootstrap.sh demo
	cmake --preset release
	cmake --build --preset release -j $(JOBS)
	scripts/demo.sh $(B)

test:
	scripts/bootstrap.sh test
	cmake --preset release
	cmake --build --preset release -j $(JOBS)
	scripts/run-ctest.sh --preset release -j $(JOBS)

test-real:
	scripts/bootstrap.sh real
	cmake --preset release
	cmake --build --preset release -j $(JOBS)
	scripts/run-ctest.sh --preset real -j $(JOBS)

bench:
	scripts/bootstrap.sh bench
	cmake --preset release
	cmake --build --preset release -j $(JOBS)
	@if [ -x bench/run.sh ]; then GOLD_GO=$(CURDIR)/$(B)/gold-go bench/run.sh; \
	else echo "bench/run.sh does not exist yet: nothing is measured"; fi

# Beside Go, interleaved; writes docs/runtime-benchmarks.md.
bench-runtime:
	scripts/bootstrap.sh bench
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target go_rt_bench go_rt_net_bench
	runtime/bench/run.sh $(B)

fuzz:
	scripts/bootstrap.sh test
	cmake --preset fuzz
	cmake --build --preset fuzz -j $(JOBS)
	scripts/run-fuzz.sh build/fuzz $(FUZZ_SECONDS)

install: all
	cmake --install $(B) --prefix $(PREFIX)

format:
	scripts/format.sh -i

check-format:
	scripts/format.sh --dry-run --Werror

clean:
	rm -rf build
