#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The modules from the view of an administrator: parameters, loading, owners, killed clients,
# unbind, the step clock, and the error messages of the wavert command.
# Runs in a guest under busybox with snd-wavert.ko and snd-wavert-sim.ko in /modules, not
# inserted, and with aplay, arecord, wavert and Front_Center.wav. Prints TAP.

# shellcheck disable=SC2016,SC2059,SC2086,SC2317 # words, formats; sh -c; called through check
. ./tap.sh
. ./streams.sh
sim=/modules/snd-wavert-sim.ko
drv=/sys/bus/platform/drivers/snd-wavert-sim
debugfs=/sys/kernel/debug/snd-wavert-sim
voice=$PWD/Front_Center.wav

# ---- modules --------------------------------------------------------------------

load()	# PARAMETERS...: inserts both modules
{
	grep -q '^snd_wavert ' /proc/modules || insmod /modules/snd-wavert.ko || return
	insmod $sim "$@"
}

unload()
{
	rmmod snd-wavert-sim && rmmod snd-wavert
}

reload()
{
	unload && load "$@"
}

is_loaded()	# MODULE
{
	grep -q "^$1 " /proc/modules
}

card_is()	# NUMBER ID
{
	[ "$(cat "/proc/asound/card$1/id")" = "$2" ]
}

nothing_left()	# of the backend
{
	! is_loaded snd_wavert_sim && [ ! -e $debugfs ] && [ ! -e $drv ] &&
		[ ! -e /proc/asound/card0 ] && [ ! -e /sys/class/sound/card0 ] &&
		[ ! -e /sys/bus/platform/devices/snd-wavert-sim.0 ]
}

# ---- the kernel log ---------------------------------------------------------------

mark()
{
	marker="system_test mark $count $(cut -d ' ' -f 1 /proc/uptime)"
	echo "$marker" >/dev/kmsg
}

log_says()	# REGEX: in the log since mark
{
	dmesg | sed "1,/$marker/d" >/tmp/log
	says /tmp/log "$1"
}

# ---- streams ----------------------------------------------------------------------

raw='-q -t raw -f S16_LE -r 48000 -c 2'

is_free()	# STREAM
{
	grep -q "^$1: owner nobody, state free, observers 0" $proc || { cat $proc; return 1; }
}

runs()	# PID
{
	kill -0 "$1" 2>/dev/null && [ "$(sed 's/.*) \(.\).*/\1/' "/proc/$1/stat")" != Z ]
}

finish()	# PID [SIGNAL]: kills it and waits
{
	kill "-${2:-KILL}" "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

ended_badly()	# PID
{
	status_of "$1" && [ $status != 0 ]
}

play_some()	# DEVICE: plays 50 ms through ALSA
{
	head -c 9600 /dev/zero | aplay $raw -D "$1" -
}

position()	# STREAM: position in frames of four bytes
{
	grep -A 2 "^$1: " $proc | sed -n 's/^ *position \([0-9]*\) bytes.*/\1/p' | {
		read -r bytes
		echo $((${bytes:-0} / 4))
	}
}

uptime_cs()
{
	sed 's/^\([0-9]*\)\.\([0-9]*\) .*/\1\2/' /proc/uptime
}

# ---- loading ----------------------------------------------------------------------

check "The backend cannot be inserted before the core" not insmod $sim
check "insmod of the core, then of the backend" load
check "The card's id is WaveRT" card_is 0 WaveRT
aplay -l >/tmp/list 2>&1
check "aplay -l shows card 0: WaveRT" says /tmp/list '^card 0: WaveRT \[WaveRT Simulator\], device 0:.*'
check "it has one subdevice by default" says /tmp/list 'Subdevices: 1/1'
check "The filter node exists" [ -c /dev/snd/hwC0D0 ]
check "The simulator's clock cannot be stepped by default" [ ! -e $debugfs/card0/step ]
check "wavert list prints the card" sh -c "wavert list >/tmp/list && grep -q '^ *0  WaveRT  playback ' /tmp/list"
check "wavert list prints both directions, rates, channels and formats" sh -c '[ $(grep -cE "(playback|capture) +1  8000\.\.192000  1\.\.8  +4194304  U8 S16 S24_32 S32 FLOAT S24_3$" /tmp/list) = 2 ]'
check "Both modules can be removed" unload
check "and leave nothing behind" nothing_left

refused()	# PARAMETER=VALUE LOG-REGEX
{
	mark
	# shellcheck disable=SC2086 # several parameters are words
	check "insmod with $1 is refused" not load $1
	check "the kernel log has the expected message" log_says "$2"
	check "and nothing is left behind" nothing_left
	! is_loaded snd_wavert_sim || rmmod snd-wavert-sim	# a clean start for the next test
}

refused streams=0 'streams=0.*1\.\.16'
refused streams=17 'streams=17.*1\.\.16'
refused clock=x 'clock=x.*hrtimer'
refused source=x 'source=x.*silence'
refused fault=x 'fault=x.*none'
refused 'clock=x streams=17' 'clock=.*x'
refused index=77 'index 77'

check "Two cards are loaded, the first with index 3 and id Foo, eight streams each" \
	load index=3 id=Foo enable=1,1 streams=8
check "The first has number 3 and id Foo" card_is 3 Foo
check "The second has number 0 and the default id" card_is 0 WaveRT
check "Each has eight subdevices in both directions" \
	sh -c '[ $(aplay -l | grep -c "Subdevices: 8/8") = 2 ] && [ $(arecord -l | grep -c "Subdevices: 8/8") = 2 ]'
check "wavert list prints both" sh -c '[ $(wavert list | grep -cE "^ *(0  WaveRT|3  Foo) +playback ") = 2 ]'
check "Subdevice 7 of card Foo plays" play_some hw:Foo,0,7
check "wavert plays on pin 7 of card Foo" wavert play -q -D Foo -p 7 $voice
check "wavert plays on the card named by its node" wavert play -q -D /dev/snd/hwC3D0 $voice

# ---- contents of a capture -----------------------------------------------------------

# Every sample is the number of its frame, which makes a lost or doubled frame visible.
counts_up()	# FILE: 2 channels of 16 bits
{
	hexdump -v -e '2/2 "%u " "\n"' "$1" | awk '
		$1 != $2 || (NR > 1 && $1 != (last + 1) % 65536) { print "frame", NR, $0; bad = 1; exit }
		{ last = $1 }
		END { exit bad || NR != 70000 }'
}

check "Reloading with the source ramp" reload loopback=0 source=ramp
check "arecord records 70000 frames of it" \
	arecord -q -t raw -D hw:0 -f S16_LE -c 2 -r 192000 -s 70000 /tmp/ramp.raw
check "they increment, the same in both channels" counts_up /tmp/ramp.raw
for format in U8 S24_3LE S24_LE S32_LE FLOAT_LE; do
	check "arecord records the ramp in $format" \
		arecord -q -t raw -D hw:0 -f $format -c 1 -r 48000 -s 4800 /tmp/ramp.raw
done

# ---- removal is refused while a stream is open --------------------------------------

check "Reloading with the defaults" reload streams=2
check "aplay starts" start 'playback 0' aplay $raw -D hw:0 /dev/zero
check "While aplay plays the backend cannot be removed" not rmmod snd-wavert-sim
check "nor can the core" not rmmod snd-wavert
check "aplay continues" runs $pid
finish $pid
wavert watch >/tmp/out 2>&1 &
pid=$!
check "wavert watch starts" await 'playback 0' 'observers 1'
check "While wavert watches the backend cannot be removed" not rmmod snd-wavert-sim
check "nor can the core" not rmmod snd-wavert
check "wavert watch continues" runs $pid
finish $pid INT
check "Afterwards both can be removed" unload

# ---- one owner ------------------------------------------------------------------------

load streams=2
wav /tmp/long.wav 48000 2 20
check "wavert record starts" start 'capture 0' wavert record -q -d 30 /tmp/rec.wav
arecord $raw -D hw:0,0,0 -d 1 /tmp/alsa.raw >/tmp/arecord.log 2>&1
code=$?
check "A pin that WaveRT owns refuses arecord" [ $code != 0 ]
check "arecord reports that it could not set the hardware parameters" says /tmp/arecord.log 'nable to install hw params'
check "arecord on the other pin records at the same time" arecord $raw -D hw:0,0,1 -s 480 /tmp/alsa.raw
check "and wavert record is not disturbed" runs $pid
finish $pid INT

check "aplay starts" start 'playback 0' aplay $raw -D hw:0,0,0 /dev/zero
wavert play $voice >/tmp/play.log 2>&1
code=$?
check "A pin that ALSA owns refuses wavert play" [ $code = 1 ]
check "the message names DEVICE_BUSY" says /tmp/play.log 'DEVICE_BUSY'
check "wavert play on the other pin plays at the same time" wavert play -q -p 1 $voice
check "and aplay is not disturbed" runs $pid
finish $pid
check "Afterwards every pin is free" all_free

# ---- clients are killed ---------------------------------------------------------------

killed()	# WHAT STREAM COMMAND...
{
	what=$1
	shift
	check "$what starts" start "$@"
	finish $pid KILL
	check "SIGKILL of $what frees the pin at once" is_free "$1"
}

killed aplay 'playback 0' aplay $raw -D hw:0,0,0 /dev/zero
check "wavert play can claim it" wavert play -q $voice
killed 'wavert play' 'playback 0' wavert play /tmp/long.wav
check "aplay can claim it" play_some hw:0,0,0
killed arecord 'capture 0' arecord $raw -D hw:0,0,0 /tmp/alsa.raw
killed 'wavert record' 'capture 0' wavert record -d 30 /tmp/rec.wav
wavert watch >/tmp/out 2>&1 &
pid=$!
check "wavert watch starts" await 'playback 0' 'observers 1'
finish $pid KILL
check "SIGKILL of wavert watch leaves no observer" all_free

# ---- unbind ---------------------------------------------------------------------------

unbind()	# took: guest time in 1/100 s
{
	took=$(uptime_cs)
	echo snd-wavert-sim.0 >$drv/unbind || return
	gone_at=$(uptime_cs)
	took=$((gone_at - took))
}

bind()
{
	echo snd-wavert-sim.0 >$drv/bind
}

says_removed()	# FILE
{
	says "$1" 'has been removed|DEVICE_REMOVED|No such device|File descriptor in bad state'
}

works()
{
	card_is 0 WaveRT && play_some hw:0 && wavert play -q $voice && all_free
}

check "aplay starts" start 'playback 0' aplay $raw -D hw:0 /dev/zero
check "unbind succeeds while aplay plays" unbind
check "within a second ($took/100 s)" [ "$took" -lt 100 ]
check "aplay ends with an error" ended_badly $pid
check "aplay reports the error" says /tmp/out 'error|No such device'
check "The card is removed" [ ! -e /proc/asound/card0 ]
check "bind brings the card back" bind
check "and it works" works

wavert watch >/tmp/watch.log 2>&1 &
watcher=$!
check "wavert watch starts" await 'playback 0' 'observers 1'
check "wavert play starts" start 'playback 0' wavert play /tmp/long.wav
player=$pid
check "unbind succeeds while both run" unbind
check "within a second ($took/100 s)" [ "$took" -lt 100 ]
status_of $player
took=$(($(uptime_cs) - gone_at))
check "wavert play is woken before its time limit ($took/100 s)" [ $took -lt 30 ]
check "wavert play ends with exit code 1 ($status)" [ "$status" = 1 ]
check "it reports that the device has been removed" says_removed /tmp/out
check "wavert watch ends" status_of $watcher
check "it reports that the device has been removed" says_removed /tmp/watch.log
check "bind brings the card back" bind
check "and it works" works

check "wavert record starts" start 'capture 0' wavert record -d 30 /tmp/rec.wav
recorder=$pid
check "arecord starts" start 'capture 1' arecord $raw -D hw:0,0,1 /tmp/alsa.raw
check "unbind succeeds while both record" unbind
status_of $recorder
check "wavert record ends with exit code 1 ($status)" [ "$status" = 1 ]
check "arecord ends with an error" ended_badly $pid
check "bind after the last file of the old card is closed" bind
check "and it works" works

check "wavert play starts" start 'playback 0' wavert play /tmp/long.wav
kill -STOP $pid
check "unbind does not wait for a stopped client" unbind
check "within a second ($took/100 s)" [ "$took" -lt 100 ]
check "bind creates another card" bind
check "which works" works
check "the backend cannot be removed while the old stream is open" not rmmod snd-wavert-sim
kill -CONT $pid
status_of $pid
check "The continued client ends with exit code 1 ($status)" [ "$status" = 1 ]
check "it reports that the device has been removed" says_removed /tmp/out
check "Then both modules can be removed" unload

# ---- repetitions -------------------------------------------------------------------------

load_loop()
{
	for i in $(seq 20); do
		load && card_is 0 WaveRT && play_some hw:0 && unload || return
	done
}

open_loop()
{
	while [ ! -e /tmp/enough ]; do
		play_some hw:0
		wavert record -q -s 480 /tmp/loop.raw
		wavert watch -q -d 0.01
		cat $proc
		usleep 5000	# these fail at once while there is no card
	done >/dev/null 2>&1
}

bind_loop()
{
	for i in $(seq 20); do
		unbind && usleep $((i * 3137 % 20000)) && bind && usleep $((i * 17011 % 60000)) || return
	done
}

check "20 times load, play and unload" load_loop
check "and nothing is left behind" nothing_left
load
rm -f /tmp/enough
open_loop &
looper=$!
check "20 times unbind and bind while other programs open streams" bind_loop
: >/tmp/enough
wait $looper
check "Afterwards the card works" works
check "and both modules can be removed" unload

# ---- the step clock -----------------------------------------------------------------------

step=$debugfs/card0/step

step_by()	# FRAMES
{
	echo "$1" >$step
}

moves()	# STREAM FRAMES: the position advances by FRAMES and does not change afterwards
{
	before=$(position "$1")
	step_by "$2" || return
	sleep 0.1
	after=$(position "$1")
	echo "from $before to $after"
	[ $((after - before)) = "$2" ]
}

# By ALSA's delay, which reads the pointer: /proc shows the position of the last interrupt.
alsa_moves()	# STREAM FRAMES
{
	status=/proc/asound/card0/pcm0$(echo "$1" | head -c 1)/sub0/status
	before=$(sed -n 's/^hw_ptr *: //p' $status)
	step_by "$2" || return
	after=$(sed -n 's/^hw_ptr *: //p' $status)
	echo "from $before to $after"
	[ $((after - before)) = "$2" ]
}

stands_still()	# STREAM
{
	before=$(position "$1")
	sleep 0.5
	[ "$(position "$1")" = "$before" ]
}

steps_refused()	# TEXT: checks also that no time has passed
{
	before=$(cat $step)
	! echo "$1" >$step && [ "$(cat $step)" = "$before" ]
}

check "Loading with the step clock" load clock=step
check "wavert info shows the step clock" sh -c 'wavert info | grep -q "^step clock  *yes"'
check "No frame has been stepped yet" [ "$(cat $step)" = 0 ]
check "wavert record starts" start 'capture 0' wavert record -s 19200 /tmp/step.raw
recorder=$pid
check "Time stands still" stands_still 'capture 0'
check "A step of 4800 frames moves a WaveRT stream by 4800 frames" moves 'capture 0' 4800
check "Another step moves it by the same number" moves 'capture 0' 4800
check "A step of 0 frames moves nothing" moves 'capture 0' 0
check "Steps may be hexadecimal" step_by 0x12c0
check "The file tells the total" [ "$(cat $step)" = 14400 ]
for bad in text -1 -4800 4294967296 18446744073709551616 '' 1.5 '12 13' 4800x; do
	check "A step of '$bad' is refused" steps_refused "$bad"
done
check "After them the stream has not moved" [ "$(position 'capture 0')" = 14400 ]
check "The last step of the recording succeeds" step_by 4800
check "wavert record ends" status_of $recorder
check "it has recorded 19200 frames" [ "$(wc -c </tmp/step.raw)" = 76800 ]
check "it reports four notifications" says /tmp/out 'recorded 19200 frames: notifications expected 4, delivered 4,'

# A client that sleeps for two and a half packets: one was overwritten, or old data was
# played, and the report has to contain that.
oversleeps()
{
	step_by 4800
	sleep 0.2
	kill -STOP $pid
	step_by 12000
	kill -CONT $pid
	sleep 0.2
}

check "wavert record starts again" start 'capture 0' wavert record -s 24000 /tmp/lost.raw
oversleeps
for packet in 1 2 3; do step_by 4800; sleep 0.2; done
status_of $pid
check "A recorder that wakes up too late reports the lost packet" says /tmp/out 'packets lost 1'
check "wavert play starts" start 'playback 0' wavert play /tmp/long.wav
oversleeps
kill -INT $pid
status_of $pid
check "A player that wakes up too late reports the packet that it missed" says /tmp/out 'packets lost 1'

check "arecord starts" start 'capture 0' arecord $raw -D hw:0 --period-size=1200 --buffer-size=9600 /tmp/alsa.raw
sleep 1
check "arecord waits while time does not advance, also for several buffer lengths" runs $pid
finish $pid INT

# the buffer is so long that ALSA's time limit of a read is not reached below
check "arecord starts" start 'capture 0' arecord $raw -D hw:0 -s 9600 --period-size=1200 --buffer-size=120000 /tmp/step.raw
check "Time stands still" stands_still 'capture 0'
check "A step of 4800 frames moves an ALSA stream by 4800 frames" moves 'capture 0' 4800
check "these are four periods" sh -c "grep -A 2 '^capture 0' $proc | grep -q 'points passed 4$'"
check "A step of 1 frame moves it by 1" alsa_moves capture 1
check "A step of 1199 frames moves it by 1199" alsa_moves capture 1199
check "Another 3600 frames" step_by 3600
check "arecord ends" status_of $pid
check "it has recorded 9600 frames" [ "$(wc -c </tmp/step.raw)" = 38400 ]
check "Time is also counted without a stream" step_by 1000000000
check "The file has the total of all steps" [ "$(cat $step)" = 1000076800 ]
check "wavert play starts" start 'playback 0' wavert play $voice
check "unbind succeeds while the time of a stream does not advance" unbind
check "wavert play ends" ended_badly $pid
check "The directory of the card is removed" [ ! -e $debugfs/card0 ]
check "Both modules can be removed" unload

# ---- messages of wavert ----------------------------------------------------------------------

fails()	# CODE REGEX COMMAND...: checks exit code and output
{
	code=$1
	regex=$2
	shift 2
	"$@" >/tmp/wavert.log 2>&1 </dev/null
	status=$?
	echo "exit code $status"
	[ $status = "$code" ] && says /tmp/wavert.log "$regex"
}

check "Without a card wavert list fails and suggests a backend" fails 1 'no card.*snd-wavert-sim' wavert list
load
echo "This is no sound." >/tmp/text.wav
wav /tmp/nine.wav 48000 9 1
wav /tmp/slow.wav 4000 1 1
check "A missing card is named" fails 1 'no sound card "7"' wavert play -D 7 $voice
check "a missing id is named" fails 1 'no sound card "Nope"' wavert watch -D Nope
check "A missing pin is named" fails 1 'no playback pin 5' wavert play -p 5 $voice
check "A missing file is named" fails 1 'cannot read /tmp/missing.wav' wavert play /tmp/missing.wav
check "A text file is refused" fails 1 'cannot read /tmp/text.wav' wavert play /tmp/text.wav
check "A file of nine channels is refused, and the supported numbers are shown" fails 1 'cannot do 9 channels; it offers 1 to 8' wavert play /tmp/nine.wav
check "A file of 4000 Hz is refused, and the supported rates are shown" fails 1 'cannot do 4000 Hz; it offers 8000 to 192000 Hz' wavert play /tmp/slow.wav
check "An unsupported format is refused, and the supported formats are shown" fails 1 'has no S20_32; it offers U8 S16 S24_32 S32 FLOAT S24_3' wavert record -f S20_32 -s 1 /tmp/rec.wav
check "A recording to a missing directory is refused" fails 1 'cannot write /nowhere/rec.wav' wavert record -s 1 /nowhere/rec.wav
check "A buffer that is too large is refused" fails 1 'the device offers a buffer of 4194304' wavert play -b 600000 $voice

check "wavert --help succeeds" fails 0 'Usage: wavert' wavert --help
check "wavert --version succeeds" fails 0 '^wavert [0-9]' wavert --version
check "None of them has claimed a pin" all_free
check "At the end both modules can be removed" unload
check "and nothing is left behind" nothing_left

the_end
