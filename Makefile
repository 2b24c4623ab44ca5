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
	@echo "make hw                 playback and more on QEMU's HD Audio and AC'97, bit-exact"
	@echo "make check-kernels      the guest suite on every supported kernel, and PREEMPT_RT (long)"
	@echo "make nt                 the Windows driver, run in Wine, compared with Linux"
	@echo "make check-programs     sox, ffmpeg, JACK, PipeWire, ... and the kernel's ALSA selftests (long)"
	@echo "make coverage           which lines the tests run, as a table"
	@echo "make lint               sparse, W=1, checkpatch, layering"
	@echo "make conformance        a test for each statement of the WaveRT contracts, all modes"
	@echo "make prove              proofs: arithmetic, the page under weak memory, every schedule"
	@echo "make fuzz               fuzz the OS-neutral code and the binary interface (TIME= seconds each, 60)"
	@echo "make bench              instructions a notification and a position cost, as a table"
	@echo "make install            library, command and plugin into PREFIX= (/usr/local) below DESTDIR="
	@echo "make dkms               build and install the modules by DKMS, again at every new kernel"
	@echo "make sign               sign the modules for Secure Boot (MOK_KEY=, MOK_CERT=)"
	@echo "make deb                Debian packages, in build/deb"
	@echo "make check-packages     install, upgrade and remove these in a clean Debian (as root, long)"
	@echo "make check-bed          plant kernel defects and see that the tests catch each (long)"
	@echo "make clean"

demo:
	scripts/deps.sh build guest
	tests/demo/run.sh $(if $(DEFECT),--defect $(DEFECT))

check:
	scripts/deps.sh build guest unit prove lint abi32 kernels nt
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

hw:
	scripts/deps.sh build guest
	tests/check.sh hw

nt:
	scripts/deps.sh build guest nt
	tests/nt/run.sh

# Documentation/comparison.md
comparison:
	scripts/deps.sh build guest nt
	tests/nt/run.sh --runs 100 --table

check-programs:
	scripts/deps.sh build guest programs
	tests/programs/run.sh

check-kernels:
	scripts/deps.sh build guest abi32 kernels
	tests/kernels/run.sh
	tests/kernels/run.sh --table

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

# ---- installing ----

VERSION := $(shell sed -n 's/^VERSION := //p' userspace/Makefile)
PREFIX ?= /usr/local

install:
	$(MAKE) -C userspace O=$(CURDIR)/$(BUILD)/userspace PREFIX=$(PREFIX) install
	install -D -m 644 packaging/modprobe.conf \
		$(DESTDIR)$(PREFIX)/share/doc/alsa-wavert/examples/modprobe.conf
	[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ldconfig

# what DKMS builds from; debian/rules calls it too
DKMS_SOURCE := /usr/src/alsa-wavert-$(VERSION)

dkms-source:
	find Kbuild kernel compat -name Kbuild -o -name '*.[ch]' | while read -r file; do \
		install -D -m 644 $$file $(DESTDIR)$(DKMS_SOURCE)/$$file || exit; \
	done
	sed 's/#MODULE_VERSION#/$(VERSION)/' dkms.conf >$(DESTDIR)$(DKMS_SOURCE)/dkms.conf

# for the running kernel; what was there of the same version is replaced
DKMS_KVER ?= $(shell uname -r)

dkms:
	@! owner=$$(dpkg-query -S $(DKMS_SOURCE) 2>/dev/null) || \
		{ echo "dkms: $(DKMS_SOURCE) is of package $${owner%%:*}: remove that first" >&2; exit 1; }
	[ ! -d /var/lib/dkms/alsa-wavert/$(VERSION) ] || dkms remove alsa-wavert/$(VERSION) --all
	rm -rf $(DKMS_SOURCE)
	$(MAKE) dkms-source DESTDIR=
	dkms install alsa-wavert/$(VERSION) -k $(DKMS_KVER)

sign:
	packaging/sign-modules.sh "$(KDIR)" "$(BUILD)/$(KVER)"

deb:
	scripts/deps.sh packages
	packaging/source-tree.sh $(BUILD)/deb/alsa-wavert-$(VERSION)
	cd $(BUILD)/deb/alsa-wavert-$(VERSION) && dpkg-buildpackage -us -uc

check-packages:
	scripts/deps.sh build guest packages
	tests/packages/run.sh

clean:
	rm -rf $(BUILD)

.PHONY: help demo check check-programs hw nt comparison check-kernels modules userspace unit conformance prove guest-debian guest-uml lint fuzz check-debug coverage bench check-bed guest-programs \
	install dkms-source dkms sign deb check-packages clean
