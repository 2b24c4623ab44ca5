#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The barriers of the register page under KCSAN's model of weak memory, in environment x86-kcsan:
# page.c against the library's reader, both instrumented (page_order/main.c). Without one of the
# two barriers a race has to be reported. TAP. Called by tests/check.sh.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
bad=0
# KCSAN delays plain stores only: for the order of odd number and members the marks are exchanged.
# A missing barrier is still one for the compiler, which would drop the plain store otherwise.
exchange='s/^\tregs->\([a-z_]*\) = \(.*\);/\tWRITE_ONCE(regs->\1, \2);/
s/WRITE_ONCE(regs->seq, seq + 1);/regs->seq = seq + 1;/'
publications=300

result()	# STATUS NAME
{
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		bad=1
		echo "not ok $count - $2"
		tail -n 40 "$work/out" | sed 's/^/# /'
	fi
	return "$1"
}

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
			echo "does not apply: $script" >"$work/out"
			return 1
		fi
	done
	"$top/scripts/build-modules.sh" --from "$work/from" "$("$here/run" --bed x86-kcsan --print-kdir)" \
		"$work/module" "TOP=$top" >"$work/out" 2>&1
}

# Until a race is reported, ROUNDS times that number of publications at most. Stores are delayed for
# longer than the host may take the processor away from the reader.
publish()	# EVEN ROUNDS
{
	"$here/run" --bed x86-kcsan --timeout 900 --no-insmod --module "$work/module/page_order.ko" \
		--append "kcsan.skip_watch=8 kcsan.udelay_task=5000" -- sh -c "
			for i in \$(seq $2); do
				insmod /modules/page_order.ko even=$1 rounds=$publications && rmmod page_order || exit 1
				! dmesg | grep -q KCSAN: || break
			done
			echo \$((i * $publications)) publications, \
				\$(sed -n 's/setup_watchpoints: //p' /sys/kernel/debug/kcsan) watchpoints
		" >"$work/out" 2>&1
}

watchpoints()
{
	sed -n 's/.*watchpoints/# &/p' "$work/out"
}

is_clean()	# NAME EVEN SED-SCRIPT...
{
	build "${@:3}" && publish "$2" 1 && grep -Eq '[0-9]{3} watchpoints' "$work/out"
	result $? "$1" && watchpoints
}

# A race with wrt_page_publish() or wrt_page_publish_position()
is_race()	# NAME EVEN SED-SCRIPT...
{
	build "${@:3}" && publish "$2" 40
	[ $? = 99 ] && grep -q 'KCSAN: data-race in .*wrt_page_publish' "$work/out"
	result $? "$1" && watchpoints && sed -n 's/.*BUG: KCSAN/# KCSAN/p' "$work/out" | head -n 1
}

is_clean "$publications publications: members are written before the even number" 1
is_race "without the barrier before the even number a race is reported" 1 \
	'/all members before even/s/smp_wmb()/barrier()/'
is_clean "$publications publications: members are written after the odd number" 0 "$exchange"
is_race "without the barrier after the odd number a race is reported" 0 "$exchange" \
	'/odd before any member/s/smp_wmb()/barrier()/'
echo "1..$count"
exit $bad
