# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# wavert play and record with all kinds of files and streams, in a guest; sourced by guest.sh.
# Tests that need no card are in test_sound.c, which also creates the files.

# shellcheck disable=SC2016,SC2086,SC2317 # sh -c; words; called through check

ended()	# CODE REGEX: of $status and /tmp/err
{
	echo "exit code $status"
	cat /tmp/err
	[ $status = "$1" ] && says /tmp/err "$2"
}

whole()	# REGEX: exit code 0, no error, and /tmp/out matches
{
	echo "exit code $status"
	cat /tmp/err
	[ $status = 0 ] && [ ! -s /tmp/err ] && says /tmp/out "$1"
}

# A command that should end; if it does not, it is killed.
limited()	# COMMAND...
{
	"$@" >/tmp/out 2>/tmp/err &
	pid=$!
	finish_in 10
}

finish_in()	# SECONDS
{
	(sleep "$1"; kill -KILL $pid) 2>/dev/null &
	guard=$!
	wait $pid 2>/dev/null
	status=$?
	kill $guard 2>/dev/null
	wait $guard 2>/dev/null
	return 0
}

# A sine far above full scale, played and recorded: it never jumps to the opposite sign.
no_wrap()	# FILE
{
	start 'capture 0' wavert record -q -d 20 /tmp/loud.raw || return
	wavert play -q "$1" || return
	finish INT
	frames loud </tmp/loud.raw
}

# A WAV header without a length, then endless silence.
endless()
{
	head -c 40 /tmp/small.wav
	printf '\377\377\377\377'
	exec cat /dev/zero
}

sources()
{
	check "Vorbis beyond full scale is clipped" no_wrap loud.ogg
	mkfifo /tmp/fifo
	cat small.wav >/tmp/fifo &
	limited wavert play /tmp/fifo
	check "A FIFO whose writer has finished is played to its end" whole '^played 16000 frames'
	limited sh -c 'cat small.flac | wavert play -'
	check "and a pipe" whole '^played 16000 frames'
	limited sh -c 'wavert play - <small.wav'
	check "and standard input" whole '^played 16000 frames'
	limited sh -c 'wavert play /dev/fd/7 7<small.wav'
	check "A descriptor given by its name is played" whole '^played 16000 frames'
	head -c 30000 small.wav >/tmp/part.wav
	limited sh -c 'cat /tmp/part.wav | wavert play -q -'
	check "For a pipe that ends early the missing part is reported" ended 1 'standard input is truncated, 34044 bytes are missing'
	{ head -c 40 small.wav; printf '\0\0\0\0'; tail -c +45 small.wav; } >/tmp/zero.wav
	limited wavert play /tmp/zero.wav
	check "A WAV with the length 0 in its header is played to its end" whole '^played 16000 frames'

	endless >/tmp/fifo &
	with terminal wavert play /tmp/fifo >/tmp/shown &
	pid=$!
	await 'playback 0' 'state run'
	sleep 1
	kill -INT "$(pidof wavert)"
	finish_in 5
	check "Without a length in the header no length is shown" says /tmp/shown '00:00\.[0-9]  notifications'
	check "also when interrupted" says /tmp/shown 'interrupted after [0-9.]+ s; the rest has not been played'
	start 'playback 0' sh -c 'sleep 20 >/tmp/fifo & exec wavert play -q /tmp/fifo' >/dev/null
	check "A FIFO without data: nothing is played" [ $? != 0 ]
	kill -INT "$(pidof wavert)"
	finish_in 5
	check "an interrupt ends it" ended 1 'interrupted before there was any sound in /tmp/fifo'
	kill "$(pidof sleep)"
	wavert play -q /tmp/fifo >/tmp/out 2>/tmp/err &
	pid=$!
	sleep 1
	kill -INT $pid
	finish_in 5
	check "an interrupt ends it also if the FIFO has no writer" ended 1 'interrupted before there was any sound in /tmp/fifo'

	limited sh -c '{ head -c 50000 small.wav; sleep 1; tail -c +50001 small.wav; } | wavert play -q -'
	check "A source that is too slow: the loss is reported, also with -q" ended 1 '[0-9]+ packets \([0-9.]+ s\) were lost: this program, or what it reads'
	limited sh -c '{ head -c 50000 small.wav; sleep 1; tail -c +50001 small.wav; } | wavert play -'
	check "all of its sound is played" says /tmp/out '^played 16000 frames: .*packets lost [1-9]'
	{ head -c 40000 small.wav; exec sleep 20; } >/tmp/fifo &
	start 'playback 0' wavert play -q /tmp/fifo
	sleep 1
	echo snd-wavert-sim.0 >$drv/unbind
	finish_in 5
	kill "$(pidof sleep)"
	echo snd-wavert-sim.0 >$drv/bind
	check "Removal while a source delivers no data is reported" ended 1 'has been removed'
	start 'playback 0' wavert play -q /tmp/long.wav
	stop_a_while
	finish INT
	check "A stopped player reports the loss" ended 1 'packets \([0-9.]+ s\) were lost'
	limited wavert play -q /tmp
	check "A directory is refused" ended 1 'cannot read /tmp: Is a directory; a sound file is expected'
	limited sh -c 'wavert play -q /tmp/two.wav >/dev/full'
	check "With -q a report cannot fail" [ $status = 0 ]
	limited sh -c 'wavert play small.wav >/dev/full'
	check "A report that cannot be written is an error" ended 1 'standard output: No space left on device'
}

stop_a_while()
{
	sleep 0.5
	kill -STOP $pid
	sleep 1
	kill -CONT $pid
	sleep 0.5
}

# A stream has 0xffffffff for its length, and sound to its end.
whole_stream()	# FILE BYTES
{
	size=$(wc -c <"$1")
	echo "size $size, RIFF $(word "$1" 4), data $(word "$1" 40)"
	[ "$size" = "$2" ] && [ "$(word "$1" 40)" = 4294967295 ]
}

sinks()
{
	limited sh -c 'wavert record -d 1 - | cat >/tmp/piped.wav'
	check "If the recording goes to a pipe, the report goes to standard error" ended 0 '^recorded 48000 frames'
	check "the header has an unknown length" whole_stream /tmp/piped.wav 192044
	check "without a gap" counts_up /tmp/piped.wav
	limited sh -c 'wavert record -d 1 - >/tmp/rec.wav'
	check "If standard output is a file, the report also goes to standard error" ended 0 '^recorded 48000 frames'
	check "the file is a WAV" whole_wav /tmp/rec.wav
	limited sh -c 'wavert record -d 1 /dev/stdout >/tmp/rec.wav'
	check "/dev/stdout works in the same way" whole_wav /tmp/rec.wav
	check "without a gap" counts_up /tmp/rec.wav
	cat /tmp/fifo >/tmp/piped.wav &
	start 'capture 0' wavert record /tmp/fifo
	sleep 0.5
	finish INT
	wait
	check "A recording to a FIFO ends at an interrupt" whole '^recorded [0-9]+ frames'
	check "the captured frames are in the FIFO" whole_stream /tmp/piped.wav $((44 + 4 * $(sed 's/^recorded \([0-9]*\) .*/\1/' /tmp/out)))
	limited wavert record -q -d 1 /dev/full
	check "/dev/full is told" ended 1 '/dev/full: No space left on device'
	limited sh -c 'ulimit -f 200; wavert record -q -d 10 /tmp/limit.wav'
	check "A limit of the file size is reported" ended 1 '/tmp/limit.wav: File too large after [0-9.]+ s, which it holds'
	check "the file is a WAV" whole_wav /tmp/limit.wav
	limited sh -c 'wavert record -q -d 10 - 2>/tmp/errors | head -c 1000 >/dev/null'
	cat /tmp/errors >/tmp/err
	check "A reader that has closed its end is reported" says /tmp/err 'standard output: its reader has gone after [0-9.]+ s'
	# enough for a pipe of 16 pages of 64 KiB
	start 'capture 0' sh -c 'exec wavert record -q -r 192000 - | sleep 20'
	sleep 2
	kill -INT "$(pidof wavert)"
	await 'capture 0' 'owner nobody'
	check "With a reader that does not read an interrupt ends the recording" says /tmp/err 'interrupted while its reader did not read'
	kill "$(pidof sleep)" 2>/dev/null
	finish
	start 'capture 0' wavert record -q /tmp/gap.wav
	stop_a_while
	finish INT
	check "A stopped recorder reports the loss, also with -q" ended 1 'packets \([0-9.]+ s\) were lost'
	check "the file is a WAV" whole_wav /tmp/gap.wav
}

# All devices are suspended for a second, and resumed.
suspend()
{
	echo 1 >/sys/module/suspend/parameters/pm_test_delay &&
		echo devices >/sys/power/pm_test && echo freeze >/sys/power/state
}

suspended()
{
	if [ ! -e /sys/power/pm_test ]; then
		skip "What a suspend of the system has cost is told" "the kernel has no pm_test"
		return
	fi
	start 'capture 0' wavert record -q /tmp/suspend.wav
	suspend
	sleep 0.5
	finish INT
	check "The loss of a system suspend is reported" ended 1 'packets \([0-9.]+ s\) were lost'
	check "the file is a WAV" whole_wav /tmp/suspend.wav
}

sound_tests()
{
	test_sound make
	cp small.wav /tmp
	check "Reloading with the loopback" reload
	sources
	check "Reloading with a ramp to record" reload loopback=0 source=ramp
	sinks
	suspended
	check "None of them still owns a pin" all_free
}
