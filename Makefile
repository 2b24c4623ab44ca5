# SPDX-License-Identifier: GPL-2.0-only
# alsa-wavert: what a newcomer types. `make help` lists the goals.
#
# kbuild is called from scripts/build-modules.sh only, with one goal a call.

BUILD := build
KDIR ?= $(shell tests/guest/run --print-kdir)
KVER ?= $(shell basename "$$(readlink -f "$(KDIR)")" | sed s/^linux-headers-//)

help:
	@echo "make demo               play and record through both models, in a guest, and prove it"
	@echo "make check              all tests but the long ones"
	@echo "make modules            kernel modules (KDIR= another kernel's build directory)"
	@echo "make userspace          libwavert and the wavert command"
	@echo "make unit               tests of the OS-neutral code, on the host"
	@echo "make guest-debian       tests in a guest with Debian's kernel"
	@echo "make guest-uml          the same in User Mode Linux (KASAN, lockdep, UBSAN, kmemleak)"
	@echo "make check-debug        the same in all debug kernels, with KASAN and KCSAN (long)"
	@echo "make coverage           which lines the tests run, as a table"
	@echo "make lint               sparse, W=1, checkpatch, layering"
	@echo "make conformance        a test for each statement of the WaveRT contracts, all modes"
	@echo "make prove              proofs: arithmetic, the page under weak memory, every schedule"
	@echo "make fuzz               fuzz the OS-neutral code and the binary interface (TIME= seconds each, 60)"
	@echo "make bench              instructions a notification and a position cost, as a table"
	@echo "make check-bed          plant kernel defects and see that the tests catch each (long)"
	@echo "make clean"

demo:
	scripts/deps.sh build guest
	tests/demo/run.sh $(if $(DEFECT),--defect $(DEFECT))

check:
	scripts/deps.sh build guest unit prove lint abi32 kernels
	tests/check.sh

modules:
	scripts/build-modules.sh "$(KDIR)" "$(BUILD)/$(KVER)"

userspace:
	$(MAKE) -C userspace O=$(CURDIR)/$(BUILD)/userspace

unit guest-debian guest-uml lint:
	tests/check.sh $@

fuzz:
	tests/check.sh fuzz fuzz-abi

# every mode, and the document
conformance:
	scripts/deps.sh build guest unit abi32 kernels
	tests/conformance/run.sh
	tests/conformance/run.sh --table

# make check looks at fewer schedules
prove:
	PREEMPTIONS=3 tests/check.sh prove

check-debug:
	scripts/deps.sh build guest abi32 kernels
	tests/check.sh guest-uml guest-x86-kasan guest-x86-kcsan

coverage:
	scripts/deps.sh build guest unit abi32 kernels
	tests/coverage.sh

bench:
	scripts/deps.sh build guest
	tests/bench/run.sh

check-bed: guest-programs
	tests/plants/check-bed.sh

guest-programs:
	tests/check.sh $@

clean:
	rm -rf $(BUILD)

.PHONY: help demo check modules userspace unit conformance prove guest-debian guest-uml lint fuzz check-debug coverage bench check-bed guest-programs clean
