#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs failnth_test in environment uml: every allocation of an operation fails once. Called by
# tests/check.sh and by hand. TAP on stdout, except for --learn.
#
#   failnth.sh MODULES PROGRAM           all operations except loading the modules
#   failnth.sh --long MODULES PROGRAM    every operation, each in a separate guest
#   failnth.sh --known MODULES PROGRAM   check that the entries of failnth-known still fail, each
#                                        in a separate guest; and that snd-dummy fails the same way
#   failnth.sh --learn MODULES PROGRAM OPERATION...
#                                        print lines for failnth-known: allocations that fail here,
#                                        to be examined one by one
#
# MODULES: directory with both modules, built for uml. PROGRAM: failnth_test.
set -u
here=$(cd "$(dirname "$0")" && pwd)
known=$here/failnth-known
mode=run
case ${1-} in
--*)
	mode=${1#--}
	shift
	;;
esac
if [ $# -lt 2 ]; then
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
	exit 2
fi
modules=$1
program=$2
shift 2

# A failed allocation of vmalloc or of module loading prints a trace to the log (warn_alloc();
# "Could not initialize trace point events"). That is not a bug report.
allow='Call Trace:|WARNING: .* at kernel/trace/trace_events\.c|cut here|end trace'
# after a known failure the name of the next card of that number is still in use
allow_known="$allow|cannot create duplicate filename"

guest()	# ALLOW KNOWN-FILE ARGUMENT...
{
	local allow=$1 file=$2 dir
	shift 2
	dir=$("$here/run" --bed uml --print-kdir)/modules.in-tree
	"$here/run" --bed uml --timeout 120 --no-insmod --allow "$allow" \
		--module "$modules/snd-wavert.ko" --module "$modules/snd-wavert-sim.ko" \
		--module "$modules/snd-wavert-attach.ko" --module "$dir/snd-dummy.ko" \
		--file "$program=failnth_test" --file "$file=known" -- \
		failnth_test -k known "$@"
}

dummy()	# ARGUMENT...
{
	local dir
	dir=$("$here/run" --bed uml --print-kdir)/modules.in-tree
	"$here/run" --bed uml --timeout 120 --no-insmod --allow "$allow" --module "$dir/snd-dummy.ko" \
		--file "$program=failnth_test" -- failnth_test "$@"
}

operations()
{
	sed -n 's/^	{ "\([^"]*\)", .*/\1/p' "$here/failnth_test.c" | grep -v '^load-snd-dummy$'
}

# One operation. If the ALSA core has left a device registered, which is a defect of the ALSA core
# (see failnth-known), it continues in a new guest.
sweep()	# OPERATION; leaves TAP in $work/out
{
	local op=$1 first=1 code
	leftovers=0
	while :; do
		guest "$allow_known" "$known" "$op" "$first" >"$work/out" 2>"$work/err"
		code=$?
		[ $code = 4 ] || return $code
		read -r op first < <(sed -n 's/^# leftover: //p' "$work/out")
		first=$((first + 1))
		leftovers=$((leftovers + 1))
	done
}

each()	# OPERATION...: in guests of its own; counts in n
{
	local op bad=0
	for op; do
		n=$((n + 1))
		if sweep "$op"; then
			sed -n "s/^ok 1 /ok $n /p;/^# from/p" "$work/out"
			[ $leftovers = 0 ] || echo "# the ALSA core left a device registered $leftovers times"
		else
			bad=1
			echo "not ok $n - $op"
			sed 's/^/# /' "$work/out" "$work/err"
		fi
	done
	return $bad
}

all()	# OPERATION...: these in separate guests, the rest in one
{
	local code n
	guest "$allow" "$known" >"$work/out"
	code=$?
	sed '/^1\.\./d' "$work/out"
	n=$(grep -c '^ok \|^not ok ' "$work/out")
	each "$@" || code=1
	echo "1..$n"
	return $code
}

# Every line must still fail, at its number or close to it; otherwise the line can be removed.
still_so()
{
	local op range reason first last count=0 bad=0
	while read -r op range reason; do
		case $op in '' | '#'*) continue ;; esac
		first=$((${range%-*} - 4))
		last=$((${range#*-} + 4))
		count=$((count + 1))
		guest "$allow_known" /dev/null "$op" "$first" "$last" >"$work/out" 2>"$work/err"
		if grep -q '^# leftover\|^# hangs' "$work/out"; then
			echo "ok $count - $op $range still fails: $reason"
		else
			bad=1
			echo "not ok $count - $op $range still fails: $reason"
		fi
	done <"$known"
	count=$((count + 1))
	# the same defect with an in-tree driver ends in a hang
	dummy load-snd-dummy >"$work/out" 2>"$work/err"
	if grep -q '^# hangs: ' "$work/out"; then
		echo "ok $count - snd-dummy hangs in the same place: $(grep '^# hangs' "$work/out")"
	else
		bad=1
		echo "not ok $count - snd-dummy hangs in the same place"
	fi
	echo "1..$count"
	return $bad
}

learn()	# OPERATION...
{
	local op place n
	for op; do
		: >"$work/known"
		while :; do
			guest "$allow_known" "$work/known" "$op" >"$work/out" 2>"$work/err"
			read -r place n < <(sed -n 's/^# leftover: //p;s/^# hangs: //p' "$work/out")
			[ -n "$n" ] || break
			grep -q "^$place $n-" "$work/known" && break
			echo "$place $n-$n $(sed -n "s/^# n = $n: //p" "$work/out")" >>"$work/known"
		done
		cat "$work/known"
		grep '^not ok\|^# n = \|^ok 1 ' "$work/out" >&2
	done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $mode in
run) all bind attach ;;
long)
	n=0
	# shellcheck disable=SC2046 # words
	each $(operations)
	code=$?
	echo "1..$n"
	exit $code
	;;
known) still_so ;;
learn) learn "$@" ;;
*) exit 2 ;;
esac
