#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Checks that the proofs can fail. Injects one defect at a time into a copy; the proof that is
# about it has to fail. Called by run.sh --selftest; TAP on stdout.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
bad=0
export PREEMPTIONS=2 LIMIT=60

copy_tree()
{
	rm -rf "$work/tree" "$work/out"
	mkdir -p "$work/tree/tests" "$work/out"
	cp -r "$top/kernel" "$top/compat" "$top/userspace" "$work/tree"
	cp -r "$here" "$top/tests/guest" "$top/tests/time-limit" "$work/tree/tests"
	cp -r "$top/scripts" "$work/tree"
}

# The result of the proof: it has to end with "not ok" and a line that matches REPORT.
expect()	# PART REPORT SENTENCE
{
	count=$((count + 1))
	if O=$work/out "$work/tree/tests/prove/run.sh" "$1" >"$work/log" 2>&1; then
		bad=1
		if grep -q '# SKIP' "$work/log"; then
			bad=$was_bad
			echo "ok $count - $3 # SKIP $(sed -n 's/.*# SKIP //p' "$work/log")"
			return
		fi
	elif grep '^not ok' "$work/log" | grep -qE 'built|came to an end|verdict' ||
		! grep -qE "$2" "$work/log"; then
		bad=1
	else
		echo "ok $count - caught by $1: $3"
		grep -m 1 -oE "$2.*" "$work/log" | sed 's/^/#   /'
		return
	fi
	echo "not ok $count - not caught by $1: $3"
	tail -n 15 "$work/log" | sed 's/^/# /'
}

change()	# FILE SED-SCRIPT PART REPORT SENTENCE
{
	was_bad=$bad
	copy_tree
	sed -i "$2" "$work/tree/$1"
	if cmp -s "$top/$1" "$work/tree/$1"; then
		count=$((count + 1))
		bad=1
		echo "not ok $count - the defect can be planted: $5"
		return
	fi
	expect "$3" "$4" "$5"
}

plant()	# DEFECT PART REPORT SENTENCE
{
	was_bad=$bad
	copy_tree
	if ! "$top/tests/inject" "$work/tree" "$top/tests/plants/$1" >"$work/log" 2>&1; then
		count=$((count + 1))
		bad=1
		echo "not ok $count - the defect can be planted: $4"
		return
	fi
	expect "$2" "$3" "$4"
}

page=compat/hwdep/page.c
reader=userspace/lib/stream.c
reads=userspace/lib/page.h
weak='weak memory: '
plant missing-barrier page "$weak" "no barrier before seq becomes even"
change $page '/odd before any member/d' page "$weak" "no barrier after seq became odd"
change $reads 's/&page->seq, __ATOMIC_ACQUIRE/\&page->seq, __ATOMIC_RELAXED/' page "$weak" \
	"the reader's first load of seq does not acquire"
change $reads '/__atomic_thread_fence/d' page "$weak" "the reader's last load of seq has no fence"
change $reads 's/while (seq & 1);/while (0);/' page "$weak" "the reader does not mind an odd seq"

stream=kernel/core/stream.c
clients=kernel/core/clients.c
plant missing-lock binding 'at (is_owed|signal_some|signal_at_once|take_point|take_out)|is signalled after' "signals without the event lock"
plant race-on-slots binding 'at (find|take_out|is_owed|signal_some)' "an event is unregistered without the event lock"
plant double-put binding 'put once too often' "an event is put twice"
change $clients '/^int wrt_stream_settle/,/^}/s/sync_killable(s, c)/0/' binding \
	'to be silent|[0-9] signals, ' "a pause does not wait for a signal under way"
change $clients '/^void wrt_clients_unlink/,/^}/{/wrt_stream_sync/d;/wrt_deferred_cancel/d}' binding \
	'use after free|to be silent|beside an allocation' "a client is unlinked while it is notified"
change $stream '/^int wrt_stream_start/,/^}/{s/wrt_lock(&s->dev->lock)/(wrt_mutex_lock(\&s->dev->mutex), wrt_lock(\&s->dev->lock))/;s/wrt_unlock(&s->dev->lock, flags);/wrt_mutex_lock(\&s->dev->mutex);&/}' \
	binding 'deadlock' "a lock is taken twice"

read=compat/hwdep/read.c
change $read '/^bool wrt_read_passed/,/^}/s/rcuwait_wake_up(reader);//' binding 'the sleep of a reader' \
	"a reader is not woken"
change $read 's/rcuwait_wait_event(&pin->reader, !must_wait(pin)/({ if (must_wait(pin)) rcuwait_wait_event(\&pin->reader, is_readable(pin) || pin->removed/;s/TASK_INTERRUPTIBLE);/TASK_INTERRUPTIBLE); 0; });/' \
	binding 'the sleep of a reader' "a reader that waits does not see FREE_BUFFER"
change $read '/^static void put_back/,/^}/s/pin->seen - points/pin->seen/' binding 'points were read' \
	"points of a record that cannot be delivered are lost"
change $read '/^static bool take/,/^}/{s/wrt_lock(.*);/0;/;s/wrt_unlock(.*);/(void)flags;/}' binding 'data race|points were read' \
	"two readers take points without the lock"
change $stream '/^void wrt_streams_stop/,/^}/s/wrt_stream_halt(s);/{\n\t\t\twrt_stream_halt(s);\n\t\t\twrt_unlock(\&dev->lock, flags);\n\t\t\tflags = wrt_lock(\&dev->lock);\n\t\t}/' \
	binding 'of a group runs alone' "the streams of a group stop one after the other"

export ONLY=none
change kernel/core/geometry.c 's/frame_bytes \/ gcd(frame_bytes, step) \* step/frame_bytes * step + 0 * gcd(frame_bytes, step)/' \
	arithmetic 'unit [0-9]*, not' "the unit is the product"
change $reader 's/wrapped(r->value + r->base, bytes)/wrapped(r->value, bytes)/' arithmetic '# register: expected' \
	"the library forgets where the register counts from"
change $reader 's/since > bytes \/ 2 &&/since > bytes \&\&/' arithmetic '# register: expected' \
	"the library takes a register behind the clock for one a cycle ahead"
export ONLY=prove_bytes_of_time
change kernel/core/os.h 's/return whole \* b + .*/return wrt_div_u64(a * b, c) + 0 * whole;/' \
	arithmetic 'overflow on unsigned \*.*FAILURE' "a product before the division"
export ONLY=prove_advance
change kernel/core/position.c 's/if (offset >= c->bytes)/if (offset > c->bytes)/' \
	arithmetic 'p.offset < c.bytes.*FAILURE' "an offset equal to the size is accepted"
export ONLY=prove_bound
change kernel/core/position.c 's/if (is_impossible(.*))/if (0 \&\& is_impossible(p, c, distance, ns))/' \
	arithmetic 'most_bytes.*FAILURE' "a register is believed whatever it shows"
change kernel/core/position.c 's/least = clock_bytes(c, p->ns, from_ns)/least = clock_bytes(c, 0, from_ns)/' \
	arithmetic 'FAILURE' "whole buffers are counted by another time"
export ONLY=prove_points
change kernel/core/position.c 's/p->points = all;/p->points++;/' \
	arithmetic 'floor.*FAILURE' "one point is consumed of several"
export ONLY=prove_make
change kernel/core/geometry.c 's/portion > c->buffer_max || portion \* parts/portion/' \
	arithmetic 'FAILURE' "the size of the whole buffer is not limited"
export ONLY=prove_register
change compat/hwdep/register_page.h 's/ || page > end - page_bytes//' \
	arithmetic 'page_bytes <= reg.bus.*FAILURE' "a page with other registers is mapped"
echo "1..$count"
exit $bad
