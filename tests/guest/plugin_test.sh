#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The ALSA plugin under unmodified programs. Runs in a guest under busybox with
# snd-wavert-sim (streams=2, loopback) inserted, the plugin and its configuration installed,
# aplay, arecord, speaker-test and plugin_test. The checks of plugin_test come last: they
# end with the card unbound. If there is a second card, of another driver, it must not be
# listed. Prints TAP.

# shellcheck disable=SC2016,SC2086,SC2317 # sh -c; words and numbers; called through check
. ./tap.sh
. ./streams.sh
drv=/sys/bus/platform/drivers/snd-wavert-sim

# ---- streams ----------------------------------------------------------------------

ends()	# PID STATUS-PATTERN
{
	status_of "$1"
	# shellcheck disable=SC2254 # a pattern
	case $status in
	$2) ;;
	*) echo "exit code $status"; cat /tmp/out; return 1 ;;
	esac
}

# Numbers of poll() and restart_syscall(): x86-64; those of arm64 and younger architectures
case $(uname -m) in
x86_64) poll='7|219' ;;
*) poll='73|128' ;;
esac

# A kernel for arm64 forgets the call of a process that stops in it, and goes back to the instruction, of
# 4 bytes, that makes it.
still_in_poll()	# PID ADDRESS: of the instruction after it
{
	case $(uname -m) in
	aarch64) grep -q "^-1 .* $(printf '0x%x' $(($2 - 4)))\$" "/proc/$1/syscall" ;;
	*) grep -qE "^($poll) " "/proc/$1/syscall" ;;
	esac
}

# Stops a process that is in poll(), or in the rest of one that was interrupted.
stop_in_poll()	# PID
{
	tries=200
	until before=$(grep -E "^($poll) " "/proc/$1/syscall") && kill -STOP "$1" &&
		still_in_poll "$1" "${before##* }"; do
		kill -CONT "$1"
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { cat "/proc/$1/syscall"; return 1; }
		sleep 0.01
	done
}

# ---- aplay and arecord, through the loopback ----------------------------------------

# A little more than half a second of the pattern; arecord records it with silence around it.
loop()	# FORMAT BYTES-OF-SAMPLE RATE CHANNELS SILENCE APLAY-AND-ARECORD-OPTIONS...
{
	format=$1 rate=$3 channels=$4 silence=$5
	bytes=$((($3 / 2 + 123) * $2 * $4))
	shift 5
	plugin_test make $bytes >/tmp/played.raw
	arecord -q -t raw -D wavert -f "$format" -r "$rate" -c "$channels" "$@" \
		-s $((rate * 5 / 4)) /tmp/recorded.raw &
	recorder=$!
	await 'capture 0' 'state run' || return
	aplay -q -t raw -D wavert:WaveRT,0,0 -f "$format" -r "$rate" -c "$channels" "$@" \
		/tmp/played.raw || return
	wait $recorder || return
	plugin_test find /tmp/recorded.raw $bytes "$silence"
}

check "aplay -L lists the PCM of the card" \
	sh -c 'aplay -L >/tmp/list && grep -qx "wavert:CARD=WaveRT,DEV=0" /tmp/list'
check "with a description" sh -c 'grep -A 2 "^wavert:" /tmp/list | grep -q "WaveRT interface"'
check "aplay -L lists no card of another driver" sh -c '[ $(grep -c ^wavert /tmp/list) = 1 ]'
check "arecord -L lists it too" sh -c 'arecord -L | grep -qx "wavert:CARD=WaveRT,DEV=0"'

check "S16, stereo, 48000 Hz: played and recorded exactly" loop S16_LE 2 48000 2 0
check "S16, mono, 8000 Hz" loop S16_LE 2 8000 1 0
check "U8, mono, 11025 Hz" loop U8 1 11025 1 128
check "S24, stereo, 96000 Hz" loop S24_LE 4 96000 2 0
check "S24_3, stereo, 48000 Hz" loop S24_3LE 3 48000 2 0
check "S24_3, five channels, 44100 Hz" loop S24_3LE 3 44100 5 0
check "S32, eight channels, 44100 Hz" loop S32_LE 4 44100 8 0
check "Float, three channels, 192000 Hz" loop FLOAT_LE 4 192000 3 0
check "Periods of 128 frames, eight of them" \
	loop S16_LE 2 48000 2 0 --period-size=128 --buffer-size=1024
check "Periods of 441 frames, three of them" \
	loop S16_LE 2 44100 2 0 --period-size=441 --buffer-size=1323
check "Two periods of 12000 frames" \
	loop S16_LE 2 48000 2 0 --period-size=12000 --buffer-size=24000
check "aplay -M and arecord -M, mapped" loop S16_LE 2 48000 2 0 -M
check "aplay -N and arecord -N, non-blocking" loop S16_LE 2 48000 2 0 -N
check "Through plug: a rate the card lacks, and periods of a fraction of a frame" \
	aplay -q -t raw -D plug:wavert -f S16_BE -r 7350 -c 2 -d 1 /dev/zero
check "speaker-test plays a round" \
	speaker-test -D wavert -c 2 -r 48000 -F S16_LE -l 1 -t sine -p 20000 -s 1
check "Afterwards every pin is free" all_free

# ---- two programs, and a third ----------------------------------------------------------

zero='-t raw -f S16_LE -r 48000 -c 2 /dev/zero'
check "aplay plays on the first subdevice" start 'playback 0' aplay -D wavert $zero
first=$pid
check "a second aplay plays on the second" start 'playback 1' aplay -D wavert $zero
second=$pid
check "a third aplay reports that the device is busy" \
	sh -c "! aplay -D wavert $zero >/tmp/third 2>&1 && grep -qi 'hw params' /tmp/third"
check "The page shows WaveRT as the owner of both" \
	sh -c "[ \$(grep -c '^playback .*owner WaveRT' $proc) = 2 ]"
kill -KILL $first
wait $first 2>/dev/null
check "SIGKILL of the first frees its pin at once" await 'playback 0' 'owner nobody'
check "the other continues" await 'playback 1' 'state run'
# Between two writes aplay would exit with 0
check "the other waits in poll()" stop_in_poll $second
kill -INT $second
kill -CONT $second
check "SIGINT ends the other regularly" ends $second 1
check "Afterwards every pin is free" all_free

# ---- stopped for too long ----------------------------------------------------------------

head -c 384000 /dev/zero >/tmp/two-seconds.raw
check "aplay starts" start 'playback 0' aplay -t raw -f S16_LE -r 48000 -c 2 -D wavert \
	--buffer-time=100000 /tmp/two-seconds.raw
kill -STOP $pid
sleep 0.5
kill -CONT $pid
check "Stopped for half a second it continues to the end" ends $pid 0
check "aplay reports an underrun of less than 10 s" \
	says /tmp/out 'underrun!!! \(at least [0-9]{1,4}\.[0-9]{3} ms'
check "arecord starts" start 'capture 0' arecord -t raw -f S16_LE -r 48000 -c 2 -D wavert \
	--buffer-time=100000 -s 48000 /tmp/recorded.raw
kill -STOP $pid
sleep 0.5
kill -CONT $pid
check "Stopped for half a second it continues to the end" ends $pid 0
check "arecord reports an overrun of less than 10 s" \
	says /tmp/out 'overrun!!! \(at least [0-9]{1,4}\.[0-9]{3} ms'

# ---- removal --------------------------------------------------------------------------------

check "aplay starts" start 'playback 0' aplay -D wavert $zero
player=$pid
check "arecord starts" start 'capture 1' arecord -q -t raw -f S16_LE -r 48000 -c 2 \
	-D wavert:WaveRT,0,1 /tmp/recorded.raw
check "The card can be unbound while both run" sh -c "echo snd-wavert-sim.0 >$drv/unbind"
check "arecord ends with an error" ends $pid 1
check "arecord reports that there is no device" says /tmp/out 'No such device'
check "aplay ends with an error" ends $player 1
check "bind brings the card back" sh -c "echo snd-wavert-sim.0 >$drv/bind"
check "and it plays" loop S16_LE 2 48000 2 0

# ---- checks that need a test program ------------------------------------------------------------

plugin_test >/tmp/tap 2>/tmp/tap.err || failed=1
sed -n 's/^\(not ok\|ok\) [0-9]* /\1 /p; /^#/p; /^Bail/p' /tmp/tap | awk -v n=$count '
	/^not ok/ { n++; sub(/^not ok/, "not ok " n) }
	/^ok/ { n++; sub(/^ok/, "ok " n) }
	{ print }
	END { print n >"/tmp/count" }'
grep -q '^1\.\.' /tmp/tap || {
	echo "# plugin_test did not complete"
	cat /tmp/tap.err
	failed=1
}
echo "1..$(cat /tmp/count)"
exit $failed
