# bASIC. The two commands of the README are `make demo` and `make test`; both do all the set-up they need.

SHELL := /bin/bash
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift

# The product: optimised, with Swift's own libraries inside, so that it runs where no toolchain is.
STATIC := $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib,)
BUILD := $(SWIFT) build -c release $(STATIC) --product basic
BINARY := .build/release/basic

# The tests: optimised too, because numeric tests are a hundred times slower otherwise, with the invariants checked that
# a debug build checks. Other flags than the product's, hence another folder.
TEST_FLAGS := -c release --scratch-path .build-tests -Xswiftc -enable-testing -Xswiftc -DCHECK_INVARIANTS

PROBLEM ?= Examples/01_swish.py
SOURCES := Package.swift Sources Tests Benchmarks

.PHONY: help setup build test test-long test-endpoints test-kernels demo bench bench-decode install uninstall lint format docs \
  kernelbench clean

help:
	@echo "make demo      set up, write a CUDA kernel for $(PROBLEM), compile it (PROBLEM=… for another)"
	@echo "make test      set up and run the tests"
	@echo "make setup     the engine (libllama) and the CUDA compiler, once"
	@echo "make build     the basic binary: $(BINARY)"
	@echo "make test-long the tests with long fuzzing and endurance"
	@echo "make test-endpoints  the clients of endpoints against llama.cpp's own server, which is built once"
	@echo "make test-kernels  the kernels of products and attention with their definition, also ARM's, under qemu"
	@echo "make bench     the benchmarks"
	@echo "make bench-decode  decoding against llama.cpp's own programs, which are built once (hours; the script says what takes less)"
	@echo "make install   basic, its models and its CUDA compiler below PREFIX ($(PREFIX))"
	@echo "make lint      style;  make format  mends it;  make docs  the documentation"
	@echo "make kernelbench  clones the KernelBench problems;  make clean  removes what was built"

setup:
	@Scripts/setup-engine.sh
	@Scripts/setup-python.sh

# Foundation's static library makes the linker warn of a call that nothing of ours makes.
build: setup
	@set -o pipefail; $(BUILD) --quiet 2>&1 | { grep -v 'mktemp' || true; } >&2

demo: build
	@$(BINARY) generate $(PROBLEM)

test: setup
	@BASIC_SLOW_TESTS=1 Scripts/test.sh $(TEST_FLAGS)

test-long: setup
	@BASIC_SLOW_TESTS=1 BASIC_LONG_TESTS=1 Scripts/test.sh $(TEST_FLAGS)

test-endpoints: setup
	@Scripts/test-endpoints.sh $(TEST_FLAGS)

test-kernels:
	@Scripts/test-kernels.sh

bench: build
	@$(BINARY) bench decode

bench-decode: build
	@Scripts/bench-decode.sh $(BINARY)

install: build
	@Scripts/install.sh "$(DESTDIR)$(PREFIX)"

uninstall:
	@Scripts/install.sh --remove "$(DESTDIR)$(PREFIX)"

lint:
	@$(SWIFT) format lint --strict --recursive --parallel $(wildcard $(SOURCES))
	@Scripts/lint.sh

format:
	@$(SWIFT) format --in-place --recursive --parallel $(wildcard $(SOURCES))

docs:
	@Scripts/docs.sh

kernelbench:
	@test -d KernelBench || git clone --depth 1 https://github.com/ScalingIntelligence/KernelBench KernelBench

clean:
	rm -rf .build .build-tests Benchmarks/.build
