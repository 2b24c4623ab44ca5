#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Tests that environment x86-kcsan finds data races, and that a run in which it could not find one
# fails. TAP. Called by tests/check.sh.
# shellcheck disable=SC2317 # called through check
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tap.sh
. "$here/tap.sh"

# The guest has to end with CODE, and its output has to contain TEXT.
guest()	# CODE TEXT RUN-OPTION... -- SCRIPT
{
	local want=$1 text=$2 code
	shift 2
	"$here/run" --bed x86-kcsan --timeout 300 --no-insmod --module "$work/races.ko" "${@:1:$#-2}" \
		-- sh -c "${*: -1}" >"$work/out" 2>&1
	code=$?
	tail -n 30 "$work/out"
	[ "$code" = "$want" ] && grep -qE "$text" "$work/out"
}

kernel=$("$here/run" --bed x86-kcsan --print-kdir)
check "the module with a race builds" \
	"$here/../../scripts/build-modules.sh" --from "$here/races" "$kernel" "$work"

counter='sed -n "s/setup_watchpoints: //p" /sys/kernel/debug/kcsan'
# to 200 watchpoints or a report, whatever the load is
check "two threads that share a counter under a lock are no race" guest 0 'watchpoints: [0-9]{3}' -- "
	insmod /modules/races.ko lock=1 || exit 1
	until [ \$($counter) -ge 200 ]; do sleep 0.1; done
	rmmod races && echo watchpoints: \$($counter)"
check "the same without the lock is reported, and the run fails" guest 99 'KCSAN: data-race in increment' -- '
	insmod /modules/races.ko || exit 1
	until dmesg | grep -q KCSAN:; do sleep 0.1; done
	rmmod races'
check "a run with KCSAN off fails and says so" guest 99 'BUG: KCSAN is off' --append kcsan.early_enable=0 -- true
the_end
