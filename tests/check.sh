#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# All tests but the long ones; make check. Every part prints TAP, which is added up to a
# closing line "N passed, N failed, N skipped". Exit code 0 if nothing failed.
#
#   tests/check.sh [PART...]   parts: lint layers unit userspace conformance prove fuzz fuzz-abi guest-runner guest-debian guest-uml
#                              guest-x86-kasan guest-x86-kcsan demo hw nt
set -u
cd "$(dirname "$0")/.." || exit
top=$PWD
logs=${LOGS:-$top/build/check}
passed=0
failed=0
skipped=0
MODULE_FLAGS=${MODULE_FLAGS-}	# for kbuild; tests/coverage.sh
rm -rf "$logs"
mkdir -p "$logs" build/guest

# Runs one part, shows its TAP, counts it. A part that ends badly without having said
# "not ok", or says nothing at all, is a failure of its own.
part()	# NAME COMMAND...
{
	local name=$1 log=$logs/$1 began=$SECONDS code ok not_ok skip
	shift
	echo "# ---- $name"
	"$@" >"$log" 2>"$log.err"
	code=$?
	cat "$log"
	ok=$(grep -c '^ok ' "$log")
	not_ok=$(grep -c '^not ok ' "$log")
	skip=$(grep -c '^ok .*# SKIP' "$log")
	if { [ $code -ne 0 ] && [ "$not_ok" = 0 ]; } || [ "$ok$not_ok" = 00 ]; then
		echo "not ok - $name ended with exit code $code"
		tail -n 30 "$log.err" | sed 's/^/# /'
		not_ok=$((not_ok + 1))
	fi
	echo "# $name took $((SECONDS - began)) s"
	passed=$((passed + ok - skip))
	skipped=$((skipped + skip))
	failed=$((failed + not_ok))
}

build_for()	# BED OUT
{
	local kdir
	kdir=$(tests/guest/run --bed "$1" --print-kdir) || return 1
	# shellcheck disable=SC2046,SC2086 # nothing, or words
	scripts/build-modules.sh "$kdir" "build/$2" $([ "$1" = uml ] && echo ARCH=um) \
		$MODULE_FLAGS >"$logs/build-$1" 2>&1 || { cat "$logs/build-$1"; return 1; }
}

compile()	# NAME SOURCE FLAGS...: a test program
{
	local name=$1 source=$2
	shift 2
	gcc -O1 -g -Wall -Wextra -Werror -Icompat/uapi -o "build/guest/$name" "$source" "$@"
}

build_programs()
{
	make -s -C userspace "O=$top/build/userspace" all plugin &&
		compile plugin_test tests/guest/plugin_test.c -lasound -lpthread &&
		compile plugin_cost tests/guest/plugin_cost.c -lasound &&
		compile abi_test64 tests/guest/abi_test.c -static &&
		compile abi_test32 tests/guest/abi_test.c -static -m32 &&
		compile unplug_test tests/guest/unplug_test.c -static -lpthread &&
		compile pcm_test tests/guest/pcm_test.c -lasound &&
		compile abuse_test tests/guest/abuse_test.c -static -lpthread &&
		compile failnth_test tests/guest/failnth_test.c -static -lpthread &&
		compile stress_test tests/guest/stress_test.c -static -lpthread &&
		compile race_test tests/guest/race_test.c -lasound -lpthread
}

time_limit()	# BED: seconds of wall time; emulated kernels with all checks are slow
{
	case $1 in
	x86-*) echo 900 ;;
	*) echo 300 ;;
	esac
}

guest()	# BED MODULES "SIM-PARAMETERS" RUN-OPTIONS...
{
	local bed=$1 dir=build/$2 parameters=$3
	shift 3
	tests/guest/run --bed "$bed" --timeout "$(time_limit "$bed")" --module "$dir/snd-wavert.ko" \
		--module "$dir/snd-wavert-sim.ko $parameters" "$@"
}

abuse_test()	# BED MODULES
{
	# shellcheck disable=SC2046 # nothing, or two words
	tests/guest/run --bed "$1" --timeout "$(time_limit "$1")" $([ "$1" = uml ] || echo --smp 2) --no-insmod \
		--module "build/$2/snd-wavert.ko" --module "build/$2/snd-wavert-sim.ko" \
		--file build/guest/abuse_test -- abuse_test
}

system_test()	# BED MODULES
{
	local bed=$1 dir=$2
	shift 2
	tests/guest/run --bed "$bed" "$@" --timeout "$(time_limit "$bed")" --no-insmod \
		--module "build/$dir/snd-wavert.ko" \
		--module "build/$dir/snd-wavert-sim.ko" --tool aplay --tool arecord \
		--file build/userspace/wavert --file /usr/share/sounds/alsa/Front_Center.wav \
		--file tests/guest/tap.sh --file tests/guest/system_test.sh -- sh system_test.sh
}

# The plugin comes before its configuration: with libasound the runner copies ALSA's own.
plugin_test()	# BED MODULES
{
	local bed=$1 dir=build/$2 lib
	lib=$(pkg-config --variable=libdir alsa)/alsa-lib/libasound_module_pcm_wavert.so
	tests/guest/run --bed "$bed" --timeout "$(time_limit "$bed")" \
		--module "$dir/snd-wavert.ko" --module "$dir/snd-wavert-sim.ko index=0 streams=2" \
		--debian-module "snd-dummy index=1" --tool aplay --tool arecord --tool speaker-test \
		--file "build/userspace/libasound_module_pcm_wavert.so=$lib" \
		--file userspace/alsa-plugin/50-wavert.conf=/etc/alsa/conf.d/50-wavert.conf \
		--file build/guest/plugin_test --file tests/guest/tap.sh --file tests/guest/plugin_test.sh -- sh plugin_test.sh
}

# Devices at fixed places: bind_test.sh knows them.
bind_test()	# BED MODULES
{
	tests/guest/run --bed "$1" --timeout "$(time_limit "$1")" --no-insmod \
		--debian-module snd-hda-codec-generic --debian-module snd-hda-intel \
		--debian-module snd-intel8x0 --module "build/$2/snd-wavert.ko" \
		--module "build/$2/snd-wavert-hda.ko" --module "build/$2/snd-wavert-ich.ko" \
		--qemu -audiodev --qemu none,id=a,timer-period=1000 \
		--qemu -device --qemu intel-hda,addr=4 \
		--qemu -device --qemu hda-duplex,audiodev=a,use-timer=off \
		--qemu -device --qemu AC97,addr=5,audiodev=a \
		--qemu -device --qemu ES1370,addr=6,audiodev=a --tool aplay \
		--file build/userspace/wavert --file tests/guest/tap.sh --file tests/guest/bind_test.sh -- sh bind_test.sh
}

# On a kernel of tests/kernels/ the in-tree drivers are of no interest.
hw_test()	# BED MODULES
{
	# shellcheck disable=SC2046 # nothing, or one word
	env "MODULES=build/$2" tests/hw/run.sh --bed "$1" $([ -z "${WRT_KDIR-}" ] || echo --alone)
}

# Linked PCM streams make lockdep complain of the ALSA core: a stream's lock and its group's
# are of one class, and snd_pcm_stream_group_ref() takes the one under the other.
allow_linked='possible recursive locking|Call Trace:'

# Parts that compare times need time that does not depend on the host's load: --icount,
# with one processor. The others run on as many as they can get.
guest_parts()	# BED MODULES
{
	local bed=$1 dir=$2 rounds=100 seconds=20 reads=10000000
	local exact=() linked=()
	case $bed in
	x86-*)
		rounds=15
		seconds=60
		reads=3000000
		exact=(--icount --shift 0)	# a check costs instructions, and so time
		linked=(--allow "$allow_linked")
		;;
	esac
	if ! build_for "$bed" "$dir" || ! build_programs; then
		failed=$((failed + 1))
		echo "not ok - modules and test programs build for bed $bed"
		return
	fi
	part "$bed-abi-64" guest "$bed" "$dir" "clock=step streams=2" \
		--file build/guest/abi_test64 -- abi_test64
	[ "$bed" = uml ] || part "$bed-abi-32" guest "$bed" "$dir" "clock=step streams=2" \
		--file build/guest/abi_test32 -- abi_test32
	part "$bed-unplug" guest "$bed" "$dir" "" --file build/guest/unplug_test -- unplug_test
	[ "$bed" = uml ] || part "$bed-unplug-4-cpus" guest "$bed" "$dir" "" --smp 4 \
		--append slub_debug=FZPU --file build/guest/unplug_test -- unplug_test $rounds
	[ "$bed" = uml ] || part "$bed-race" guest "$bed" "$dir" "streams=2" --smp 2 "${linked[@]}" --tool aplay \
		--file build/guest/race_test -- race_test
	if [ "$bed" != uml ]; then
		part "$bed-page" guest "$bed" "$dir" clock=step --smp 2 \
			--file build/guest/stress_test -- stress_test page "$reads"
		part "$bed-stress" guest "$bed" "$dir" "" --smp 2 \
			--file build/guest/stress_test -- stress_test calls "$seconds"
	fi
	part "$bed-abuse" abuse_test "$bed" "$dir"
	[ "$bed" != uml ] || part "$bed-every-allocation-fails" \
		tests/guest/failnth.sh "build/$dir" build/guest/failnth_test
	part "$bed-conformance" env "MODULES=build/$dir" tests/conformance/run.sh \
		--mode "$bed-step" --mode "$bed-hrtimer"
	[ "$bed" != debian ] || part debian-conformance-32 env "MODULES=build/$dir" \
		tests/conformance/run.sh --mode debian-step-32
	[ "$bed" != debian ] || part conformance-hw env "MODULES=build/$dir" \
		tests/conformance/run.sh --mode hda-msi --mode hda-intx --mode ich
	part "$bed-pcm" guest "$bed" "$dir" "streams=2" "${exact[@]}" --tool aplay --file build/guest/pcm_test -- pcm_test
	part "$bed-system" system_test "$bed" "$dir" "${exact[@]}"
	[ "$bed" != debian ] || part debian-plugin plugin_test "$bed" "$dir"
	[ "$bed" != debian ] || part debian-userspace tests/userspace/run.sh guest "build/$dir"
	[ "$bed" != debian ] || part debian-bind bind_test "$bed" "$dir"
	case $bed in
	debian | x86-kasan) part "$bed-hw" hw_test "$bed" "$dir" ;;
	esac
}

# One of our own kernels: their modules are kept apart, for a new kernel needs new ones.
own_kernel()	# BED
{
	local kernel
	if ! kernel=$(tests/guest/bed-build.sh "$1" 2>"$logs/bed-$1"); then
		failed=$((failed + 1))
		echo "not ok - the kernel of bed $1 can be built"
		tail -n 20 "$logs/bed-$1" | sed 's/^/# /'
		return
	fi
	guest_parts "$1" "${MODULE_DIR:-$1-$(basename "$kernel")}"
}

demo_test()
{
	local n=0 bad=0 defect
	if tests/demo/run.sh >"$logs/demo.out" 2>&1; then
		echo "ok 1 - the demo holds"
	else
		bad=1
		echo "not ok 1 - the demo holds"
		sed 's/^/# /' "$logs/demo.out"
	fi
	for defect in drop-notify flip-bit; do
		n=$((n + 1))
		if tests/demo/run.sh --defect $defect >"$logs/demo.$defect" 2>&1 ||
			! grep -q '^FAILED: ' "$logs/demo.$defect"; then
			bad=1
			echo "not ok $((n + 1)) - the demo fails and says why with the planted defect $defect"
			sed 's/^/# /' "$logs/demo.$defect"
		else
			echo "ok $((n + 1)) - the demo fails and says why with the planted defect $defect"
		fi
	done
	return $bad
}

layers()
{
	scripts/check-layers.sh && scripts/check-layers.sh --selftest
}

run_part()
{
	case $1 in
	lint) part lint scripts/lint.sh ;;
	layers) part layers layers ;;
	userspace) part userspace env "O=$top/build/userspace-host" tests/userspace/run.sh host ;;
	unit) part unit make -s --no-print-directory -C tests/unit "O=$top/build/unit" run compile3 ;;
	guest-runner) part guest-runner tests/guest/selftest.sh ;;
	guest-debian) guest_parts debian "$(tests/guest/run --print-kver)" ;;
	guest-uml | guest-x86-*) own_kernel "${1#guest-}" ;;
	conformance)
		part conformance tests/conformance/run.sh --mode host --mode host-clang --mode host-step
		;;
	prove) part prove env "PREEMPTIONS=${PREEMPTIONS:-2}" tests/prove/run.sh ;;
	fuzz-abi) part fuzz-abi tests/fuzz/guest/run.sh --time "${TIME:-60}" ;;
	fuzz) part fuzz make -s --no-print-directory -C tests/fuzz run "TIME=${TIME:-60}" "O=$top/build/fuzz" ;;
	demo) part demo demo_test ;;
	nt)
		build_for debian "$(tests/guest/run --print-kver)" &&
			part nt env "MODULES=build/$(tests/guest/run --print-kver)" tests/nt/run.sh
		;;
	hw) part hw tests/hw/run.sh ;;
	guest-programs) build_programs ;;
	*)
		echo "check.sh: no part $1" >&2
		exit 2
		;;
	esac
}

# Everything: what runs on the host beside what runs in guests, for there are two processors
# at least. The UML bed comes first, since lint takes its tools from there; it is built once
# and kept, and WRT_NO_UML=1 leaves it out.
everything()
{
	local guests="guest-uml guest-debian nt demo" beds="fuzz-abi guest-runner" lane code=0
	if [ -n "${WRT_NO_UML-}" ]; then
		guests="guest-debian demo" beds=
		echo "ok - tests in User Mode Linux # SKIP WRT_NO_UML is set"
	elif ! tests/guest/bed-build.sh uml >"$logs/bed-uml" 2>&1; then
		echo "not ok - the User Mode Linux bed can be built"
		tail -n 20 "$logs/bed-uml" | sed 's/^/# /'
		guests="guest-debian demo" beds=
		code=1
	fi
	# shellcheck disable=SC2086 # words
	LOGS=$logs/host tests/check.sh layers unit userspace conformance prove lint fuzz $beds \
		>"$logs/host.out" 2>&1 &
	# shellcheck disable=SC2086 # words
	LOGS=$logs/guests tests/check.sh $guests | tee "$logs/guests.out"
	code=$((code + PIPESTATUS[0]))
	wait $! || code=1
	cat "$logs/host.out"
	for lane in host guests; do
		tail -n 1 "$logs/$lane.out"
	done | awk -v code=$code -v no_uml="${WRT_NO_UML:+1}" '
		{ p += $1; f += $3; s += $5 }
		END { print "\n" p + 0 " passed, " f + (code && !f) " failed, " s + no_uml " skipped" }'
	[ $code = 0 ]
}

if [ $# = 0 ]; then
	everything
	exit
fi
for p in "$@"; do
	run_part "$p"
done

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
