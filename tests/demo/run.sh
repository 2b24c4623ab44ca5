#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# make demo: builds, boots a guest with Debian's kernel (deterministic virtual time) and
# plays a recording of speech through both models. Exit code 0 only if every check passed.
#
#   tests/demo/run.sh [--defect drop-irq|drop-notify|flip-bit]
#
# --defect injects a fault into the simulator, to show that the demo can fail.
set -eu
cd "$(dirname "$0")/../.."

fault=none
case ${1-} in
'') ;;
--defect)
	case ${2-} in
	drop-irq | flip-bit) fault=$2 ;;
	drop-notify) fault=drop-irq ;;	# no interrupt, no notification
	*)
		echo "demo: DEFECT=${2-} is not known: drop-notify, drop-irq, flip-bit" >&2
		exit 2
		;;
	esac
	;;
*)
	echo "usage: tests/demo/run.sh [--defect NAME]" >&2
	exit 2
	;;
esac

kver=$(tests/guest/run --print-kver)
out=$PWD/build/demo
wav=/usr/share/sounds/alsa/Front_Center.wav
mkdir -p "$out"
if ! { scripts/build-modules.sh "$(tests/guest/run --print-kdir)" "build/$kver" &&
	make -s -C userspace "O=$PWD/build/userspace" &&
	${CC:-gcc} -O2 -Wall -Wextra -o "$out/pcm-compare" tests/demo/pcm-compare.c -lsndfile
} >"$out/build.log" 2>&1; then
	cat "$out/build.log"
	exit 1
fi

rm -rf "$out/run"
echo "Playing $wav in a guest: Linux $kver under QEMU, emulated, virtual time."
[ "$fault" = none ] || echo "Injected defect: $fault"
tests/guest/run --timeout 120 --out "$out/run" \
	--module "build/$kver/snd-wavert.ko" --module "build/$kver/snd-wavert-sim.ko fault=$fault" \
	--tool aplay --tool arecord --file build/userspace/wavert --file "$wav" \
	--file tests/demo/guest.sh -- sh guest.sh
tests/demo/report.sh "$out/run" "$wav" "$out/pcm-compare"
