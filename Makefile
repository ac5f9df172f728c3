# Carmine.  `make demo` and `make test` do everything on a fresh machine that has Swift and apt; `make help` lists the rest.
PREFIX ?= ./dist
BUILD := .build
SWIFT_BUILD := swift build -c release
RELEASE = $(BUILD)/release
EXAMPLES := vector_add matrix_multiply reduction histogram mandelbrot nbody streams device_printf symbols thrust_sort_scan

.DEFAULT_GOAL := help
.PHONY: help deps build install uninstall demo test test-clients test-soak test-wheels test-fuzz test-differential test-unit test-end-to-end test-ptx semantics test-kernel test-sanitize conformance conformance-runner test-stress bench toolkits clean

help:
	@echo "make demo              install what is missing, build, and run the examples built by NVIDIA's nvcc"
	@echo "make test              install what is missing, build, and run every test that fits CI"
	@echo "make build             the libraries and the carmine program, in release"
	@echo "make install PREFIX=…  bin/ lib/ include/ under PREFIX (default ./dist)"
	@echo "make uninstall PREFIX=…"
	@echo "make test-unit         the modules' own tests"
	@echo "make test-end-to-end   nvcc's and clang's binaries under the installed libraries"
	@echo "make test-ptx          every variant of the PTX instruction table on gfx942 and gfx1100, and by NVIDIA's ptxas"
	@echo "make conformance       every case of the CUDA Runtime API on both libraries: the page, and docs/coverage.md"
	@echo "make test-stress       eight threads on sixteen streams; SECONDS=600 for ten minutes"
	@echo "make test-kernel       Debian's kernels in QEMU: the real driver's answers, and ours to a machine without a GPU"
	@echo "make test-clients      AMD's newer user space (a Debian 13 root), tinygrad and OpenMP on the software GPU"
	@echo "make test-soak         random queue, memory and event traffic; SECONDS=7200 for two hours"
	@echo "make test-wheels       everything in the CUDA packages of docs/wheels.md, from PyPI, through the compiler (hours)"
	@echo "make test-fuzz         mutated PTX, fatbinaries, ELF files and archives under the address sanitizer; SECONDS=3600 for an hour"
	@echo "make test-differential random kernels: -O0 against -O3, gfx942 against gfx1100; SECONDS=3600 for an hour"
	@echo "make test-sanitize     the parsers' and containers' tests under the address and thread sanitizers, and two minutes of"
	@echo "                       test-stress on a runtime and a software GPU with the thread sanitizer"
	@echo "make bench             ratios against named rivals and limits"
	@echo "make clean             removes .build and dist"

deps:
	@Tools/install-dependencies.sh

# SwiftPM builds one product a call; what one call compiled the next finds.
PRODUCTS := carmine carmine-softgpu carmine-kfd carmine-core carmine-cudart13 carmine-cudart12 carmine-cuda
build: deps $(BUILD)/device.bc
	@for product in $(PRODUCTS); do $(SWIFT_BUILD) --product $$product 2>&1 | Tools/build-output.sh $$product || exit 1; done

$(BUILD)/device.bc: Tools/device-library.sh $(wildcard DeviceLibrary/*) Sources/CDeviceABI/include/carmine_device_abi.h | deps
	@Tools/device-library.sh $@

install: build
	@Tools/install.sh "$(RELEASE)" "$(BUILD)/device.bc" "$(PREFIX)"

uninstall:
	@Tools/install.sh --remove "$(PREFIX)"

toolkits: $(BUILD)/cuda-13/.carmine-stamp $(BUILD)/cuda-12/.carmine-stamp
$(BUILD)/cuda-%/.carmine-stamp: Tools/cuda-toolkit.sh | deps
	@Tools/cuda-toolkit.sh $* $(BUILD)/cuda-$*
	@touch $@

demo: install $(BUILD)/cuda-13/.carmine-stamp
	@Tools/build-examples.sh 13 $(BUILD)/examples-13
	@Tools/demo.sh "$(PREFIX)/bin/carmine" $(BUILD)/examples-13 $(EXAMPLES)

test: install toolkits semantics conformance-runner
	@Tools/test.sh "$(PREFIX)" unit end-to-end conformance bookworm

test-unit: install toolkits
	@Tools/test.sh "$(PREFIX)" unit

test-end-to-end: install toolkits semantics
	@Tools/test.sh "$(PREFIX)" end-to-end

# Every variant of the instruction table; `make test` takes each sixth.
test-ptx: install toolkits semantics
	@PTX_SEMANTICS_EVERY=1 Tests/EndToEnd/run.sh "$(PREFIX)" --only "PTX semantics"

semantics:
	@$(SWIFT_BUILD) --product ptx-semantics 2>&1 | Tools/build-output.sh ptx-semantics

conformance-runner: deps
	@$(SWIFT_BUILD) --product carmine-conformance 2>&1 | Tools/build-output.sh carmine-conformance

conformance: install conformance-runner
	@Tests/Conformance/run.sh "$(PREFIX)" $(RELEASE)/carmine-conformance --report

test-stress: install conformance-runner
	@CARMINE_DEVICE=soft LD_LIBRARY_PATH="$(abspath $(PREFIX))/lib" $(RELEASE)/carmine-conformance --library "$(abspath $(PREFIX))/lib/libcudart.so.13" --stress $(SECONDS)

test-kernel: install
	@Tools/test-kernel.sh "$(PREFIX)"

# Other people's programs that train or start up slowly: a machine with much else to do fails none of them.
test-clients: install
	@E2E_TIMEOUT=$${E2E_TIMEOUT:-900} Tools/test.sh "$(PREFIX)" bookworm trixie tinygrad openmp

SECONDS ?= 600
test-soak: install
	@$(SWIFT_BUILD) --product soak 2>&1 | Tools/build-output.sh soak
	@CARMINE_DEVICE=soft CARMINE_SOFT_COUNT=2 CARMINE_SOFTGPU_LIBRARY="$(abspath $(PREFIX))/lib/libcarmine-softgpu.so" $(RELEASE)/soak --seconds $(SECONDS)

test-wheels: install
	@Tools/wheels.sh test "$(PREFIX)"

test-fuzz: deps $(BUILD)/cuda-13/.carmine-stamp build
	@Tools/fuzz.sh $(SECONDS)

test-differential: install
	@Tests/Differential/run.sh "$(PREFIX)" $(SECONDS)

test-sanitize: install conformance-runner $(BUILD)/cuda-13/.carmine-stamp $(BUILD)/cuda-12/.carmine-stamp
	@Tools/sanitize.sh --prefix "$(PREFIX)"

bench: install toolkits
	@Tools/bench.sh "$(PREFIX)"

clean:
	rm -rf $(BUILD) dist
