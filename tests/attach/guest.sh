#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The part of the attach tests that runs in the guest; started by run.sh with the parts to run.
# TAP on stdout.
#
#   guest.sh PART...	PART: observe-NAME, remove-NAME or tool-NAME; NAME as in card_of()
# shellcheck disable=SC2012,SC2034,SC2046,SC2086,SC2317 # numbers and words without blanks; called through check
# shellcheck source=../guest/tap.sh
set -u
. ./tap.sh

driver=/sys/bus/platform/drivers/snd-wavert-attach

# ---- cards --------------------------------------------------------------------------------

card_of()	# NAME: number of the card of that driver
{
	case $1 in
	hda) number_of HDA-Intel ;;
	ac97) number_of ICH ;;
	usb) number_of USB-Audio ;;
	dummy) number_of Dummy ;;
	aloop) number_of Loopback ;;
	virtio) number_of virtio-snd ;;
	es1370) number_of ENS1370 ;;
	esac
}

number_of()	# DRIVER, as /proc/asound/cards has it
{
	sed -n "s/^ *\([0-9]*\) \[[^]]*\]: $1 - .*/\1/p" /proc/asound/cards | head -n 1
}

wait_for()	# NAME: the in-tree driver of HDA makes its card in the background
{
	tries=0
	until [ -n "$(card_of "$1")" ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return
		sleep 0.1
	done
}

attached()	# CARD: number of our card that is attached to it
{
	ls "/sys/bus/platform/devices/snd-wavert-attach.$1/sound" 2>/dev/null | sed -n 's/^card//p'
}

device_of()	# NAME: "DRIVER-DIRECTORY DEVICE" for unbind
{
	path=$(readlink -f "/sys/class/sound/card$(card_of "$1")/device")
	[ "$1" != usb ] || path=${path%/*}	# all interfaces of the device
	echo "$(readlink -f "$path/driver") $(basename "$path")"
}

# Hundredths of a second since boot.
now()
{
	sed 's/\([0-9]*\)\.\([0-9]*\).*/\1\2/' /proc/uptime
}

# WITHIN: hundredths of a second, where time depends on the host's load.
within_a_second()	# COMMAND...
{
	began=$(now)
	"$@" || return
	took=$(($(now) - began))
	[ $took -le "${WITHIN-100}" ] || { echo "it took $took hundredths of a second"; return 1; }
}

# ---- programs -----------------------------------------------------------------------------

player=
watcher=

play()	# CARD [SECONDS]
{
	aplay -q -D "hw:$1" -t raw -f S16_LE -c 2 -r 48000 -d "${2:-30}" --buffer-size=8192 \
		--period-size=1024 /dev/zero >"/tmp/aplay.log" 2>&1 &
	player=$!
	tries=0
	until grep -q RUNNING "/proc/asound/card$1/pcm0p/sub0/status"; do
		tries=$((tries + 1))
		[ $tries -lt 50 ] || return
		sleep 0.02
	done
}

watch()	# CARD
{
	: >/tmp/watch.log
	wavert watch -D "$1" >/tmp/watch.log 2>&1 &
	watcher=$!
	tries=0
	until [ "$(wc -l </tmp/watch.log)" -ge 4 ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return
		sleep 0.02
	done
}

ends()	# PID SECONDS: by itself
{
	tries=0
	while kill -0 "$1" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt $(($2 * 50)) ] || { kill -9 "$1"; return 1; }
		sleep 0.02
	done
}

ended_well()	# PID
{
	wait "$1" || { cat /tmp/aplay.log; return 1; }
}

write()	# TEXT FILE
{
	echo "$1" >"$2"
}

# ---- parts --------------------------------------------------------------------------------

run_test()	# PROGRAM ARGUMENT...: its checks, numbered anew
{
	"$@" >/tmp/test.log 2>&1
	while read -r line; do
		case $line in
		"ok "* | "not ok "*)
			count=$((count + 1))
			case $line in not*) failed=1 ;; esac
			echo "$line" | sed "s/^\(not ok\|ok\) [0-9]*/\1 $count/"
			;;
		1..*) ;;
		*) echo "$line" ;;
		esac
	done </tmp/test.log
	check "$1 comes to its end" says /tmp/test.log '^1\.\.'
}

observe()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	run_test observe_test "$1" "$(card_of "$1")" attach periods nowake pause xrun link position asked late opened hostile detach
	wavert detach "$(card_of "$1")" >/dev/null
}

# The driver returns no position.
wrong()	# NAME: dummy
{
	check "$1: attached" write "$(card_of "$1")" $driver/attach
	check "$1: its pointer() is counted" insmod /modules/wrong_pointer.ko
	run_test observe_test "$1" "$(card_of "$1")" wrong
	rmmod wrong_pointer
	wavert detach "$(card_of "$1")" >/dev/null
}

# Signals, periods by hw_ptr and calls of the driver are counted.
witness()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	run_test observe_test "$1" "$(card_of "$1")" attach periods more-periods
	run_test own_test "$1" "$(card_of "$1")" packets
	wavert detach "$(card_of "$1")" >/dev/null
}

own()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	check "$1: attached" write "$(card_of "$1")" $driver/attach
	run_test own_test "$1" "$(card_of "$1")" caps points pause end
	run_test others_test "$1" "$(card_of "$1")" rights busy append race linked death
	wavert detach "$(card_of "$1")" >/dev/null
}

# libwavert opens the PCM.
command()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	check "$1: attached" write "$(card_of "$1")" $driver/attach
	check "$1: wavert record records from it" wavert record -q -D "$(attached "$(card_of "$1")")" -d 1 /tmp/x.wav
	check "$1: wavert play plays on it" wavert play -q -D "$(attached "$(card_of "$1")")" /tmp/x.wav
	wavert info -D "$(card_of "$1")" >/tmp/info
	check "$1: wavert info has no reason against owning it" not says /tmp/info 'cannot be owned'
	play "$(card_of "$1")"
	check "$1: not while another program plays" not wavert play -q -D "$(attached "$(card_of "$1")")" /tmp/x.wav
	wavert play -q -D "$(attached "$(card_of "$1")")" /tmp/x.wav >/tmp/busy 2>&1
	check "$1: which it says" says /tmp/busy 'busy|in use'
	kill $player
	wait $player
	wavert detach "$(card_of "$1")" >/dev/null
}

refuse()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	check "$1: attached" write "$(card_of "$1")" $driver/attach
	run_test own_test "$1" "$(card_of "$1")" refused
	wavert detach "$(card_of "$1")" >/dev/null
}

unmute()	# NAME: the codec of AC'97 begins muted, QEMU's USB device below its full volume
{
	case $1 in
	ac97) set -- "$1" Master PCM ;;
	usb) set -- "$1" "Audio Output Volume Control" ;;
	*) return ;;
	esac
	control_card=$(card_of "$1")
	shift
	for control; do
		amixer -q -c "$control_card" sset "$control" 100% unmute
	done
}

# What QEMU writes is compared with the recordings on the host.
play_exactly()	# NAME N...
{
	device=$1 seed=0
	shift
	for n; do
		seed=$((seed + 1))
		title="$device attached N=$n"
		run_test hw_play -w -c "$(attached "$(card_of "$device")")" -a "/dev/snd/pcmC$(card_of "$device")D0p" -n "$n" -b 7680 -s $seed -l 24007 \
			-t "$title"
		echo "$seed 24007 0 $title" >>/out/played.list
	done
}

# The same recording with pauses: by ALSA alone, then owned.
pauses()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	unmute "$1"
	how="-b 7680 -n 2 -l 24007 -p 3331,9000,17777"
	run_test hw_play -m -c "$(card_of "$1")" $how -s 1 -t "$1 ALSA"
	check "$1: attached" write "$(card_of "$1")" $driver/attach
	run_test hw_play -w -c "$(attached "$(card_of "$1")")" -a "/dev/snd/pcmC$(card_of "$1")D0p" $how -s 2 -t "$1 attached"
	printf '1 24007 3 %s ALSA\n2 24007 3 %s attached\n' "$1" "$1" >>/out/played.list
	wavert detach "$(card_of "$1")" >/dev/null
}

exact()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	unmute "$1"
	check "$1: attached" write "$(card_of "$1")" $driver/attach
	play_exactly "$1" 1 2 8
	wavert detach "$(card_of "$1")" >/dev/null
}

hold()	# NAME [STATE]
{
	: >/tmp/hold.log
	others_test "$1" "$(card_of "$1")" hold "${2:-run}" >/tmp/hold.log 2>&1 &
	watcher=$!
	tries=0
	until grep -q owned /tmp/hold.log; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return
		sleep 0.02
	done
}

was_told()	# NAME [STALLS]
{
	check "$1: the owner's process ends by itself" ends $watcher 2
	check "$1: and had its mapping until then" wait $watcher
	check "$1: and ENODEV from every call" says /tmp/hold.log '^removed: No such device, state 4, FREE_BUFFER No such device'
	[ $# = 1 ] || check "$1: and saw $2 stalls" says /tmp/hold.log ", $2 stalls"
}

# The other driver, or the attachment, is removed while a client owns the pin.
rob()	# NAME
{
	card=$(card_of "$1")
	# shellcheck disable=SC2046
	set -- "$1" $(device_of "$1")
	check "$1: attached" write "$card" $driver/attach
	check "$1: owned" hold "$1"
	check "$1: our rmmod is refused while owned" not rmmod snd_wavert_attach
	check "$1: detach while owned returns within a second" within_a_second write "$card" $driver/detach
	was_told "$1"
	check "$1: the other driver's PCM is closed" says "/proc/asound/card$card/pcm0p/sub0/status" closed
	check "$1: and plays for others" aplay -q -D "hw:$card" -t raw -f S16_LE -c 2 -r 48000 -d 1 /dev/zero
	[ $failed = 0 ] || return	# unbind could wait for ever
	check "$1: attached again" write "$card" $driver/attach
	check "$1: owned" hold "$1"
	check "$1: unbind while owned returns within a second" within_a_second write "$3" "$2/unbind"
	was_told "$1"
	write "$3" "$2/bind" && wait_for "$1"
	n=0
	while [ $n -lt 5 ]; do
		write "$card" $driver/attach
		hold "$1"
		write "$3" "$2/unbind" &
		write "$card" $driver/detach 2>/dev/null
		wait $!
		ends $watcher 2
		write "$3" "$2/bind" && wait_for "$1"
		n=$((n + 1))
	done
	check "$1: owned, unbind and detach at the same time, 5 times" write "$card" $driver/attach
	wavert detach "$card" >/dev/null
}

# As in tests/hw/guest.sh: all devices are suspended for a second, by a test of the kernel.
freeze()
{
	echo 1 >/sys/module/suspend/parameters/pm_test_delay && echo devices >/sys/power/pm_test &&
		echo freeze >/sys/power/state && /.bed/init wake
}

hold_in()	# NAME STATE CARD
{
	[ "$2" = suspended ] || { hold "$1" "$2"; return; }
	hold "$1" run && freeze && says "/proc/asound/card$3/pcm0p/sub0/status" SUSPENDED
}

# The same for owners that do not simply run.
states()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	card=$(card_of "$1")
	# shellcheck disable=SC2046
	set -- "$1" $(device_of "$1")
	for state in pause stop forked suspended; do
		stalls=0
		[ $state != suspended ] || stalls=1
		check "$1: attached" write "$card" $driver/attach
		check "$1: owned, $state" hold_in "$1" $state "$card"
		check "$1: detach, $state, returns within a second" within_a_second write "$card" $driver/detach
		was_told "$1" $stalls
		check "$1: the other driver's PCM is closed" says "/proc/asound/card$card/pcm0p/sub0/status" closed
		[ $failed = 0 ] || return	# unbind could wait for ever
		check "$1: attached again" write "$card" $driver/attach
		check "$1: owned, $state" hold_in "$1" $state "$card"
		check "$1: unbind, $state, returns within a second" within_a_second write "$3" "$2/unbind"
		was_told "$1" $stalls
		write "$3" "$2/bind" && wait_for "$1"
	done
}

# A PCM is removed without its card, while a client owns its pin.
codec()	# NAME
{
	check "$1: its driver has a card" wait_for "$1"
	card=$(card_of "$1")
	codec=$(basename "$(ls -d /sys/bus/hdaudio/devices/hdaudioC"$card"D* | head -n 1)")
	bound=$(readlink -f "/sys/bus/hdaudio/devices/$codec/driver")
	for state in run pause stop; do
		check "$1: attached" write "$card" $driver/attach
		check "$1: owned, $state" hold "$1" $state
		write "$codec" "$bound/unbind" &
		check "$1: its codec is unbound within a second" ends $! 1
		was_told "$1"
		check "$1: our card is gone" [ ! -e "/sys/bus/platform/devices/snd-wavert-attach.$card" ]
		write "$codec" "$bound/bind"
	done
}

tool()	# NAME
{
	card=$(card_of "$1")
	check "$1: wavert attach" sh -c "wavert attach $card >/tmp/said.attach"
	check "$1: it says what to do next" says /tmp/said.attach 'is observed as card [0-9]+'
	check "$1: once more is no error" says "$(wavert attach "$card" >/tmp/said.again && echo /tmp/said.again)" already
	wavert list >/tmp/list
	check "$1: wavert list shows it" says /tmp/list " $(attached "$card") .* no +$card *\$"
	wavert doctor >/tmp/doctor 2>&1
	check "$1: wavert doctor knows it" says /tmp/doctor "observes card $card of another driver"
	check "$1: and why its pins cannot be owned" says /tmp/doctor "The playback of card $(attached "$card") can only be observed: its driver"
	wavert list --json >/out/list.json
	play "$card"
	wavert watch -D "$card" --count 10 >/tmp/watch.log 2>&1
	check "$1: wavert watch of that card shows its periods" says /tmp/watch.log '^[0-9]+ irq_seq'
	check "$1: and all of them are signalled" says /tmp/watch.log 'notifications ([0-9]+), signals \1,'
	kill $player
	wait $player
	check "$1: wavert info" sh -c "wavert info -D $card >/tmp/info && wavert info --json -D $card >/out/info.json"
	check "$1: has the reason" says /tmp/info '^cannot be owned  +its driver has no buffer'
	check "$1: and the other card" says /tmp/info "^attached to card  +$card\$"
	check "$1: wavert record cannot own it" not wavert record -D "$(attached "$card")" -d 1 /tmp/x.wav
	wavert record -D "$card" -d 1 /tmp/x.wav >/tmp/refused 2>&1
	check "$1: and has the reason" says /tmp/refused 'can only be observed: its driver has no buffer'
	check "$1: wavert detach takes either card" wavert detach "$(attached "$card")"
	check "$1: not attached any more" not wavert detach "$card"
	check "$1: attach --all" wavert attach --all -q
	check "$1: detach --all" wavert detach --all -q
	check "$1: nothing is left" [ -z "$(ls -d /sys/bus/platform/devices/snd-wavert-attach.* 2>/dev/null)" ]
}

# The other driver goes away, or we do, in each state.
remove()	# NAME
{
	card=$(card_of "$1")
	set -- "$1" $(device_of "$1")
	module=$(basename "$(readlink -f "$2/module")")
	check "$1: attached" write "$card" $driver/attach
	check "$1: rmmod of $module is refused while attached" not rmmod "$module"
	check "$1: unbind with nobody there returns within a second" within_a_second write "$3" "$2/unbind"
	sleep 0.1
	check "$1: our card is gone" [ ! -e "/sys/bus/platform/devices/snd-wavert-attach.$card" ]

	write "$3" "$2/bind" && wait_for "$1"
	check "$1: attached again" write "$card" $driver/attach
	check "$1: a program plays" play "$card"
	check "$1: and is observed" watch "$(attached "$card")"
	check "$1: unbind while played and observed returns within a second" within_a_second write "$3" "$2/unbind"
	check "$1: the observer ends" ends $watcher 2
	check "$1: the player ends" ends $player 2
	check "$1: the observer was told" says /tmp/watch.log 'removed|gone|state'
	check "$1: our card is gone" [ ! -e "/sys/bus/platform/devices/snd-wavert-attach.$card" ]

	write "$3" "$2/bind" && wait_for "$1"
	write "$card" $driver/attach
	check "$1: a program plays" play "$card" 3
	check "$1: and is observed" watch "$(attached "$card")"
	check "$1: our rmmod is refused while observed" not rmmod snd_wavert_attach
	check "$1: detach with an observer" write "$card" $driver/detach
	check "$1: the observer ends" ends $watcher 2
	check "$1: rmmod under a running stream" rmmod snd_wavert_attach
	check "$1: which plays to its end" ended_well $player
	insmod /modules/snd-wavert-attach.ko

	n=0
	while [ $n -lt 10 ]; do
		write "$card" $driver/attach
		write "$3" "$2/unbind" &
		write "$card" $driver/detach 2>/dev/null
		wait $!
		write "$3" "$2/bind" && wait_for "$1"
		n=$((n + 1))
	done
	check "$1: unbind and detach at the same time, 10 times" write "$card" $driver/attach
	check "$1: rmmod of ours with a card" rmmod snd_wavert_attach
	check "$1: rmmod of $module afterwards" rmmod "$module"
	insmod /modules/snd-wavert-attach.ko
}

# A command of QEMU's monitor, which run.sh connects to a port of the guest.
monitor()	# COMMAND
{
	echo "$1" >"/dev/$(basename "$(dirname "$(grep -lx monitor /sys/class/virtio-ports/*/name)")")"
}

both_are_gone()	# NAME
{
	tries=0
	while [ -n "$(card_of "$1")$(ls -d /sys/bus/platform/devices/snd-wavert-attach.* 2>/dev/null)" ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return
		sleep 0.02
	done
}

pull()	# NAME
{
	monitor "device_del plugged"
	both_are_gone "$1"
}

# Unplugged while idle, while played and observed, and while owned.
unplug()	# NAME: usb
{
	check "$1: attached" write "$(card_of "$1")" $driver/attach
	check "$1: both cards are gone within a second" within_a_second pull "$1"
	monitor "device_add usb-audio,audiodev=a,id=plugged"
	check "$1: plugged in again" wait_for "$1"
	card=$(card_of "$1")
	check "$1: attached" write "$card" $driver/attach
	check "$1: a program plays" play "$card"
	check "$1: and is observed" watch "$(attached "$card")"
	check "$1: both cards are gone within a second" within_a_second pull "$1"
	check "$1: the observer ends" ends $watcher 2
	check "$1: the player ends" ends $player 2
	monitor "device_add usb-audio,audiodev=a,id=plugged"
	check "$1: plugged in again" wait_for "$1"
	check "$1: attached" write "$(card_of "$1")" $driver/attach
	check "$1: owned" hold "$1"
	check "$1: both cards are gone within a second" within_a_second pull "$1"
	was_told "$1"
}

insmod /modules/snd-wavert.ko && insmod /modules/snd-wavert-attach.ko || exit
for part; do
	"${part%%-*}" "${part#*-}"
done
the_end
