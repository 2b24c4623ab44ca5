# SPDX-License-Identifier: GPL-2.0-only
# alsa-wavert: goals for users and developers. `make help` lists them.
#
# kbuild is called from scripts/build-modules.sh only, with one goal a call.

BUILD := build
# the running kernel, also a vendor's; on a machine without its headers, the newest of Debian's
KDIR ?= $(or $(patsubst %/Makefile,%,$(wildcard /lib/modules/$(shell uname -r)/build/Makefile)),$(shell tests/guest/run --print-kdir))
KVER ?= $(shell WRT_KDIR="$(KDIR)" tests/guest/run --print-kver)

help:
	@echo "make demo               play and record through both models, in a guest, and prove it"
	@echo "make check              all tests except the long ones; PARTS=\"lint unit\": only these parts"
	@echo "make modules            kernel modules (KDIR= another kernel's build directory)"
	@echo "make userspace          libwavert and the wavert command"
	@echo "make check-debug        clang, fuzzing, and the guest suite in UML, KASAN, KCSAN (long)"
	@echo "make check-kernels      guest tests on every supported kernel, and PREEMPT_RT (long)"
	@echo "make check-arch         the same for arm64, armhf, i386 and riscv64 (ARCH= some of them; long)"
	@echo "make check-programs     sox, ffmpeg, JACK, PipeWire, ... and the kernel's ALSA selftests (long)"
	@echo "make coverage           which lines the tests run, as a table"
	@echo "make conformance        the contract tests in every mode; writes build/conformance/table.md (long)"
	@echo "make comparison         scenarios on Windows' side and on Linux; writes build/nt/comparison.md (long)"
	@echo "make windows            the Windows driver, signed for tests, with INF files, in build/windows"
	@echo "make bench              instructions a notification and a position cost, as a table"
	@echo "make doc                one HTML page of the kernel's and the library's interfaces, in build/doc"
	@echo "make install            library, command and plugin into PREFIX= (/usr/local) below DESTDIR="
	@echo "make dkms               build and install the modules by DKMS, again at every new kernel"
	@echo "make sign               sign the modules for Secure Boot (MOK_KEY=, MOK_CERT=)"
	@echo "make deb                Debian packages, in build/deb"
	@echo "make check-packages     install, upgrade and remove these in a clean Debian (as root, long)"
	@echo "make check-mutants      change core and miniport by their syntax and see the tests fail (long)"
	@echo "make check-bed          inject kernel defects and see that the tests catch each (long)"
	@echo "make clean"

demo:
	scripts/deps.sh build guest
	tests/demo/run.sh $(if $(DEFECT),--defect $(DEFECT))

# PARTS: those that `tests/check.sh --help` lists. ONLY=REGEX: only runs whose names match.
check:
	scripts/deps.sh $(if $(PARTS),--for $(PARTS),build guest unit prove lint abi32 kernels nt)
	tests/check.sh $(PARTS)

modules:
	scripts/build-modules.sh "$(KDIR)" "$(BUILD)/$(KVER)"

userspace:
	$(MAKE) -C userspace O=../$(BUILD)/userspace

# runs every mode and writes build/conformance/table.md
conformance:
	scripts/deps.sh build guest unit abi32 kernels
	tests/conformance/run.sh
	tests/conformance/run.sh --table

check-debug:
	scripts/deps.sh build guest abi32 kernels
	tests/check.sh guest-runner host-clang fuzz-abi failnth nt-models guest-uml guest-long guest-x86-kasan guest-x86-kcsan

# build/nt/comparison.md
comparison:
	scripts/deps.sh build guest nt
	tests/nt/run.sh --runs 100 --table

# build/windows: Documentation/windows.md
windows:
	scripts/deps.sh build nt
	packaging/windows/package.sh build/windows

check-programs:
	scripts/deps.sh build guest programs
	tests/programs/run.sh

check-kernels:
	scripts/deps.sh build guest abi32 kernels
	tests/kernels/run.sh
	tests/kernels/run.sh --table

# what these need beside this machine's packages is unpacked into the cache
ARCH ?= arm64 armhf i386 riscv64

check-arch:
	scripts/deps.sh build guest abi32 kernels
	MAKEFLAGS= tests/kernels/run.sh $(foreach arch,$(ARCH),$(shell tests/kernels/fetch.sh --list $(arch)))
	tests/kernels/run.sh --table $(ARCH)

coverage:
	scripts/deps.sh build guest unit abi32 kernels
	tests/coverage.sh

bench:
	scripts/deps.sh build guest
	tests/bench/run.sh

check-mutants:
	scripts/deps.sh --for unit conformance
	tests/mutants/run.py

check-bed:
	scripts/deps.sh --for unit prove guest-uml guest-debian
	tests/check.sh guest-programs
	tests/check-bed.sh

doc:
	scripts/deps.sh doc
	scripts/doc.sh "$(KDIR)" "$(BUILD)/doc"

# ---- installing ----

VERSION := $(shell sed -n 's/^VERSION := //p' userspace/Makefile)
PREFIX ?= /usr/local

install:
	$(MAKE) -C userspace O=../$(BUILD)/userspace PREFIX=$(PREFIX) install
	install -D -m 644 packaging/modprobe.conf \
		$(DESTDIR)$(PREFIX)/share/doc/alsa-wavert/examples/modprobe.conf
	[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ldconfig

# installs the sources for DKMS; debian/rules also calls it
DKMS_SOURCE := /usr/src/alsa-wavert-$(VERSION)

dkms-source:
	find Kbuild kernel compat -name Kbuild -o -name '*.[ch]' | while read -r file; do \
		install -D -m 644 $$file $(DESTDIR)$(DKMS_SOURCE)/$$file || exit; \
	done
	sed 's/#MODULE_VERSION#/$(VERSION)/' dkms.conf >$(DESTDIR)$(DKMS_SOURCE)/dkms.conf

# for the running kernel; replaces modules of the same version
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

.PHONY: help demo check check-debug check-programs check-kernels check-arch check-mutants check-bed check-packages modules userspace \
	conformance comparison windows coverage bench doc install dkms-source dkms sign deb clean
