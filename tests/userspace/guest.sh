#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Library examples and the wavert command in a guest: clients, output to terminals and scripts,
# and wrong usage. Runs under busybox with the modules in /modules, not
# inserted; guest.list of run.sh names the files it needs. Prints TAP.

# shellcheck disable=SC2016,SC2059,SC2086,SC2317 # words, formats; sh -c; called through check
# shellcheck source=../guest/tap.sh
. ./tap.sh
. ./streams.sh
. ./doctor_test.sh
. ./sound_test.sh
drv=/sys/bus/platform/drivers/snd-wavert-sim
voice=$PWD/Front_Center.wav

reload()	# PARAMETERS...
{
	! grep -q '^snd_wavert_sim ' /proc/modules || rmmod snd-wavert-sim || return
	grep -q '^snd_wavert ' /proc/modules || insmod /modules/snd-wavert.ko || return
	insmod /modules/snd-wavert-sim.ko "$@"
}

# As that of streams.sh, with a separate file for standard error
start()	# STREAM COMMAND...: starts it in the background, waits until the stream runs; pid in $pid
{
	stream=$1
	shift
	"$@" >/tmp/out 2>/tmp/err &
	pid=$!
	await "$stream" 'state run'
}

finish()	# [SIGNAL]: kills $pid and waits; its exit code in $status
{
	[ -z "${1-}" ] || kill "-$1" $pid 2>/dev/null
	status_of $pid
	return 0
}

# ---- sound files --------------------------------------------------------------------

word()	# FILE OFFSET: 32 bits, little endian
{
	tail -c +$(($2 + 1)) "$1" | head -c 4 | hexdump -e '1/4 "%u"'
}

# Header and length agree, and the file contains sound.
whole_wav()	# FILE
{
	size=$(wc -c <"$1")
	data=$(word "$1" 40)
	echo "size $size, RIFF $(word "$1" 4), data $data"
	[ "$(head -c 4 "$1")" = RIFF ] && [ "$data" -gt 0 ] && [ $((data % 4)) = 0 ] &&
		[ $((data + 44)) -le "$size" ] && [ $((data + 44 + 4)) -gt "$size" ] &&
		[ "$(word "$1" 4)" = $((data + 36)) ]
}

# Every sample is the number of its frame (source=ramp): a lost or doubled one is visible.
counts_up()	# WAV of two channels
{
	tail -c +45 "$1" | frames ramp
}

# The saw of the examples: maximum number of frames without a break.
saw_run()	# RAW
{
	frames saw <"$1"
}

saw_of()	# FRAMES RAW
{
	run=$(saw_run "$2")
	echo "$run frames without a break"
	[ "$run" -ge "$1" ]
}

# ---- the examples ---------------------------------------------------------------------

# Played to the loopback and recorded from it.
example()	# REGEX COMMAND...
{
	regex=$1
	shift
	start 'capture 0' wavert record -q -b 100 -d 20 /tmp/saw.raw || return
	"$@" >/tmp/example 2>&1
	code=$?
	finish INT
	cat /tmp/example
	[ $code = 0 ] && says /tmp/example "$regex" && saw_of 47000 /tmp/saw.raw
}

check "The modules can be loaded" reload
check "read_loop plays every frame, with a wake-up for each packet that it refills" \
	example 'played 10 packets, wake-ups 8, lost 0' read_loop 0 1
check "uring plays every frame" example 'played 20 packets, lost 0' uring 0 1
check "timer plays every frame without events" example 'played .* from the page, lost 0 frames' timer 0 1
check "wdmks plays every frame with two notifications" \
	example '^notification, count 2: .*late 0' wdmks 0 1
check "wdmks plays every frame when it has to fall back to a timer" \
	example '^polled: .*late 0' wdmks 0 1 polled
epoll_two 0 1 >/tmp/example 2>&1
code=$?
check "epoll_two records what it plays, without a break" \
	sh -c "[ $code = 0 ] && grep -E 'captured 4[0-9]{4} frames of sound, breaks 0, packets lost 0' /tmp/example"

# A sound file with a partial last packet, filled with the saw to its end.
start 'capture 0' wavert record -q -b 100 -d 20 /tmp/whole.wav
read_loop 0 2 >/dev/null
finish INT
head -c $((44 + 4 * 60001)) /tmp/whole.wav >/tmp/saw.wav

# It is played to its last frame, followed by silence.
file_played()
{
	tail -c +45 /tmp/saw.wav >/tmp/file.raw
	sent=$(saw_run /tmp/file.raw)
	start 'capture 0' wavert record -q -b 100 -d 20 /tmp/saw.raw || return
	play_file /tmp/saw.wav >/tmp/example 2>&1
	code=$?
	finish INT
	heard=$(saw_run /tmp/saw.raw)
	echo "exit code $code, $sent frames in the file, $heard heard"
	cat /tmp/example
	[ $code = 0 ] && [ ! -s /tmp/example ] && [ "$sent" -gt 24000 ] && [ "$heard" = "$sent" ]
}

woken_late()
{
	start 'playback 0' play_file /tmp/whole.wav || return
	sleep 0.3
	kill -STOP $pid
	sleep 0.6
	kill -CONT $pid
	finish
	cat /tmp/err
	[ $status = 0 ] && says /tmp/err '^woken too late: [1-9][0-9]* packets skipped$' && [ "$(wc -l </tmp/err)" = 1 ]
}

refused()	# REGEX COMMAND...: exit code 1 and that line
{
	regex=$1
	shift
	"$@" >/tmp/out 2>/tmp/err
	code=$?
	cat /tmp/err
	[ $code = 1 ] && says /tmp/err "$regex"
}

check "play_file plays a file to its last frame" file_played
check "play_file continues after a late wake-up" woken_late
wav /tmp/nine.wav 48000 9 1
check "play_file reports an unsupported format" \
	refused 'play_file: .*pin does not support the rate, the format or the number of channels' play_file /tmp/nine.wav
start 'playback 0' aplay -q -t raw -f S16_LE -r 48000 -c 2 -D hw:0 /dev/zero
check "it reports that the pin is in use" refused 'play_file: another client owns the pin' play_file /tmp/saw.wav
finish KILL
check "it reports that the card is missing" refused 'play_file: no such sound card' play_file /tmp/saw.wav 7
check "it reports that the file is missing" refused 'play_file: .*No such file' play_file /tmp/nothing.wav
check "Afterwards no client is left and every pin is free" all_free

removed()	# COMMAND...: an example, while it plays
{
	start 'playback 0' "$@" || return
	echo snd-wavert-sim.0 >$drv/unbind
	finish
	echo snd-wavert-sim.0 >$drv/bind
	cat /tmp/err
	[ $status = 1 ] && says /tmp/err 'no such sound card, or it has been removed'
}

for client in read_loop epoll_two uring timer wdmks; do
	check "$client ends when the device is removed" removed $client 0 20
done
check "play_file ends when the device is removed" removed play_file /tmp/whole.wav

# ---- the library ------------------------------------------------------------------------

tap_of()	# COMMAND...: prints its tests as part of these
{
	"$@" >/tmp/tap 2>&1 || failed=1
	grep -q '^1\.\.' /tmp/tap || check "$* comes to its end" cat /tmp/tap /nowhere
	awk -v n=$count '/^(not )?ok / { n++; sub(/ok [0-9]+/, "ok " n) } /^1\.\./ { next } { print }' /tmp/tap
	count=$((count + $(grep -cE '^(not )?ok ' /tmp/tap)))
}

tap_of lib_test drain
tap_of lib_test cards

# The output of hotplug for card 0: + for added, - for removed.
shown()	# CHANGES
{
	tries=300
	until [ "$(sed -n 's/^card 0 added$/+/p; s/^card 0 removed$/-/p' /tmp/cards | tr -d '\n')" = "$1" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { cat /tmp/cards; return 1; }
		sleep 0.01
	done
}

sim=snd-wavert-sim.0
node=/dev/snd/hwC0D0
hotplug >/tmp/cards 2>&1 &
watcher=$!
check "hotplug shows the existing card" shown +
check "it shows its pins, ALSA devices, rates and minima" \
	says /tmp/cards '^  playback pin 0 ".+", hw:0,0,0: 8000 to 192000 Hz, buffer [0-9]+ to [0-9]+ bytes, notifications 32 frames and 125000 ns apart$'
echo $sim >$drv/unbind
check "it shows that the card is unbound" shown +-
echo $sim >$drv/bind
check "it shows that the card is bound again" shown +-+
kill -STOP $watcher
echo $sim >$drv/unbind
echo $sim >$drv/bind
kill -CONT $watcher
check "it shows both if it was stopped in between" shown +-+-+
rmmod snd-wavert-sim
check "it shows that the module is removed" shown +-+-+-
insmod /modules/snd-wavert-sim.ko
check "it shows that the module is inserted again" shown +-+-+-+
kill $watcher
check "hotplug 0 shows the existing cards and ends" sh -c 'hotplug 0 | grep "^card 0 added$"'

umask 077
chmod 600 $node
: >/tmp/cards
chmod 666 /tmp/cards
with nobody hotplug >/tmp/cards 2>&1 &
watcher=$!
sleep 0.3
check "A card that may not be opened is not shown" shown ''
chmod 666 $node
check "it is shown when its permissions change" shown +
chmod 600 $node
check "it is shown as removed when they change back" shown +-
kill $watcher
umask 022

numbers="c $((0x$(stat -c %t $node))) $((0x$(stat -c %T $node)))"
mv /dev/snd /dev/moved
hotplug >/tmp/cards 2>&1 &
watcher=$!
sleep 0.3
check "Without the directory /dev/snd no card is shown" shown ''
mkdir /dev/snd
mknod $node $numbers
check "the card is shown when the directory exists" shown +
rm -r /dev/snd
check "When the directory is removed the card is shown as removed" shown +-
mkdir /dev/snd
mknod $node $numbers
check "it is shown as added with a new directory" shown +-+
kill $watcher
rm -r /dev/snd
mv /dev/moved /dev/snd

# ---- output to a terminal and to a pipe ---------------------------------------------------

wav /tmp/two.wav 48000 2 2
wav /tmp/long.wav 48000 2 20
with terminal wavert play /tmp/two.wav >/tmp/shown
check "wavert play shows time, notifications, late ones and position on a terminal" \
	says /tmp/shown '00:01\.[0-9] / 00:02\.0  notifications [0-9]+, late 0, packets lost 0, position [0-9]+'
check "wavert play to a pipe prints only the last line" \
	sh -c 'wavert play /tmp/two.wav >/tmp/shown 2>&1 && [ $(wc -l </tmp/shown) = 1 ] && grep "^played 96000 frames" /tmp/shown'
check "wavert play prints nothing with --quiet" \
	sh -c 'wavert play -q /tmp/two.wav >/tmp/shown 2>&1 && [ ! -s /tmp/shown ]'

# ---- list, info -------------------------------------------------------------------------

value()	# EXPECTED KEY...: of /tmp/json
{
	expected=$1
	shift
	is=$(json_value /tmp/json "$@") || return
	echo "$* is $is"
	[ "$is" = "$expected" ]
}

at_least()	# NUMBER KEY...
{
	least=$1
	shift
	is=$(json_value /tmp/json "$@") || return
	echo "$* is $is"
	[ "${is%.*}" -ge "$least" ]
}

# Keeps the document for run.sh, which checks all of them against the schema.
document()	# NAME COMMAND...: also stores it in /tmp/json
{
	name=$1
	shift
	"$@" >/tmp/json && cp /tmp/json "/out/$name.json"
}

# No line of a table is longer than $COLUMNS.
fits()	# COLUMNS COMMAND...
{
	columns=$1
	shift
	COLUMNS=$columns "$@" | grep -vE '^(watched|late): | irq_seq ' >/tmp/fits
	awk -v most="$columns" 'length > most { print; bad = 1 } END { exit bad || NR < 3 }' /tmp/fits
}

check "wavert list --json succeeds" document list wavert list --json
check "wavert list --json names the card" value '"WaveRT"' cards 0 id
check "and its rates" value '[8000,192000]' cards 0 capture rate
check "and its formats" value '["U8","S16","S24_32","S32","FLOAT","S24_3"]' cards 0 playback formats
check "wavert list has the same contents in a table" sh -c "wavert list | grep -qxE ' *0  WaveRT  capture +1  8000..192000  1..8  +[0-9]+  U8 S16 S24_32 S32 FLOAT S24_3'"
check "wavert info succeeds" sh -c 'wavert info >/tmp/info'
for line in 'interface +1 [0-9]+' 'version of the modules +[0-9]' 'notifications, at most +[0-9]+' \
	'position register +-' 'clock register +-' 'latency +fifo bytes [0-9]+, chipset 100ns 0' \
	'offers notification +yes' 'offers read packet +yes' 'offers write packet +yes'; do
	check "and says $line" says /tmp/info "$line"
done
for width in 60 80 120 200; do
	check "wavert list prints at most $width columns" fits $width wavert list
	check "wavert info prints at most $width columns" fits $width wavert info
done
check "At 60 columns list prints fields" sh -c 'COLUMNS=60 wavert list | grep -qx "direction     capture"'
check "wavert info --json succeeds" document info wavert info --json
check "wavert silicon-report measures both directions" document silicon wavert silicon-report -d 2 --json
check "it delivers what is expected" sh -c '[ "$(json_value /tmp/json runs 0 expected)" = "$(json_value /tmp/json runs 0 delivered)" ]'
check "without a controller on the PCI bus it says so" value null controller
check "wavert info --json succeeds again" document info wavert info --json
check "wavert info --json has the latency" value '0' playback latency chipset_100ns
check "a missing register is null" value null capture position_register
start 'playback 0' aplay -q -t raw -f S16_LE -r 48000 -c 2 -D hw:0 /dev/zero
check "wavert info reports that a pin is in use" sh -c 'wavert info >/tmp/info && grep -qE "unknown +the pin is in use" /tmp/info'
check "also in JSON" sh -c 'wavert info --json >/tmp/json && cp /tmp/json /out/busy.json && [ "$(json_value /tmp/json playback busy)" = true ]'

# ---- watch --------------------------------------------------------------------------------

check "wavert watch --count ends after that number of notifications" sh -c 'wavert watch --count 8 >/tmp/table'
check "it prints the table of stages" says /tmp/table 'us +point>interrupt +interrupt>signal +signal>awake +interrupt>process'
# the sum of the rows of each column of numbers
rows_add_up()
{
	awk '/^us / { on = 1; next }
		on && $1 == "count:" { for (i = 2; i <= 5; i++) if (sum[i] != $i || !$i) bad = 1; done = 1; on = 0 }
		on { k = $1 == ">=" ? 3 : 4; for (i = 0; i < 4; i++) sum[i + 2] += $(k + i) }
		END { exit bad || !done }' /tmp/table || { cat /tmp/table; return 1; }
}
check "the rows of the table add up to the count" rows_add_up
check "with percentiles" sh -c 'for p in p50 p90 p99 p99.9 p99.99 max; do grep -q "^$p: *[0-9]" /tmp/table || exit 1; done'
check "and the summary" says /tmp/table '^watched: notifications [0-9]+, signals [0-9]+'
check "The table has at most 60 columns" fits 60 wavert watch --count 4
check "and to 120" fits 120 wavert watch --count 4
check "wavert watch --json succeeds" document watch wavert watch --json --count 8
check "wavert watch --json counts the notifications" at_least 8 notifications
check "and each stage" at_least 7 stages interrupt_to_process count
check "and has percentiles" at_least 0 stages point_to_interrupt percentiles_us 99.9
check "and a histogram" value "$(json_value /tmp/json stages signal_to_awake histogram_from_us)" stages signal_to_awake histogram_from_us
check "and the kernel" value "\"$(uname -r)\"" sysinfo release
check "wavert watch --live prints the table repeatedly" \
	sh -c 'wavert watch --live -d 3.5 >/tmp/table && [ $(grep -c "^us " /tmp/table) -ge 3 ] && ! grep -q " irq_seq " /tmp/table'
check "wavert watch --threshold 0 finds every notification late" \
	sh -c 'wavert watch --threshold 0 --count 4 >/tmp/table; [ $(grep -c "^late: " /tmp/table) -ge 3 ]'
wavert watch -d 4 >/tmp/table &
watcher=$!
sleep 1
kill -STOP $watcher
sleep 0.6
kill -CONT $watcher
wait $watcher
check "A stopped watcher prints a line that it was not awake" \
	says /tmp/table '^late: notification [0-9]+: this program was awake [0-9]+\.[0-9] us after the signal, for [0-9]+ notifications at once; [0-9.]+ us after the interrupt before, 125000\.0 are due'
check "the table has these in the last row" says /tmp/table '^>= 4000 +0 +0 +[1-9]'
finish KILL

check "Reloading with interrupts that get lost" reload fault=drop-irq
start 'playback 0' aplay -q -t raw -f S16_LE -r 48000 -c 2 -D hw:0 /dev/zero
wavert watch -d 5 >/tmp/table
check "A late interrupt is reported with the time since the previous one" \
	says /tmp/table '^late: notification [0-9]+: the interrupt came [0-9]+\.[0-9] us after the point, and found [1-9] points?; [0-9.]+ us after the interrupt before, 125000\.0 are due'
finish KILL

# ---- nine kinds of wrong usage -----------------------------------------------------------------

# Exit code, one line of errors that names the problem and the remedy. Reports are off.
wrong()	# NAME CODE REGEX COMMAND...
{
	name=$1
	code=$2
	regex=$3
	shift 3
	"$@" >/tmp/out 2>/tmp/err </dev/null
	status=$?
	check "$name" one_line "$code" "$regex"
}

one_line()	# CODE REGEX: of $status and /tmp/err
{
	echo "exit code $status"
	cat /tmp/err
	[ $status = "$1" ] && says /tmp/err "^wavert: .*$2" && [ "$(wc -l </tmp/err)" = 1 ]
}

check "Reloading with a ramp to record" reload loopback=0 source=ramp
echo "This is no sound." >/tmp/text.wav
wav /tmp/nine.wav 48000 9 1
wav /tmp/short.wav 48000 2 1 50000
wrong "1 no device: its name and a remedy are printed" 1 'no sound card "7"; wavert list' \
	wavert play -q -D 7 $voice
start 'playback 0' aplay -q -t raw -f S16_LE -r 48000 -c 2 -D hw:0 /dev/zero
wrong "2 busy device: the program that uses it is named" 1 "busy \(DEVICE_BUSY\): aplay \(pid $pid\) has it; end that, or" \
	wavert play -q $voice
finish KILL
wrong "3 wrong format of the file: the supported values are printed" 1 'cannot do 9 channels; it offers 1 to 8; convert' \
	wavert play -q /tmp/nine.wav
wrong "3 wrong format requested: the supported formats are printed" 1 'no S20_32; it offers U8 S16 S24_32 S32 FLOAT S24_3; ' \
	wavert record -q -f S20_32 /tmp/rec.wav
wrong "4 unreadable file" 1 'cannot read /tmp/text.wav: .*a sound file is expected' wavert play -q /tmp/text.wav
wrong "4 truncated WAV: the existing part is played, the missing part is reported" 1 \
	'short.wav is truncated, 50000 bytes are missing; .*played; fetch' wavert play -q /tmp/short.wav
wavert play /tmp/short.wav >/tmp/out 2>/dev/null
check "all of the existing part was played" says /tmp/out '^played 35500 frames'
mkdir -p /tmp/disk
mount -t tmpfs -o size=256k tmpfs /tmp/disk
wrong "5 full disk while recording is reported" 1 'full.wav: No space left on device after 1\.[0-9] s, which it holds; free space' \
	wavert record -q -d 10 /tmp/disk/full.wav
check "the file is a WAV with the captured frames" whole_wav /tmp/disk/full.wav
check "without a gap" counts_up /tmp/disk/full.wav
umount /tmp/disk

start 'playback 0' wavert play -q /tmp/long.wav
sleep 0.5
finish INT
check "6 SIGINT while playing" one_line 1 'interrupted after [0-9.]+ of 20\.0 s; the rest has not been played'
start 'capture 0' wavert record -q -d 20 /tmp/int.wav
sleep 0.77
finish INT
check "6 SIGINT before the end of a recording is reported" one_line 1 'interrupted after [0-9.]+ of 20\.0 s; /tmp/int.wav holds these'
check "the file is a WAV with the captured frames" whole_wav /tmp/int.wav
check "without a gap" counts_up /tmp/int.wav
check "it is complete to the frame, not only to the packet" [ $(($(word /tmp/int.wav 40) % 19200)) != 0 ]
start 'capture 0' wavert record -q /tmp/int.wav
sleep 0.5
finish INT
check "SIGINT is the regular end of a recording without a length" [ $status = 0 ]
start 'capture 0' wavert record -q /tmp/kill.wav
sleep 1
finish KILL
check "Even after SIGKILL the file is a WAV with the captured frames" whole_wav /tmp/kill.wav
check "without a gap" counts_up /tmp/kill.wav

unplug()	# STREAM COMMAND...
{
	start "$@"
	sleep 0.5
	echo snd-wavert-sim.0 >$drv/unbind
	finish
	echo snd-wavert-sim.0 >$drv/bind
}

unplug 'playback 0' wavert play -q /tmp/long.wav
check "7 unplug while playing" one_line 1 'has been removed \(DEVICE_REMOVED\) after [0-9.]+ s; wavert list'
unplug 'capture 0' wavert record -q -d 20 /tmp/gone.wav
check "7 unplug while recording" one_line 1 'has been removed \(DEVICE_REMOVED\) after [0-9.]+ s, held by /tmp/gone.wav; wavert list'
check "the file is a WAV with the captured frames" whole_wav /tmp/gone.wav
check "without a gap" counts_up /tmp/gone.wav

chmod 660 /dev/snd/hwC0D0
wrong "8 not permitted" 1 'you may not open card "0"; sudo adduser \$USER audio' \
	with nobody wavert record -q /tmp/rec.wav
wrong "8 not permitted, for a list" 1 'you may not open them; sudo adduser \$USER audio' \
	with nobody wavert list
wrong "9 N not allowed here" 1 '1000000 notifications in a buffer of 200 ms are not allowed here \(UNSUCCESSFUL\): .*--notifications 2 always works' \
	wavert play -q -n 1000000 $voice
check "None of them still owns a pin" all_free
sound_tests

# ---- scenarios --------------------------------------------------------------------------

cat >/tmp/short.scn <<-END
	scenario short
	open a render
	format a 48000 s16 2
	alloc a 2 19200
	event e
	register a e
	state a run
	step 9600
	position a
	state a stop
	position a
END

compared()	# CODE REGEX ARG...
{
	want=$1 regex=$2
	shift 2
	wavert compare "$@" >/tmp/out 2>/tmp/err
	status=$?
	cat /tmp/err
	echo "exit code $status"
	says /tmp/out "$regex" && [ $status = "$want" ]
}

check "wavert-trace records a trace of a card" wavert-trace -D hw:0 -o /tmp/short.trace /tmp/short.scn
check "compare runs it again without a difference" compared 0 '^short .* same$' --run /tmp/short.scn -D hw:0 /tmp/short.trace
check "the numbers of signals differ by at most one" says /tmp/out '^short +10 +[345] +[345] '
sed '/"state","args":\["a","run"\]/s/SUCCESS/INVALID_DEVICE_STATE/' /tmp/short.trace >/tmp/other.trace
check "compare reports the difference in another trace" compared 1 'NOT EXPECTED: 6\. state a run' --run /tmp/short.scn /tmp/other.trace
wavert compare --run /tmp/short.scn -D 7 /tmp/short.trace >/tmp/out 2>/tmp/err
status=$?
check "wavert-trace reports a missing card" says /tmp/err '^wavert-trace: card "7": No such device'
check "compare then fails" [ $status = 2 ]
check "compare --json succeeds" document compare wavert compare --json --run /tmp/short.scn /tmp/short.trace
check "None of them still owns a pin" all_free

doctor_tests
the_end
