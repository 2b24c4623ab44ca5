#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The part of the demo that runs in the guest; started by run.sh. It only runs the
# programs and stores their output and that of the kernel in /out; report.sh evaluates it.
set -u
tracing=/sys/kernel/tracing
wav=Front_Center.wav

# Two sources of data: our tracepoints, and a probe on ALSA's own function.
trace_on()
{
	echo mono >$tracing/trace_clock
	echo >$tracing/trace
	echo 1 >$tracing/events/wavert/wavert_position_update/enable
	echo 1 >$tracing/events/wavert/wavert_notify/enable
	echo 1 >$tracing/events/kprobes/elapsed/enable
	echo 1 >$tracing/tracing_on
}

trace_off()
{
	echo 0 >$tracing/tracing_on
	cat $tracing/trace >"/out/$1.trace"
}

settle()	# waits until no stream has an owner
{
	until ! grep -q 'owner [AW]' /proc/asound/card0/wavert; do sleep 0.05; done
}

elapsed=snd_pcm_period_elapsed_under_stream_lock	# since 5.14; snd_pcm_period_elapsed() calls it
grep -q " $elapsed" /proc/kallsyms || elapsed=snd_pcm_period_elapsed
echo "p:elapsed $elapsed" >$tracing/kprobe_events || exit 1

# (a) ALSA plays, ALSA records the playback
arecord -q -D hw:0 -f S16_LE -c 1 -r 48000 -t raw /out/a.raw &
recorder=$!
sleep 0.2
trace_on
aplay -v -D hw:0 $wav 2>/out/a.log || echo "aplay failed" >>/out/failures
trace_off a
sleep 0.3
kill -INT $recorder
wait $recorder
settle

# (b) the same through WaveRT
wavert record -c 1 -d 2 /out/b.raw >/out/b-record.log 2>&1 &
recorder=$!
sleep 0.1
wavert play $wav >/out/b.log 2>&1 || echo "wavert play failed" >>/out/failures
wait $recorder || echo "wavert record failed" >>/out/failures
settle

# (c) an unmodified aplay, observed
wavert watch --until-stop >/out/c.watch 2>&1 &
watcher=$!
sleep 0.1
trace_on
aplay -v -D hw:0 $wav 2>/out/c.log || echo "aplay failed" >>/out/failures
trace_off c
wait $watcher || echo "wavert watch failed" >>/out/failures
settle

rmmod snd-wavert-sim && rmmod snd-wavert || echo "rmmod failed" >>/out/failures
exit 0
