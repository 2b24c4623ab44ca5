#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests of check.sh and of time-limit: a part that did not run is a failure, a slow part is not.
# check.sh runs in a tree of stubs, where each part prints one line at once. TAP on stdout.
# Part of "check.sh layers".
# shellcheck disable=SC2016,SC2317 # text of stubs; functions that check calls
set -u
unset LOGS ONLY TIME WRT_NO_UML	# those of the run that this is a part of
cd "$(dirname "$0")/.." || exit
. tests/guest/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
passing='echo "ok 1 - $0" && echo 1..1'

stub()	# FILE TEXT
{
	mkdir -p "$(dirname "$tree/$1")"
	printf '#!/bin/sh\n%s\n' "$2" >"$tree/$1"
	chmod +x "$tree/$1"
}

# All parts pass: those on the host, those in guests, and what builds for them.
new_tree()
{
	local file
	rm -rf "$tree"
	for file in scripts/check-layers.sh scripts/lint.sh bin/make tests/check_selftest.sh \
		tests/userspace/run.sh tests/conformance/run.sh tests/prove/run.sh tests/fuzz/guest/run.sh \
		tests/guest/run tests/guest/selftest.sh tests/guest/failnth.sh tests/guest/card_held.sh \
		tests/nt/run.sh tests/hw/run.sh tests/attach/run.sh; do
		stub "$file" "$passing"
	done
	stub tests/demo/run.sh '[ $# = 0 ] || { echo "FAILED: $2" && exit 1; }'
	stub tests/guest/bed-build.sh 'echo /kernel'
	stub scripts/build-modules.sh :
	stub bin/pkg-config :
	cp tests/check.sh "$tree/tests"
	cp scripts/plain-path.sh "$tree/scripts"
}

# Runs check.sh in the tree; true if it ends like that and prints a line like this.
ends()	# red|green LINE-REGEX [PART...]
{
	local want=$1 line=$2 colour=red
	shift 2
	! PATH=$tree/bin:$PATH "$tree/tests/check.sh" "$@" >"$work/out" 2>&1 || colour=green
	cat "$work/out"
	[ "$colour" = "$want" ] && grep -qE "$line" "$work/out" && tail -n 1 "$work/out" | grep -q ' skipped$'
}

all_pass()
{
	new_tree
	ends green '^[0-9]{2} passed, 0 failed, 0 skipped$' && [ "$(grep -c '^# ---- ' "$work/out")" -gt 30 ]
}

modules_broken()	# PART
{
	new_tree
	stub scripts/build-modules.sh 'echo "error: no such thing" && exit 1'
	ends red '^not ok .*modules.* build' "$1" && grep -q '^#.*error: no such thing' "$work/out"
}

programs_broken()	# PART
{
	new_tree
	stub bin/make 'exit 1'
	ends red '^not ok ' "$1"
}

stops_early()
{
	new_tree
	stub tests/prove/run.sh 'echo "ok 1 - $0"; echo 1..2'
	ends red '^not ok - prove ran as many tests as it planned \(2 planned, 1 results\)' prove
}

no_plan()
{
	new_tree
	stub tests/prove/run.sh 'echo "ok 1 - $0"'
	ends red '^not ok - prove ran as many tests as it planned \(0 planned, 1 results\)' prove
}

silent()	# EXIT-CODE
{
	new_tree
	stub tests/prove/run.sh "exit $1"
	ends red "^not ok - prove ran its tests \\(exit code $1, 0 results\\)" prove
}

killed()
{
	new_tree
	stub tests/prove/run.sh "$passing; kill -KILL \$\$"
	ends red '^not ok - prove ran its tests \(exit code 137, 1 results\)' prove
}

# The names come behind everything else, since a log is often read from its end.
names_what_failed()
{
	new_tree
	stub tests/prove/run.sh 'echo "not ok 1 - the proof holds"; echo 1..1; exit 1'
	ends red '^# not ok prove: 1 - the proof holds' && tail -n 4 "$work/out" | grep -q '^# not ok prove: 1 - the proof holds'
}

output_lost()
{
	new_tree
	stub tests/prove/run.sh 'rm build/check/prove; echo "ok 1 - it has run"'
	ends red '^not ok - prove ran its tests' prove
}

no_such_part()	# NAME
{
	new_tree
	ends red "^not ok - there is a part \"$1\"" "$1" prove && grep -q '^ok 1 - tests/prove' "$work/out"
}

only_one()
{
	new_tree
	ONLY='debian-(race|pcm)$' ends green '^2 passed, 0 failed, 0 skipped$' guest-debian &&
		[ "$(grep -c '^# ---- ' "$work/out")" = 2 ]
}

nothing_matches()
{
	new_tree
	ONLY=nothing ends red '^not ok - something in "unit prove" matches ONLY=nothing$' unit prove
}

only_of_all()
{
	new_tree
	! ONLY=unit "$tree/tests/check.sh" >"$work/out" 2>&1 && grep -q 'ONLY=unit needs a PART' "$work/out"
}

# What the part runs ends the part's own check.sh.
part_killed()	# FILE PART
{
	new_tree
	stub "$1" 'kill -KILL $PPID'
	ends red "^not ok - part $2 ran to its end"
}

part_lost()
{
	new_tree
	stub tests/prove/run.sh "$passing; rm build/check/prove.out"
	ends red '^not ok - part prove ran to its end'
}

# guest-uml needs User Mode Linux, and no other part is to go with it.
without_uml()	# red|green LINE-BEGINNING LINE-END
{
	local part
	ends "$1" "^$2 - guest-uml.*$3" || return
	for part in nt prove lint demo debian-pcm conformance; do
		grep -q "^# ---- $part\$" "$work/out" || return
	done
	! grep -q '^# ---- uml-' "$work/out"
}

uml_left_out()
{
	new_tree
	WRT_NO_UML=1 without_uml green ok 'SKIP WRT_NO_UML' && grep -q ' 0 failed, 1 skipped$' "$work/out"
}

uml_broken()
{
	new_tree
	stub tests/guest/bed-build.sh 'exit 1'
	without_uml red 'not ok' 'can be built' && grep -q ' 1 failed, 0 skipped$' "$work/out"
}

# ---- a terminal, blanks ----------------------------------------------------------------------

# The part runs until the line appears.
shows_progress()
{
	new_tree
	export WATCHED=$work/terminal
	: >"$WATCHED"
	stub tests/prove/run.sh "$passing"'
		n=0
		until grep -q "^# [0-9]* s: prove (1 results)" "$WATCHED"; do
			n=$((n + 1))
			[ $n -lt 600 ] || exit 1
			sleep 0.1
		done'
	PROGRESS=1 PATH=$tree/bin:$PATH script -qefc "'$tree/tests/check.sh' prove" "$WATCHED" >/dev/null </dev/null
	code=$?
	cat "$WATCHED"
	[ "$code" = 0 ]
}

no_progress_in_a_pipe()
{
	new_tree
	stub tests/prove/run.sh "$passing; sleep 2.5"
	PROGRESS=1 ends green '^1 passed, 0 failed' prove && ! grep -q '^# [0-9]* s: ' "$work/out"
}

# No part gets a path with blanks, which make does not accept; the links are in WRT_CACHE.
with_blanks()
{
	local tree="$work/a tree with blanks"
	new_tree
	stub tests/prove/run.sh 'case $PWD in *[[:space:]:]*) echo "not ok 1 - $PWD" ;; *) '"$passing"' ;; esac'
	stub bin/make 'case "$PWD$*" in *[[:space:]:]*:*) echo "not ok 1 - $PWD $*" ;; *) '"$passing"' ;; esac'
	WRT_CACHE=$work/cache ends green '^[0-9]{2} passed, 0 failed, 0 skipped$'
}

# kbuild resolves links, so its directory has to be another one; the modules come back.
modules_with_blanks()
{
	local tree="$work/modules: with blanks"
	mkdir -p "$tree/scripts" "$tree/kernel" "$tree/compat" "$work/kernel"
	cp scripts/build-modules.sh "$tree/scripts"
	: >"$tree/Kbuild"
	stub bin/make 'for word; do case $word in M=*) m=${word#M=} ;; esac; done
		m=$(readlink -f "$m"); echo "$m"
		case $m in *[[:space:]:]*) exit 1 ;; esac
		: >"$m/a.ko"
		: >"$m/Module.symvers"'
	cp "$tree/bin/make" "$work/make"	# build-modules.sh prefers a make next to the kernel
	WRT_CACHE=$work/cache "$tree/scripts/build-modules.sh" "$work/kernel" "$tree/build/k" &&
		[ -e "$tree/build/k/a.ko" ] && [ -e "$tree/build/k/Module.symvers" ]
}

# ---- time-limit ----------------------------------------------------------------------------

# Wants a processor all the time, and ends after six seconds
burn='my $end = time + 6; 1 while time < $end'

# Beside six others on one processor it waits most of the time. However busy the machine is, that
# takes longer than the limit and less than ten times as long.
slow_passes()
{
	local others=() began=$SECONDS code
	for _ in 1 2 3 4 5 6; do
		taskset -c 0 sh -c 'while :; do :; done' &
		others+=($!)
	done
	tests/time-limit 4 taskset -c 0 perl -e "$burn"
	code=$?
	kill "${others[@]}"
	echo "code $code after $((SECONDS - began)) s"
	[ "$code" = 0 ] && [ $((SECONDS - began)) -gt 4 ]
}

limited()	# COMMAND...: kills it and its processes after a second
{
	tests/time-limit 1 "$@" 2>"$work/limit"
	[ $? = 124 ] && cat "$work/limit" && [ "$(grep -c '^time limit of 1 s reached' "$work/limit")" = 1 ]
}

nothing_left()
{
	limited sh -c 'setsid sleep 12.'$$' & wait' && ! pgrep -f "^sleep 12.$$\$"
}

passes_through()
{
	[ "$(echo in | tests/time-limit 9 sh -c 'cat; exit 7' && echo 0 || echo $?)" = "$(printf 'in\n7')" ]
}

# Twice, since it is a race: what is lost would be findings of lint.
kept_prints_everything()
{
	local i
	mkdir -p "$work/kept"
	for i in $(seq 200); do
		echo "finding $i of a tool" >"$work/kept/$i"
	done
	for i in 1 2; do
		seq 200 | WRT_CACHE=$work/cache xargs -P 4 -I '{}' scripts/kept.sh name "$work/kept/{}" -- \
			cat "$work/kept/{}" >"$work/printed"
		sort -u "$work/printed" | wc -l
		[ "$(grep -c '^finding [0-9]* of a tool$' "$work/printed")" = 200 ] || return
	done
}

check "all parts pass, and everything is counted" all_pass
check "modules that do not build: nt is red" modules_broken nt
check "modules that do not build: guest-debian is red" modules_broken guest-debian
check "modules that do not build: guest-uml is red" modules_broken guest-uml
check "test programs that do not build: guest-debian is red" programs_broken guest-debian
check "test programs that do not build: guest-programs is red" programs_broken guest-programs
check "a part that prints nothing and succeeds is red" silent 0
check "a part that prints nothing and fails is red" silent 2
check "a part that stops before the end of its plan is red" stops_early
check "a part without a plan is red" no_plan
check "a part that is killed after its first result is red" killed
check "a part whose output is lost is red" output_lost
check "the names of the tests that failed come before the closing line" names_what_failed
check "an unknown part is red, the others run" no_such_part nothing
check "an empty part is red, the others run" no_such_part ''
check "ONLY runs what matches, and nothing else" only_one
check "ONLY that matches nothing is red" nothing_matches
check "ONLY without a part is refused" only_of_all
check "a part that is killed is red (lint)" part_killed scripts/lint.sh lint
check "a part that is killed is red (demo)" part_killed tests/demo/run.sh demo
check "a part whose closing line is lost is red" part_lost
check "WRT_NO_UML: each part left out is a skip with its reason, the others run" uml_left_out
check "a kernel of bed uml that cannot be built: the parts that need it are red, the others run" uml_broken

check "on a terminal a line says what runs and what results there are" shows_progress
check "in a pipe there is none" no_progress_in_a_pipe
check "a tree whose path has blanks: no part sees them" with_blanks
check "modules are built elsewhere then, and come back" modules_with_blanks

if read -r _ delay _ </proc/self/schedstat && [ "$delay" != 0 ]; then
	check "time-limit: what is only slow comes to its end" slow_passes
else
	skip "time-limit: what is only slow comes to its end" "this kernel does not count waits"
fi
check "time-limit: a busy hang ends with 124 and one line" limited sh -c 'while :; do :; done'
check "time-limit: an idle hang ends with 124 and one line" limited sleep 1000
check "time-limit: servers in sessions of their own end as well" nothing_left
check "kept.sh in parallel into one file: no line is lost" kept_prints_everything
check "time-limit: standard input and exit code pass through" passes_through
the_end
