#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make check-bed: checks that the tests catch bugs. Each file in plants/ is a kernel defect (its
# format: tests/inject); it is injected into a copy of the tree, and the part of the tests that it names
# must fail, with a report that matches the expression there. TAP on stdout.
#
#   tests/check-bed.sh [DEFECT...]
#
# Comments in a file:  # Caught-by: PART   # Report: a regular expression
# Parts: unit; prove; uml abi, uml unplug; debian race, debian unplug (2 or 4 processors).
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
bad=0

field()	# NAME DEFECT
{
	sed -n "s/^# $1: //p" "$2"
}

copy_tree()	# DEFECT: copies the files of git and injects it
{
	rm -rf "$work/tree"
	mkdir "$work/tree"
	(cd "$top" && git ls-files -z kernel compat userspace Kbuild scripts tests | tar -c --null -T -) |
		tar -x -C "$work/tree"
	"$top/tests/inject" "$work/tree" "$1"
}

build()	# BED [KBUILD-ARGUMENT]
{
	local bed=$1
	shift
	"$work/tree/scripts/build-modules.sh" "$("$top/tests/guest/run" --bed "$bed" --print-kdir)" \
		"$work/out" "$@" >"$work/build" 2>&1 || { cat "$work/build"; return 1; }
}

guest()	# BED SIM-PARAMETERS OPTION...
{
	local bed=$1 parameters=$2
	shift 2
	"$top/tests/guest/run" --bed "$bed" --timeout 120 --module "$work/out/snd-wavert.ko" \
		--module "$work/out/snd-wavert-sim.ko $parameters" "$@"
}

attempt()	# PART: exit code and output of the tests
{
	rm -rf "$work/out"
	case $1 in
	unit) make -s -k --no-print-directory -C "$work/tree/tests/unit" "O=$work/out" run ;;
	'uml abi')
		build uml ARCH=um && guest uml "clock=step streams=2" \
			--file "$top/build/guest/abi_test64" -- abi_test64
		;;
	'uml unplug')
		build uml ARCH=um && guest uml "" --file "$top/build/guest/unplug_test" -- unplug_test
		;;
	'debian race')
		build debian && guest debian streams=2 --smp 2 --tool aplay \
			--file "$top/build/guest/race_test" -- race_test
		;;
	'debian unplug')
		build debian && guest debian "" --smp 4 --append slub_debug=FZPU \
			--file "$top/build/guest/unplug_test" -- unplug_test 400
		;;
	prove) O=$work/out "$work/tree/tests/prove/run.sh" page ;;
	*) echo "no part $1" ;;
	esac
}

check_plant()	# DEFECT
{
	local defect part report
	read -r defect <"$1"
	part=$(field Caught-by "$1")
	report=$(field Report "$1")
	count=$((count + 1))
	if ! copy_tree "$1" >"$work/log" 2>&1; then
		bad=1
		echo "not ok $count - $defect: it cannot be injected"
		sed 's/^/# /' "$work/log"
		return
	fi
	if ! attempt "$part" >"$work/log" 2>&1 && grep -qE "$report" "$work/log"; then
		echo "ok $count - caught by $part: $defect"
		grep -m 1 -oE "$report" "$work/log" | sed 's/^/#   /'
	else
		bad=1
		echo "not ok $count - not caught by $part: $defect"
		tail -n 15 "$work/log" | sed 's/^/# /'
	fi
}

[ $# -gt 0 ] || set -- "$top"/tests/plants/*
for defect in "$@"; do
	check_plant "$defect"
done
echo "1..$count"
exit $bad
