#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Fuzzes the binary interface in a guest, guided by coverage of our modules, and lists the
# blocks that were never reached. TAP on stdout. Called by tests/check.sh and by hand.
#
#   run.sh [--bed BED] [--attached] [--time SECONDS] [--seed N] [--calls N [--pages]] [--tree DIR]
#          [--verbose]
#
# BED: uml (default) or x86-kasan, which has two processors. TIME: wall seconds in total,
# without the build (60). In uml a seed gives the same sequence every time, up to the last
# quarter of the time, in which allocations of pages also fail: to repeat a failure, give
# the seed and a number of CALLS, and --pages if necessary. --tree: modules from another copy of
# the tree. --attached: PCMs of snd-dummy, snd-aloop and, in x86-kasan, snd-hda-intel, and the cards
# attached to them, in place of the simulator; without a verdict on coverage. floors has the required coverage of each file, unreached the reasons why some
# blocks are not reached.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
allow='Call Trace:|page allocation failure|vmalloc error|cut here|end trace'
allow="$allow|WARNING: .* at sound/core/pcm_lib\\.c:[0-9]* __snd_pcm_lib_xfer"
bed=uml
backend=snd-wavert-sim
seconds=60
seed=1
tree=$top
out=
options=()
# shellcheck disable=SC2054 # commas within words
hda=(--debian-module snd-hda-codec-generic --debian-module snd-hda-intel
	--qemu -audiodev --qemu none,id=a,timer-period=1000 --qemu -device --qemu intel-hda,addr=0x10
	--qemu -device --qemu hda-duplex,audiodev=a,use-timer=off,mixer=off)

while [ $# -gt 0 ]; do
	case $1 in
	--bed) bed=$2 && shift ;;
	--attached) backend=snd-wavert-attach && options+=(-a) ;;
	--time) seconds=$2 && shift ;;
	--seed) seed=$2 && shift ;;
	--calls) options+=(-c "$2") && shift ;;
	--pages) options+=(-p) ;;
	--tree) tree=$2 && shift ;;
	--out) out=$2 && shift ;;
	--verbose) options+=(-v) ;;
	*) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit 2 ;;
	esac
	shift
done
out=${out:-$top/build/kcov-$bed}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
bad=0

result()	# ok|not ok, SENTENCE
{
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || bad=1
}

skip()	# REASON
{
	echo "ok 1 - the fuzzer of the binary interface in bed $bed # SKIP $1"
	echo 1..1
	exit
}

give_up()	# SENTENCE LOG
{
	result "not ok" "$1"
	tail -n 20 "$2" | sed 's/^/# /'
	echo "1..$count"
	exit 1
}

# Debug information for the lines; no sibling calls, since a block that ends in the call to
# KCOV would be reported as one of its caller; no jump tables, which sites.awk cannot follow.
build()
{
	local arch=()
	kdir=$("$top/tests/guest/run" --bed "$bed" --print-kdir 2>"$work/why") ||
		skip "$(tail -n 1 "$work/why")"
	[ "$bed" != uml ] || arch=(ARCH=um)
	if ! "$tree/scripts/build-modules.sh" "$kdir" "$out" "${arch[@]}" KCOV_INSTRUMENT=y \
		"KCFLAGS=-g -fno-optimize-sibling-calls -fno-jump-tables" >"$work/build" 2>&1 ||
		! gcc -O1 -g -std=gnu11 -Wall -Wextra -Werror "-I$top/compat/uapi" -static \
			-o "$work/abi_fuzz" "$here"/*.c -lpthread >>"$work/build" 2>&1; then
		give_up "modules and fuzzer build" "$work/build"
	fi
}

# Work takes no time in uml, so time is measured by the processor's counter. Booting and the
# search for lost memory at the end take some of the time.
run_guest()
{
	local limit=$((seconds > 20 ? seconds - 10 : 10)) clock=() bed_options=() name
	if [ "$bed" = uml ]; then
		clock=(-T "$("$work/abi_fuzz" -C)" -m "$least")
	else
		bed_options=(--append nokaslr)
		limit=$((seconds > 40 ? seconds - 25 : 15))
	fi
	if [ $backend = snd-wavert-attach ]; then
		for name in snd-dummy snd-aloop; do
			bed_options+=(--module "$(find "$kdir" -name $name.ko)")
		done
		[ "$bed" != x86-kasan ] || bed_options+=("${hda[@]}")
	fi
	# vmalloc() prints a trace when its allocation is made to fail. A write that
	# races with the freeing of the buffer fails a check of the ALSA core: it checks
	# the buffer before the state, and prints a warning for a write that it then refuses.
	"$top/tests/guest/run" --bed "$bed" --timeout $((seconds * 3 + 120)) --no-insmod \
		--module "$out/snd-wavert.ko" --module "$out/$backend.ko" \
		--allow "$allow" \
		--file "$work/abi_fuzz" --out "$work/guest" "${bed_options[@]}" -- \
		abi_fuzz -s "$seed" -t "$limit" "${clock[@]}" "${options[@]}" >"$work/log" 2>"$work/err"
}

# ---- blocks ------------------------------------------------------------------------------

# Without the constructors that KASAN adds to each file
ours()
{
	sed "/ \\.text\\.\\(startup\\|exit\\) /d" | LC_ALL=C sort -u
}

# $work/all: every block, "MODULE SECTION OFFSET"
find_blocks()
{
	local module
	for module in snd-wavert $backend; do
		objdump -dr --no-show-raw-insn "$out/$module.ko" | awk -f "$here/sites.awk" |
			sed "s/^/$(echo "$module" | tr - _) /"
	done | ours >"$work/all"
}

# "FILE:LINE" of each block of $work/all, in its order. For inlined code the innermost
# place in our files; code outside of our files is generated.
find_lines()
{
	local module section
	cut -d' ' -f1,2 "$work/all" | uniq | while read -r module section; do
		sed -n "s/^$module $section //p" "$work/all" | awk -f "$here/before.awk" |
			addr2line -i -a -j "$section" -e "$out/$(echo "$module" | tr _ -).ko"
	done | awk -v "out=$(cd "$out" && pwd)/" -f "$here/lines.awk" >"$work/lines"
}

judge_coverage()
{
	ours <"$work/guest/reached" >"$work/reached"
	find_blocks
	find_lines
	LC_ALL=C comm -13 "$work/all" "$work/reached" >"$work/unknown"
	LC_ALL=C join -v 1 -t '|' "$work/all" "$work/reached" >"$work/missed"
	paste -d ' ' "$work/all" "$work/lines" >"$work/table"
	awk -v "tree=$tree/" -f "$here/report.awk" input=1 "$here/floors" \
		input=2 "$here/unreached" input=3 "$work/missed" input=4 "$work/table" >"$work/report"
	grep '^#' "$work/report"
	# blocks that sites.awk cannot find count as reached, but not in the percentages
	unknown=$(wc -l <"$work/unknown")
	if [ $((unknown * 100)) -gt "$(wc -l <"$work/reached")" ]; then
		result "not ok" "all blocks are known: of $(wc -l <"$work/reached") reached, $unknown are not"
	else
		result ok "all $(wc -l <"$work/reached") blocks that were reached but $unknown are among the $(wc -l <"$work/all") known"
	fi
	if [ "${calls:-0}" -lt "$least" ]; then
		result ok "of each file enough is reached, and little is not explained (floors) # SKIP ${calls:-0} calls are too few, $least are asked for"
	elif grep -q '^below' "$work/report"; then
		result "not ok" "of each file enough is reached, and little is not explained (floors)"
		sed -n 's/^below/#/p' "$work/report"
	else
		result ok "of each file enough is reached, and little is not explained (floors)"
	fi
}

least=0
[ "$bed" != uml ] || [ $backend = snd-wavert-attach ] || least=$(sed -n 's/^calls //p' "$here/floors")
build
run_guest
code=$?
calls=$(sed -n 's/^# \([0-9]*\) calls in .* threads.*/\1/p' "$work/log")
sed -n '/^1\.\./!p' "$work/log"
count=$(grep -c '^ok \|^not ok ' "$work/log")
! grep -q '^not ok' "$work/log" || bad=1
case $code in
0 | 1)
	result ok "no report of the kernel in ${calls:-no} calls, bed $bed, seed $seed"
	;;
*)
	result "not ok" "no report of the kernel in ${calls:-an unknown number of} calls, bed $bed, seed $seed (exit code $code)"
	sed 's/^/# /' "$work/err" | head -n 120
	;;
esac
if [ $backend = snd-wavert-attach ]; then
	:	# floors has figures for the simulator's rounds
elif [ -s "$work/guest/reached" ]; then
	judge_coverage
elif [ $code -le 1 ]; then
	result "not ok" "the guest hands over what was reached"
fi
echo "1..$count"
exit $bad
