#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Injects one defect at a time into a copy of the tree and checks that the conformance
# tests catch it: in host mode; in uml if the defect is in the binding (compat/hwdep/); in
# modes hda-intx or ich if its name begins with hda- or ich-. A file in mutations/ is one
# defect; its format: tests/inject. TAP on stdout. Called by hand, and by tests/check.sh with
# --check. Takes 2 s for a defect on the host, 20 s for one of the binding, 60 s for the others.
#
#   mutate.sh [--host] [MUTATION...]    --host: only those
#   mutate.sh --check                   checks only that each can be injected
set -u
cd "$(dirname "$0")" || exit
top=$(cd ../.. && pwd)
guests=1
case ${1-} in
--host) guests= && shift ;;
--check) exec ../inject --check mutations/* ../nt/plants/* ../plants/* ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/scripts"
cp -r "$top/kernel" "$top/compat" "$top/Kbuild" "$work"
mkdir "$work/as-it-is"
cp -r "$top/kernel" "$top/compat" "$work/as-it-is"
cp "$top/scripts/build-modules.sh" "$work/scripts"
[ $# -gt 0 ] || set -- mutations/*
kdir=

restore()	# the files in $files
{
	local file
	for file in $files; do
		cp "$work/as-it-is/$file" "$work/$file"
	done
}

# The mode that has to find a defect: host, uml, hda-intx or ich.
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
		"$top/tests/guest/run" --bed uml --timeout 100 --no-insmod --allow 'Call Trace:' \
			--module "$work/m/snd-wavert.ko" --module "$work/m/snd-wavert-sim.ko" \
			--file "$work/o/conformance-guest64=conformance" -- \
			env "CF_CLOCK=$2" conformance
		;;
	*)
		CF_CLOCK=$2 ASAN_OPTIONS=exitcode=99 ../time-limit 60 "$work/o/conformance-gcc"
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
	files=$(../inject "$work" "$m" 2>"$work/log") || {
		verdict "not ok - $(cat "$work/log")"
		restore
		continue
	}
	place=$(place_of "$m" "$files")
	[ "$place" = host ] || [ -n "$guests" ] || { restore && continue; }
	restore
	sound "$place"
	../inject "$work" "$m" >/dev/null
	caught=
	if ! build "$place"; then
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
	restore
done
echo "1..$n"
exit $bad
