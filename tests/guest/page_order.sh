#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The barriers of the register page under KCSAN's model of weak memory, in environment x86-kcsan:
# page.c against the library's reader, both instrumented (page_order/main.c). Without one of the
# two barriers a race has to be reported. TAP. Called by tests/check.sh.
# shellcheck disable=SC2317 # called through check
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tap.sh
. "$here/tap.sh"
# KCSAN delays plain stores only: for the order of odd number and members the marks are exchanged.
# A missing barrier is still one for the compiler, which would drop the plain store otherwise.
exchange='s/^\tregs->\([a-z_]*\) = \(.*\);/\tWRITE_ONCE(regs->\1, \2);/
s/WRITE_ONCE(regs->seq, seq + 1);/regs->seq = seq + 1;/'
publications=300

# The module, with page.c as the script changes it; each change has to apply.
build()	# SED-SCRIPT...
{
	local script
	rm -rf "$work/module" "$work/from"
	mkdir "$work/from"
	cp "$here/page_order/"* "$top/compat/hwdep/page.c" "$work/from"
	for script; do
		cp "$work/from/page.c" "$work/before"
		sed -i "$script" "$work/from/page.c"
		if cmp -s "$work/before" "$work/from/page.c"; then
			echo "does not apply: $script"
			return 1
		fi
	done
	"$top/scripts/build-modules.sh" --from "$work/from" "$("$here/run" --bed x86-kcsan --print-kdir)" \
		"$work/module" "TOP=$top"
}

# Until a race is reported, ROUNDS times that number of publications at most. Stores are delayed for
# longer than the host may take the processor away from the reader. Prints the end of the log.
publish()	# EVEN ROUNDS
{
	local code
	"$here/run" --bed x86-kcsan --timeout 900 --no-insmod --module "$work/module/page_order.ko" \
		--append "kcsan.skip_watch=8 kcsan.udelay_task=5000" -- sh -c "
			for i in \$(seq $2); do
				insmod /modules/page_order.ko even=$1 rounds=$publications && rmmod page_order || exit 1
				! dmesg | grep -q KCSAN: || break
			done
			echo \$((i * $publications)) publications, \
				\$(sed -n 's/setup_watchpoints: //p' /sys/kernel/debug/kcsan) watchpoints
		" >"$work/out" 2>&1
	code=$?
	tail -n 40 "$work/out"
	return "$code"
}

watchpoints()
{
	sed -n 's/.*watchpoints/# &/p; s/.*BUG: KCSAN/# KCSAN/p' "$work/out" | head -n 2
}

is_clean()	# EVEN SED-SCRIPT...
{
	build "${@:2}" && publish "$1" 1 && grep -Eq '[0-9]{3} watchpoints' "$work/out"
}

# A race with wrt_page_publish() or wrt_page_publish_position()
is_race()	# EVEN SED-SCRIPT...
{
	build "${@:2}" && publish "$1" 40
	[ $? = 99 ] && grep -q 'KCSAN: data-race in .*wrt_page_publish' "$work/out"
}

check "$publications publications: members are written before the even number" is_clean 1
watchpoints
check "without the barrier before the even number a race is reported" is_race 1 \
	'/all members before even/s/smp_wmb()/barrier()/'
watchpoints
check "$publications publications: members are written after the odd number" is_clean 0 "$exchange"
watchpoints
check "without the barrier after the odd number a race is reported" is_race 0 "$exchange" \
	'/odd before any member/s/smp_wmb()/barrier()/'
watchpoints
the_end
