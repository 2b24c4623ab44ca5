#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# All tests except the long ones; make check. Every part prints TAP, which is added up to a
# closing line "N passed, N failed, N skipped", behind the names of those that failed. Exit code
# 0 if nothing failed. A part that did not run its tests has failed (check_selftest.sh).
#
#   tests/check.sh [PART...]   parts: lint layers unit userspace conformance prove fuzz guest-debian guest-hw
#                              guest-uml nt demo, some at a time; only by name: guest-runner host-clang fuzz-abi failnth
#                              nt-models guest-long guest-x86-kasan guest-x86-kcsan guest-programs hw
#
# WRT_ARCH=ARCH tests/check.sh guest-debian guest-hw runs these in guests of another architecture (arm64, armhf,
# i386), with what tests/kernels/cross.sh fetches. Parts of x86-64 only are skipped on another machine.
#
# environment: WRT_NO_UML=1    leave out the parts that run in User Mode Linux
#              ONLY=REGEX       of these parts, run only the runs with such a name ("# ---- NAME" in
#                               the output): ONLY='race|abuse' tests/check.sh guest-debian
#              PROGRESS=SECONDS  on a terminal, between two lines of what runs (8)
#              LANES=N          parts that run at the same time, if none is named (processors + 1: guests wait at times)
#              TIME, PREEMPTIONS, LOGS, MODULE_FLAGS
set -u
cd "$(dirname "$0")/.." && plain=$(scripts/plain-path.sh .) && cd "$plain" || exit
top=$PWD	# without blanks
logs=${LOGS:-$top/build/check}
TIMEFORMAT=%0U+%0S
passed=0
failed=0
skipped=0
MODULE_FLAGS=${MODULE_FLAGS-}	# for kbuild; tests/coverage.sh
only=${ONLY-}
unset ONLY	# tests/prove/run.sh has a variable of that name
case ${1-} in
--help) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit ;;
'') [ -z "$only" ] || { echo "check.sh: ONLY=$only needs a PART, such as guest-debian" >&2; exit 2; } ;;
esac
rm -rf "$logs"
mkdir -p "$logs"
programs=build/guest user=build/userspace	# for the guests
host=$(dpkg --print-architecture)
: "${WRT_ARCH:=$host}"
if [ "$WRT_ARCH" != "$host" ]; then
	variables=$(tests/kernels/cross.sh "$WRT_ARCH") || exit 125
	eval "$variables"
	programs=build/$WRT_ARCH/guest user=build/$WRT_ARCH/userspace
fi
export WRT_ARCH

# Prints and counts a failure of this script.
not_ok()	# NAME [LOG]
{
	failed=$((failed + 1))
	echo "not ok - $1" | tee -a "$logs/failed"
	[ -z "${2-}" ] || tail -n 30 "$2" | sed 's/^/# /'
}

leave_out()	# NAME REASON
{
	skipped=$((skipped + 1))
	echo "ok - $1 # SKIP $2"
}

# Runs one part, shows its TAP, counts it. A part that fails without a line "not ok", has no
# result, or has another number of results than its plans say, is a failure of its own.
part()	# NAME COMMAND...
{
	local name=$1 log=$logs/$1 began=$SECONDS code ok not_ok skip planned
	[[ $name =~ $only ]] || return 0
	shift
	echo "# ---- $name"
	echo "$name" >"$logs/now"
	{ time "$@" >"$log" 2>"$log.err"; } 2>"$log.time"
	code=$?
	cat "$log"
	ok=$(grep -c '^ok ' "$log")
	not_ok=$(grep -c '^not ok ' "$log")
	skip=$(grep -c '^ok .*# SKIP' "$log")
	sed -n "s/^not ok /not ok $name: /p" "$log" >>"$logs/failed"
	planned=$(awk '/^1\.\.[0-9]+/ { sum += substr($1, 4) } END { print sum + 0 }' "$log")
	if { [ $code -ne 0 ] && [ "$not_ok" = 0 ]; } || [ $((ok + not_ok)) = 0 ]; then
		not_ok "$name ran its tests (exit code $code, $ok results)" "$log.err"
	elif [ "$not_ok" = 0 ] && [ "$planned" != "$ok" ]; then
		not_ok "$name ran as many tests as it planned ($planned planned, $ok results)" "$log.err"
	fi
	echo "# $name took $((SECONDS - began)) s, $(cat "$log.time") s of processor time"
	passed=$((passed + ok - skip))
	skipped=$((skipped + skip))
	failed=$((failed + not_ok))
}

# On a terminal, a line every few seconds: the parts that run, and their results so far.
progress()
{
	local now name dir
	while sleep "${PROGRESS:-8}"; do
		for now in "$logs"/now "$logs"/*/now; do
			dir=${now%/now}
			! read -r name 2>/dev/null <"$now" ||
				printf ', %s (%s results)' "$name" "$(grep -cE '^(not )?ok ' "$dir/$name" 2>/dev/null)"
		done | sed "s/^,/# $SECONDS s:/"
		echo
	done
}

if [ -t 1 ]; then
	progress &
	# shellcheck disable=SC2064 # this process
	trap "kill $!" EXIT
fi

build_for()	# BED OUT
{
	local kdir
	kdir=$(tests/guest/run --bed "$1" --print-kdir) || return 1
	# shellcheck disable=SC2046,SC2086 # nothing, or words
	scripts/build-modules.sh "$kdir" "build/$2" $([ "$1" = uml ] && echo ARCH=um) \
		$MODULE_FLAGS >"$logs/build-$1" 2>&1 || { cat "$logs/build-$1"; return 1; }
}

build_programs()
{
	make -s -C userspace "O=$top/$user" "CC=${WRT_CC:-gcc}" "AR=${WRT_TOOLS-}ar" \
		"PKG_CONFIG=${WRT_PKG_CONFIG:-pkg-config}" all plugin &&
		make -s -C tests/guest "O=$top/$programs" "USER=$top/$user" "CC=${WRT_CC:-gcc}" "CC32=${WRT_CC32:-gcc -m32}"
}

time_limit()	# BED: seconds of wall time; emulated kernels with all checks are slow
{
	case $1 in
	x86-*) echo 900 ;;
	*) [ "$WRT_ARCH" = "$host" ] && echo 300 || echo 900 ;;
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
		--file "$programs/abuse_test" -- abuse_test
}

system_test()	# BED MODULES
{
	local bed=$1 dir=$2
	shift 2
	tests/guest/run --bed "$bed" "$@" --timeout "$(time_limit "$bed")" --no-insmod \
		--module "build/$dir/snd-wavert.ko" \
		--module "build/$dir/snd-wavert-sim.ko" --tool aplay --tool arecord \
		--file "$user/wavert" --file /usr/share/sounds/alsa/Front_Center.wav \
		--file tests/guest/tap.sh --file tests/guest/streams.sh \
		--file tests/guest/system_test.sh -- sh system_test.sh
}

# The plugin comes before its configuration: with libasound the runner copies ALSA's own.
with_plugin()	# BED MODULES "SIM-PARAMETERS" RUN-OPTIONS...
{
	local lib
	lib=$(${WRT_PKG_CONFIG:-pkg-config} --variable=libdir alsa)/alsa-lib/libasound_module_pcm_wavert.so
	lib=${lib#"${WRT_SYSROOT-}"}
	guest "$1" "$2" "$3" --file "$user/libasound_module_pcm_wavert.so=$lib" \
		--file userspace/alsa-plugin/50-wavert.conf=/etc/alsa/conf.d/50-wavert.conf "${@:4}"
}

# With another card, of a driver that Debian's kernels have on every architecture
plugin_test()	# BED MODULES
{
	with_plugin "$1" "$2" "index=0 streams=2" --debian-module "snd-aloop index=1" \
		--tool aplay --tool arecord --tool speaker-test --file "$programs/plugin_test" \
		--file tests/guest/tap.sh --file tests/guest/streams.sh \
		--file tests/guest/plugin_test.sh -- sh plugin_test.sh
}

# Devices at fixed addresses, which are those in bind_test.sh.
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
		--file "$user/wavert" --file "${WRT_SYSROOT-}/bin/kmod=depmod" \
		--file "build/userspace/wavert-bind@.service" \
		--file tests/guest/tap.sh --file tests/guest/bind_test.sh -- sh bind_test.sh
}

hw_test()	# BED MODULES OPTION...
{
	env "MODULES=build/$2" tests/hw/run.sh --bed "$1" "${@:3}"
}

# Linked PCM streams cause a lockdep report of the ALSA core: the locks of a stream and of its group
# are of one class, and snd_pcm_stream_group_ref() takes the one under the other.
allow_linked='possible recursive locking|Call Trace:'

# Effects of an unprivileged user on the machine and on other users. The limits are those of exact
# time on one processor; the others need two.
hostile_parts()	# BED MODULES SECONDS
{
	local bed=$1 dir=$2 seconds=$3 signals=(--file "$programs/hostile_signals")
	if [ "$bed" = debian ]; then
		part debian-hostile-memory guest debian "$dir" "" \
			--file "$programs/hostile_memory" -- hostile_memory 80 3
		part debian-hostile-observers guest debian "$dir" "" "${signals[@]}" \
			-- hostile_signals observers 100
		part debian-hostile-owner guest debian "$dir" "" "${signals[@]}" -- sh -c \
			"hostile_signals owner 0 10000 && hostile_signals owner 64 100"
		hostile_aplay "$dir" 5
	fi
	part "$bed-hostile-stress" guest "$bed" "$dir" "" --smp 2 \
		--file "$programs/hostile_stress" -- hostile_stress "$seconds"
}

hostile_aplay()	# MODULES SECONDS
{
	part debian-hostile-aplay guest debian "$1" "enable=1,1" --timeout 600 \
		--file "$programs/hostile_signals" --tool aplay --file tests/guest/tap.sh \
		--file tests/guest/hostile.sh -- sh hostile.sh "$2"
}

unplug_4_cpus()	# BED MODULES ROUNDS
{
	part "$1-unplug-4-cpus" guest "$1" "$2" "" --smp 4 --append slub_debug=FZPU \
		--file "$programs/unplug_test" -- unplug_test "$3"
}

# What takes longer than it is likely to find something that the other parts do not.
long_parts()	# MODULES
{
	local dir=$1 signals=(--file "$programs/hostile_signals")
	build_guest debian "$dir" || return
	part debian-hostile-memory-400 guest debian "$dir" "" \
		--file "$programs/hostile_memory" -- hostile_memory 400 10
	part debian-hostile-observers-0 guest debian "$dir" "" "${signals[@]}" -- hostile_signals observers 0
	part debian-hostile-owner-1 guest debian "$dir" "" "${signals[@]}" -- hostile_signals owner 1 10000
	hostile_aplay "$dir" 30
	part debian-hostile-hotplug guest debian "$dir" "enable=1,1 streams=8" --smp 2 \
		--file "$programs/hostile_hotplug" -- hostile_hotplug 300
	# an instruction a nanosecond: 128 streams do not fill a processor
	part debian-scale guest debian "$dir" "enable=$(printf '1,%.0s' {1..31})1 streams=16" --shift 0 \
		--file "$programs/scale_test" -- scale_test
	part debian-plugin-same with_plugin debian "$dir" "index=0 clock=step" \
		--file "$programs/plugin_same" -- plugin_same
	unplug_4_cpus debian "$dir" 100
	part debian-conformance-step env "MODULES=build/$dir" tests/conformance/run.sh --mode debian-step
	part debian-hw-in-tree hw_test debian "$dir"
	part conformance-hda-intx env "MODULES=build/$dir" tests/conformance/run.sh --mode hda-intx
	part debian-attach-long env "MODULES=build/$dir" tests/attach/run.sh ac97 usb soft own-ac97 own-usb own-soft pauses witness
	part conformance-attach env "MODULES=build/$dir" tests/conformance/run.sh --mode attach-hda --mode attach-usb --mode attach-aloop
	has_kernel uml-system uml || return
	dir=uml-$(basename "$(cat "$logs/uml-system.kernel")")
	build_guest uml "$dir" || return
	part uml-system system_test uml "$dir"
	part uml-abuse abuse_test uml "$dir"
	part uml-conformance env "MODULES=build/$dir" tests/conformance/run.sh --mode uml-step --mode uml-hrtimer
}

build_guest()	# BED MODULES
{
	{ build_for "$1" "$2" && build_programs; } >"$logs/build-guest-$1" 2>&1 ||
		{ not_ok "guest-$1: modules and test programs build" "$logs/build-guest-$1"; return 1; }
}

# Parts that compare times need time that does not depend on the host's load: --icount,
# with one processor. The others use several processors.
guest_parts()	# BED MODULES
{
	local bed=$1 dir=$2 seconds=5 reads=10000000
	local exact=() linked=()
	case $bed in
	x86-*)
		seconds=60
		reads=3000000
		exact=(--icount --shift 0)	# a check costs instructions, and so time
		linked=(--allow "$allow_linked")
		;;
	esac
	case $dir in
	*-rt-*) exact=(--icount --shift 1) ;;	# and so does a lock of PREEMPT_RT
	esac
	# KCSAN's delays would count as time
	[ "$bed" != x86-kcsan ] || exact+=(--append "kcsan.udelay_task=1 kcsan.udelay_interrupt=1")
	build_guest "$bed" "$dir" || return
	[ "$bed" != x86-kcsan ] || part x86-kcsan-races tests/guest/races.sh
	[ "$bed" != x86-kcsan ] || part x86-kcsan-page-order tests/guest/page_order.sh
	if [ "$bed" = uml ]; then
		part uml-abi guest uml "$dir" "clock=step streams=2" --file "$programs/abi_test64" \
			--file "$programs/read_test" -- sh -c "abi_test64 && read_test"
	else
		part "$bed-abi" guest "$bed" "$dir" "clock=step streams=2" --file "$programs/abi_test64" \
			--file "$programs/abi_test32" -- sh -c "abi_test64 && abi_test32"
		part "$bed-read" guest "$bed" "$dir" "clock=step streams=2" --smp 2 \
			--file "$programs/read_test" -- read_test
	fi
	[ "$bed" = uml ] || part "$bed-group" guest "$bed" "$dir" "streams=4" --smp 2 "${linked[@]}" --tool aplay \
		--file "$programs/group_test" -- group_test
	part "$bed-unplug" guest "$bed" "$dir" "" --file "$programs/old_client" \
		--file "$programs/unplug_test" -- sh -c "old_client && unplug_test"
	[ "$bed" = uml ] || part "$bed-old-client-32" guest "$bed" "$dir" "" \
		--file "$programs/old_client32" -- old_client32
	case $bed in	# guest-long has it for debian
	x86-*) unplug_4_cpus "$bed" "$dir" 15 ;;
	esac
	part "$bed-mappings" guest "$bed" "$dir" "enable=1,1,1,1 streams=2" --file "$programs/mappings_test" -- mappings_test
	[ "$bed" = uml ] || part "$bed-race" guest "$bed" "$dir" "streams=2" --smp 2 "${linked[@]}" --tool aplay \
		--file "$programs/race_test" -- race_test
	if [ "$bed" != uml ]; then
		part "$bed-page" guest "$bed" "$dir" clock=step --smp 2 \
			--file "$programs/stress_test" -- stress_test page "$reads"
		part "$bed-stress" guest "$bed" "$dir" "" --smp 2 \
			--file "$programs/stress_test" -- stress_test calls "$seconds"
	fi
	[ "$bed" = uml ] || hostile_parts "$bed" "$dir" "$seconds"
	[ "$bed" = uml ] || part "$bed-abuse" abuse_test "$bed" "$dir"
	[ "$bed" != uml ] || part "$bed-card-held" tests/guest/card_held.sh "build/$dir"
	case $bed in
	# the step clock is that of the client of 32 bits; guest-long has the others
	uml) ;;
	debian) part debian-conformance env "MODULES=build/$dir" tests/conformance/run.sh \
		--mode debian-hrtimer --mode debian-step-32 ;;
	*) part "$bed-conformance" env "MODULES=build/$dir" tests/conformance/run.sh \
		--mode "$bed-step" --mode "$bed-hrtimer" ;;
	esac
	part "$bed-pcm" guest "$bed" "$dir" "streams=2" "${exact[@]}" --tool aplay --file "$programs/pcm_test" -- pcm_test
	[ "$bed" = uml ] || part "$bed-system" system_test "$bed" "$dir" "${exact[@]}"
	[ "$bed" != debian ] || part debian-plugin plugin_test "$bed" "$dir"
	[ "$bed" != debian ] || part debian-userspace env "O=$top/$user" tests/userspace/run.sh guest "build/$dir"
	[ "$bed" != x86-kasan ] || part "$bed-hw" hw_test "$bed" "$dir"
	[ "$bed" != x86-kasan ] || part "$bed-attach" env "MODULES=build/$dir" tests/attach/run.sh --bed "$bed" short own
	case $bed in
	x86-*) part "$bed-attach-removal" env "MODULES=build/$dir" tests/attach/run.sh --bed "$bed" removal ;;
	esac
}

# The devices that QEMU emulates
hw_parts()	# MODULES
{
	build_guest debian "$1" || return
	case $WRT_ARCH in
	amd64 | i386) part debian-bind bind_test debian "$1" ;;
	*) leave_out debian-bind "Debian's kernels of $WRT_ARCH have no in-tree driver of AC'97 and ES1370" ;;
	esac
	part conformance-hw env "MODULES=build/$1" tests/conformance/run.sh --mode hda-msi --mode ich
	[ "$WRT_ARCH" != arm64 ] || part conformance-not-coherent env "MODULES=build/$1" \
		tests/conformance/run.sh --mode hda-not-coherent
	part debian-hw hw_test debian "$1" --alone --reloads 5 exact-48000 live
	part debian-attach env "MODULES=build/$1" tests/attach/run.sh short own
}

# Builds a debug kernel if necessary. True if the part can run; otherwise prints the reason.
has_kernel()	# PART BED
{
	if [ "$2" = uml ] && [ -n "${WRT_NO_UML-}" ]; then
		leave_out "$1" "WRT_NO_UML is set"
	elif tests/guest/bed-build.sh "$2" >"$logs/$1.kernel" 2>"$logs/$1.log"; then
		return 0
	else
		not_ok "$1: the kernel of bed $2 can be built" "$logs/$1.log"
	fi
	return 1
}

# A new kernel needs new modules: each has its own directory.
own_kernel()	# BED
{
	has_kernel "guest-$1" "$1" || return
	guest_parts "$1" "${MODULE_DIR:-$1-$(basename "$(cat "$logs/guest-$1.kernel")")}"
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
			echo "not ok $((n + 1)) - the demo fails and names the reason with the injected defect $defect"
			sed 's/^/# /' "$logs/demo.$defect"
		else
			echo "ok $((n + 1)) - the demo fails and names the reason with the injected defect $defect"
		fi
	done
	echo 1..3
	return $bad
}

layers()
{
	scripts/check-layers.sh && scripts/check-layers.sh --selftest && tests/check_selftest.sh
}

nt()
{
	local kver
	if ! { kver=$(tests/guest/run --print-kver) && build_for debian "$kver"; } >"$logs/build-nt" 2>&1; then
		echo "not ok - the modules build"
		tail -n 30 "$logs/build-nt" | sed 's/^/# /'
		return 1
	fi
	MODULES=build/$kver tests/nt/run.sh "$@"
}

every_allocation()
{
	local dir
	has_kernel failnth uml || return
	dir=uml-$(basename "$(cat "$logs/failnth.kernel")")
	build_guest uml "$dir" || return
	part uml-every-allocation-fails tests/guest/failnth.sh "build/$dir" "$programs/failnth_test"
}

programs()
{
	build_programs && echo "ok - the test programs build" && echo 1..1
}

fuzz_abi()
{
	part fuzz-abi tests/fuzz/guest/run.sh --time "${TIME:-60}"
	part fuzz-attached tests/fuzz/guest/run.sh --attached --time "${TIME:-60}"
}

run_part()
{
	case $1 in
	lint) part lint scripts/lint.sh ;;
	layers) part layers layers ;;
	userspace) part userspace env "O=$top/build/userspace-host" tests/userspace/run.sh host ;;
	unit) part unit make -s --no-print-directory -C tests/unit "O=$top/build/unit" COMPILERS=gcc run mingw ;;
	guest-runner) part guest-runner tests/guest/selftest.sh ;;
	guest-debian) guest_parts debian "$(tests/guest/run --print-kver)" ;;
	guest-hw) hw_parts "$(tests/guest/run --print-kver)" ;;
	guest-long) long_parts "$(tests/guest/run --print-kver)" ;;
	guest-uml | guest-x86-*) own_kernel "${1#guest-}" ;;
	conformance)
		part conformance tests/conformance/run.sh --mode host --mode host-step --mode host-hda --mode host-ich
		;;
	host-clang)
		part unit-clang make -s --no-print-directory -C tests/unit "O=$top/build/unit" COMPILERS=clang run
		part conformance-clang tests/conformance/run.sh --mode host-clang
		;;
	prove) part prove env "PREEMPTIONS=${PREEMPTIONS:-2}" tests/prove/run.sh ;;
	fuzz-abi) ! has_kernel fuzz-abi uml || fuzz_abi ;;
	fuzz) part fuzz make -s --no-print-directory -C tests/fuzz run "TIME=${TIME:-12}" "O=$top/build/fuzz" ;;
	demo) part demo demo_test ;;
	nt) part nt nt build conformance scenarios trace ;;
	nt-models) part nt-models nt build realtime scenarios models trace engine ;;
	failnth) every_allocation ;;
	hw) part hw tests/hw/run.sh ;;
	guest-programs) part guest-programs programs ;;
	*) not_ok "there is a part \"$1\"" ;;
	esac
}

# Adds the last line of a part that ran on its own. Without that line it has been killed.
add_up()	# PART
{
	local p f s code
	code=$(cat "$logs/$1.code")
	if ! read -r p _ f _ s _ < <(tail -n 1 "$logs/$1.out" 2>&1 | grep -E "^[0-9]+ passed, [0-9]+ failed"); then
		not_ok "part $1 ran to its end (exit code $code)"
		return
	fi
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	[ "$code" = 0 ] || [ "$f" != 0 ] || not_ok "part $1 ended well (exit code $code)"
}

by_itself()	# PART
{
	LOGS=$logs/$1 tests/check.sh "$1" >"$logs/$1.out" 2>&1
	echo $? >"$logs/$1.code"
	flock "$logs/lock" cat "$logs/$1.out"
}

# Runs as many parts at a time as there are lanes, the longest first, so that none runs alone at
# the end. Files that several parts need are built first: the kernel of uml, from which lint takes
# its tools, and modules and programs for guests. A part reports if its files cannot be built.
everything()
{
	local part running=() still pid
	local parts="guest-debian guest-hw nt prove lint unit guest-uml layers userspace demo conformance fuzz"
	echo "what several parts need" >"$logs/now"
	[ -n "${WRT_NO_UML-}" ] || tests/guest/bed-build.sh uml >"$logs/bed-uml" 2>&1
	build_for debian "$(tests/guest/run --print-kver)" >"$logs/built" 2>&1 && build_programs >>"$logs/built" 2>&1
	rm "$logs/now"
	for part in $parts; do
		while [ ${#running[@]} -ge "${LANES:-$(($(nproc) + 1))}" ]; do
			wait -n "${running[@]}"
			still=()
			for pid in "${running[@]}"; do
				! kill -0 "$pid" 2>/dev/null || still+=("$pid")
			done
			running=("${still[@]}")
		done
		by_itself "$part" &
		running+=($!)
	done
	wait "${running[@]}"
	for part in $parts; do
		add_up "$part"
	done
}

if [ $# = 0 ]; then
	everything
else
	for p in "$@"; do
		run_part "$p"
	done
	[ -z "$only" ] || [ $((passed + failed + skipped)) != 0 ] || not_ok "something in \"$*\" matches ONLY=$only"
fi

rm -f "$logs/now"
if [ $failed != 0 ]; then
	echo
	echo "# What failed:"
	cat "$logs"/failed "$logs"/*/failed 2>/dev/null | sed 's/^/# /'
fi
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
