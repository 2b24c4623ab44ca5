#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Plants one defect after the other into a copy of the tree and sees that the conformance
# tests catch it: in host mode; in bed uml where the defect is in the binding
# (compat/hwdep/); in modes hda-intx or ich where it is named hda- or ich-. A file in
# mutations/ is one defect: its first line says what it is, the second names the file, the
# rest is a sed script that has to change it. TAP on stdout. Called by hand and where there
# is time: 2 s for one of the host's, 20 s for those of the binding, 60 s for the others.
#
#   mutate.sh [--host] [MUTATION...]    --host: only those
set -u
cd "$(dirname "$0")" || exit
top=$(cd ../.. && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/scripts"
cp -r "$top/kernel" "$top/compat" "$top/Kbuild" "$work"
mkdir "$work/as-it-is"
cp -r "$top/kernel" "$top/compat" "$work/as-it-is"
cp "$top/scripts/build-modules.sh" "$work/scripts"
guests=1
if [ "${1-}" = --host ]; then
	guests=
	shift
fi
[ $# -gt 0 ] || set -- mutations/*
kdir=

# Where a defect is looked for: host, uml, hda-intx or ich.
place_of()	# MUTATION FILE
{
	case ${1##*/}:$2 in
	hda-*) echo hda-intx ;;
	ich-*) echo ich ;;
	*:compat/hwdep/*) echo uml ;;
	*) echo host ;;
	esac
}

build()	# PLACE
{
	case $1 in
	hda-intx | ich)
		"$work/scripts/build-modules.sh" "$("$top/tests/guest/run" --print-kdir)" "$work/d" >"$work/log" 2>&1
		;;
	uml)
		kdir=${kdir:-$("$top/tests/guest/run" --bed uml --print-kdir)} &&
			make -s --no-print-directory "O=$work/o" "$work/o/conformance-guest64" >"$work/log" 2>&1 &&
			"$work/scripts/build-modules.sh" "$kdir" "$work/m" ARCH=um >"$work/log" 2>&1
		;;
	*)
		make -s --no-print-directory "O=$work/o" "ROOT=$work" "$work/o/conformance-gcc" >"$work/log" 2>&1
		;;
	esac
}

tests()	# PLACE CLOCK
{
	local code
	case $1 in
	hda-intx | ich)
		MODULES=$work/d O=$work/o ./run.sh --mode "$1" >/dev/null
		code=$?
		cat "$work/o/results/$1.tap"
		return $code
		;;
	uml)
		timeout 100 "$top/tests/guest/run" --bed uml --no-insmod --allow 'Call Trace:' \
			--module "$work/m/snd-wavert.ko" --module "$work/m/snd-wavert-sim.ko" \
			--file "$work/o/conformance-guest64=conformance" -- \
			env "CF_CLOCK=$2" conformance -t 0
		;;
	*)
		CF_CLOCK=$2 ASAN_OPTIONS=exitcode=99 timeout 60 "$work/o/conformance-gcc" -t 20
		;;
	esac
}

outcome()	# PLACE CLOCK; leaves in $caught the tests that failed
{
	local code last
	tests "$@" >"$work/tap" 2>"$work/err"
	code=$?
	caught=$(sed -n 's/^not ok.* - \(WRT-[0-9]*\) .*/\1/p' "$work/tap" | tr '\n' ' ')
	last=$(sed -n 's/^.*ok [0-9]* - \(WRT-[0-9]*\) .*/\1/p' "$work/tap" | tail -n 1)
	case $code:$caught in 0: | 1:?*) return 0 ;; esac
	caught="$caught(exit code $code after $last)"
}

# Without a defect nothing may fail.
sound()	# PLACE
{
	[ -e "$work/sound-$1" ] && return
	build "$1" && outcome "$1" step && [ -z "$caught" ] && touch "$work/sound-$1" && return
	echo "Bail out! without a defect: $caught"
	tail -n 20 "$work/log"
	exit 1
}

n=0
bad=0
verdict()	# TEXT
{
	n=$((n + 1))
	[ "${1#not}" = "$1" ] || bad=1
	echo "${1%% -*} $n -${1#* -}"
}

for m; do
	read -r what <"$m"
	file=$(sed -n 2p "$m")
	place=$(place_of "$m" "$file")
	[ "$place" = host ] || [ -n "$guests" ] || continue
	sound "$place"
	sed 1,2d "$m" >"$work/script"
	sed -E -i -f "$work/script" "$work/$file"
	caught=
	if cmp -s "$work/$file" "$work/as-it-is/$file"; then
		verdict "not ok - changes nothing: ${m##*/}"
	elif ! build "$place"; then
		verdict "not ok - does not compile: ${m##*/}"
		sed 's/^/# /' "$work/log" | tail -n 10
	else
		outcome "$place" step
		[ -n "$caught" ] || [ "$place" = hda-intx ] || [ "$place" = ich ] || outcome "$place" real
		if [ -n "$caught" ]; then
			verdict "ok - caught: ${m##*/}: $what"
			echo "#   $caught"
		else
			verdict "not ok - survives: ${m##*/}: $what"
		fi
	fi
	cp "$work/as-it-is/$file" "$work/$file"
	touch "$work/$file"
done
echo "1..$n"
exit $bad
