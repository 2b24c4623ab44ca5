#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Tests of the guest runner itself (tests/guest/run), reported as TAP.
# Called by hand and by CI; takes no arguments.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
run=$here/run
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
count=0
failures=0
bed=debian
clock='grep "^now at" /proc/timer_list; cat /proc/uptime'

tap() { # TAP-STATUS NAME
	count=$((count + 1))
	echo "$1 $count - $bed: $2"
}

check() { # NAME TEST-FUNCTION
	if $2 >"$work/log" 2>&1; then
		tap ok "$1"
	else
		tap 'not ok' "$1"
		sed 's/^/# /' "$work/log"
		failures=$((failures + 1))
	fi
}

# guest EXPECTED-CODE [OPTION...] -- COMMAND: output in $work/out and $work/err
guest() {
	want=$1
	shift
	got=0
	"$run" --bed "$bed" --timeout 60 "$@" >"$work/out" 2>"$work/err" || got=$?
	[ "$got" -eq "$want" ] || {
		echo "exit code $got, wanted $want"
		cat "$work/out" "$work/err"
		return 1
	}
}

# stdout, stderr, --out and the exit code of one run
comes_back() {
	head -c 1048576 /dev/urandom >"$work/random"
	guest 3 --file "$work/random" --out "$work/back" -- sh -c '
		echo one; echo two >&2; printf "three\tfour"; echo five >/dev/stderr
		mkdir /out/sub; cp random /out/sub/; exit 3' &&
		printf 'one\nthree\tfour' | cmp - "$work/out" &&
		printf 'two\nfive\n' | cmp - "$work/err" &&
		cmp "$work/random" "$work/back/sub/random"
}

time_limit() {
	guest 124 --timeout "$limit" -- sh -c 'while :; do :; done' && grep -q 'time limit' "$work/err"
}

injected_bug() {
	guest 99 -- sh -c 'echo "BUG: injected" >/dev/kmsg' && grep -q 'BUG: injected' "$work/err"
}

panic_seen() {
	guest 98 -- sh -c "echo before; sleep 0.1; $panic; sleep 5" &&
		grep -q 'Kernel panic' "$work/err" && grep -qx before "$work/out"
}

same_twice() {
	guest 0 --debian-module snd-dummy -- sh -c "$clock; sleep 0.1234; ls /dev/snd; $clock" || return
	cp "$work/out" "$work/first"
	guest 0 --debian-module snd-dummy -- sh -c "$clock; sleep 0.1234; ls /dev/snd; $clock" || return
	grep -q 'now at' "$work/out" && cmp "$work/first" "$work/out"
}

alsa_tool() {
	guest 0 --debian-module snd-dummy --tool aplay -- aplay -l && grep -q 'Dummy PCM' "$work/out"
}

bad_module() {
	echo nonsense >"$work/bad.ko"
	guest 97 --module "$work/bad.ko" -- true && grep -q 'bad.ko' "$work/err"
}

each_test() { # FUNCTION, called with NAME TEST
	"$1" 'exit code, stdout, stderr and 1 MB of data by --out come back as they are' comes_back
	"$1" 'a command that never ends gives 124' time_limit
	"$1" 'a BUG line in the kernel log gives 99 and is printed' injected_bug
	"$1" 'a guest panic gives 98, earlier output is kept' panic_seen
	"$1" 'two runs print the same, also the nanoseconds of the clock' same_twice
	"$1" 'aplay lists the card of an in-tree module' alsa_tool
	"$1" 'a module that cannot be inserted gives 97' bad_module
}

skip() { # NAME
	tap ok "$1 # SKIP $reason"
}

limit=10
panic='echo c >/proc/sysrq-trigger'
each_test check

bed=uml
limit=5
panic='echo PANIC >/sys/kernel/debug/provoke-crash/DIRECT'
reason="no build of uml (tests/guest/bed-build.sh uml)"
if [ -n "${WRT_NO_UML-}" ]; then
	reason="WRT_NO_UML is set"
	each_test skip
elif "$here/bed-build.sh" --path uml >/dev/null 2>&1; then
	each_test check
else
	each_test skip
fi

echo "1..$count"
[ "$failures" -eq 0 ]
