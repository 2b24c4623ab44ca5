#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make bench: cost of a notification and of a position read, in instructions, in a guest whose
# clock is its instructions: one boot for the simulator and other software, one for
# emulated hardware. Documentation/benchmarks.md explains the result.
# Prints the tables and whether the aims are met, writes build/bench.json.
#
# usage: run.sh [--twice] [--profile ROW] [--only ROW,ROW...] [--rounds N] [--fault NAME]
#
#   --twice        run again: rows of one stream have to agree to 2 %
#   --profile ROW  print functions by their share of a row (a number of the table)
#   --only ROWS    measure these rows alone, without aims: faster, to compare two versions
#   --baseline     only print the rows of our drivers as lines of tests/bench/baseline
#   --rounds N     periods measured a row of one stream (default 1000), a quarter for more
#   --fault NAME   inject a fault into the simulator (drop-irq): has to fail
#
# O=DIR: build directory (build/bench); with it bench.json is also written there.
#
# tests/bench/baseline has the p50 of each row of our drivers, and why it last changed. A row that
# costs more than 1 % more fails; the commit that causes it changes that file. --baseline prints such
# a file as measured.
#
# exit code: 0 if the measurement is valid and no row costs more than in the baseline
set -eu
cd "$(dirname "$0")/../.."
top=$PWD
here=$top/tests/bench
work=${O:-build/bench}
case $work in /*) ;; *) work=$PWD/$work ;; esac
json=$top/build/bench.json
[ -z "${O-}" ] || json=$work/bench.json
rounds=1000
fault=none
twice=
profile=
only=
print_baseline=

die() {
	echo "bench: $*" >&2
	exit 1
}

compile() {
	local kdir flags
	kdir=$(tests/guest/run --print-kdir)
	mkdir -p "$work"
	scripts/build-modules.sh "$kdir" "$work/modules" >"$work/log" 2>&1 ||
		{ cat "$work/log" >&2 && die "the modules do not build"; }
	make -s -C userspace "O=$top/build/userspace" "$top/build/userspace/libwavert.a"
	flags="-O2 -g -Wall -Wextra -Wno-unused-parameter -Werror"
	# shellcheck disable=SC2086 # flags
	gcc $flags -fvisibility=hidden -fPIC -shared -o "$work/count.so" "$here/plugin.c"
	# shellcheck disable=SC2086
	gcc $flags -Icompat/uapi -Iuserspace/include -o "$work/bench" "$here"/{bench,hardware}.c \
		"$here"/client_*.c build/userspace/libwavert.a -lasound -Wl,-z,now
}

boot() { # NAME RUN-OPTION... -- COMMAND...: NAME.guest, NAME.counts
	local name=$1 plugin=$work/count.so,out=$work/$1.counts
	shift
	[ -z "$profile" ] || plugin=$plugin,profile=$work/profile,row=$profile
	rm -f "$work/$name.counts"
	tests/guest/run --shift 0 --timeout 900 --out "$work/out" \
		--module "$work/modules/snd-wavert.ko" --file "$work/bench" \
		--qemu -plugin --qemu "$plugin" "$@" >"$work/$name.guest"
}

# The drivers of software[] in bench.c.
boot_software() { # NAME COMMAND...
	local name=$1
	shift
	boot "$name" --module "$work/modules/snd-wavert-sim.ko streams=8 fault=$fault" \
		--debian-module snd-dummy --debian-module snd-aloop -- "$@"
}

# The drivers of hardware[], which the program binds. DMA moves once a millisecond.
boot_hardware() { # NAME COMMAND...
	local name=$1 word devices=()
	shift
	for word in -audiodev "none,id=a,timer-period=1000,out.frequency=48000" \
		-device intel-hda,addr=0x10 -device hda-duplex,audiodev=a,use-timer=off \
		-device AC97,addr=0x12,audiodev=a; do
		devices+=(--qemu "$word")
	done
	boot "$name" --module "$work/modules/snd-wavert-hda.ko" --module "$work/modules/snd-wavert-attach.ko" \
		--module "$work/modules/snd-wavert-ich.ko" --debian-module snd-hda-codec-generic \
		--debian-module "snd-hda-intel power_save=0" --debian-module snd-intel8x0 "${devices[@]}" -- "$@"
}

report() { # NAME JSON: the tables, or lines of baseline
	awk -v json="$2" -v only="$only" -v baseline="$here/baseline" \
		-v lines="$print_baseline" -f "$here/report.awk" "$work/$1.counts" "$work/$1.guest"
}

# Functions of one row by their share: addresses and symbols sorted into one list.
show_profile() {
	{
		sed -n 's/^\([0-9a-f]*\) [tTwW] \([^\t]*\)\t*\(.*\)$/\1 s \2 \3/p' "$work/out/kallsyms"
		cat "$work/profile"
	} | LC_ALL=C sort -k 1,1 -k 2,2 | awk -v rounds="$1" '
		$2 == "s" { name = $3 " " $4; next }
		{ n[$1 < "0000800000000000" ? "(user)" : name] += $3 }
		END { for (name in n) printf "%10.1f  %s\n", n[name] / rounds, name }' |
		LC_ALL=C sort -rn | head -n 60
}

# The parts that have a selected row; hardware[] begins with 201.
parts() {
	if [ -z "$only" ] || [[ $only =~ ,([0-9]{1,2}|1[0-9]{2}), ]]; then echo software; fi
	if [ -z "$only" ] || [[ $only =~ ,2[0-9]{2}, ]]; then echo hardware; fi
}

measure() { # NAME JSON
	local code=0 part
	for part in software hardware; do
		: >"$work/$1-$part.counts" && : >"$work/$1-$part.guest"
	done
	for part in $(parts); do
		"boot_$part" "$1-$part" bench "rounds=$rounds" ${only:+"only=$only"} "$part" || code=$?
		[ -s "$work/$1-$part.counts" ] || die "$part: nothing was counted (exit code $code)"
	done
	for part in counts guest; do
		cat "$work/$1-software.$part" "$work/$1-hardware.$part" >"$work/$1.$part"
	done
	report "$1" "$2" || code=1
	[ $code = 0 ] || die "the measurement is not valid"
}

# Compares the totals of rows of one stream in two results.
compare() {
	paste "$work/first.counts" "$work/second.counts" | awk -v guest="$work/first.guest" '
		BEGIN {
			FS = "\t"
			while ((getline line <guest) > 0)
				if (split(line, f, "\t") > 5 && f[1] == "row" && f[6] == 1)
					one[f[2]] = 1
			FS = " "
		}
		$1 in one {
			off = ($30 > $11 ? $30 - $11 : $11 - $30) / $11 * 100
			if (off > most)
				most = off
			n++
		}
		END {
			printf "\ntwo runs, %d rows of one stream: at most %.2f %% apart\n", n, most
			exit !(n && most <= 2)
		}' || die "two runs differ by more than 2 %"
}

while [ $# -gt 0 ]; do
	case $1 in
	--twice) twice=yes ;;
	--profile) profile=$2 && shift ;;
	--only) only=,$2, && shift ;;
	--rounds) rounds=$2 && shift ;;
	--baseline) print_baseline=yes ;;
	--fault) fault=$2 && shift ;;
	*) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit 2 ;;
	esac
	shift
done
compile
if [ -n "$profile" ]; then
	part=software
	[ "$profile" -le 200 ] || part=hardware
	boot_$part profile sh -c "cp /proc/kallsyms /out && bench rounds=$rounds only=,$profile, $part"
	show_profile "$(awk -v row="$profile" '$1 == row { print $2 }' "$work/profile.counts")"
	exit
fi
measure first "$json"
if [ -n "$twice" ]; then
	measure second "$work/second.json" >"$work/second.table"
	compare
fi
