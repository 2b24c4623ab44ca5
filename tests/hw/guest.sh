#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The part of the hardware tests that runs in the guest; started by run.sh with the parts to
# run. TAP on stdout, and in /out a list of the played recordings for each card (wav_compare).
#
#   guest.sh PART...	environment: RATE, BUFFER (frames), EXACT (yes, no), RELOADS
#
# Lines "# row|..." are for the table of run.sh, which also sets the PCI addresses.
# shellcheck shell=dash
set -u

everyone="hda-msi hda-intx ac97"
bus=/sys/bus/pci
count=0

tap()	# TAP-STATUS NAME
{
	count=$((count + 1))
	echo "$1 $count - $2"
}

check()	# NAME COMMAND...
{
	local name=$1
	shift
	if "$@" >/tmp/check.log 2>&1; then
		tap ok "$name"
	else
		tap 'not ok' "$name"
		sed 's/^/# /' /tmp/check.log
	fi
}

# A program that crashed has not printed its plan.
to_its_end()	# LOG NAME
{
	cat "$1"
	grep -q '^1\.\.' "$1" || tap 'not ok' "$2 comes to its end"
}

# Lines of a program are of this device.
of()	# DEVICE COMMAND...
{
	local device=$1
	shift
	"$@" 2>&1 | sed "s/^\(not ok\|ok\) \([0-9]* - \)/\1 \2$device: /" >/tmp/of.log
	to_its_end /tmp/of.log "$device: $*"
}

# ---- devices and drivers -------------------------------------------------------

address_of()	# DEVICE
{
	case $1 in
	hda-msi) echo 0000:00:10.0 ;;
	hda-intx) echo 0000:00:11.0 ;;
	ac97) echo 0000:00:12.0 ;;
	esac
}

place_of()	# DEVICE: its directory in sysfs
{
	echo "$bus/devices/$(address_of "$1")"
}

driver_of()	# DEVICE: the name of our driver for it
{
	case $1 in
	hda*) echo snd-wavert-hda ;;
	ac97) echo snd-wavert-ich ;;
	esac
}

insmod_ours()
{
	insmod /modules/snd-wavert.ko && insmod /modules/snd-wavert-hda.ko &&
		insmod /modules/snd-wavert-ich.ko
}

rmmod_ours()
{
	rmmod snd_wavert_ich && rmmod snd_wavert_hda && rmmod snd_wavert
}

bind_ours()	# DEVICE
{
	driver_of "$1" >"$(place_of "$1")/driver_override" &&
		address_of "$1" >$bus/drivers_probe &&
		card_of "$1" >/dev/null
}

unbind()	# DEVICE
{
	address_of "$1" >"$(place_of "$1")/driver/unbind"
}

card_of()	# DEVICE: number of its card
{
	local card
	for card in "$(place_of "$1")"/sound/card*; do
		[ -d "$card" ] || return 1
		echo "${card##*/card}"
	done
}

# The in-tree driver of HDA makes its card in the background.
wait_for_card()	# DEVICE
{
	local tries=0
	until card_of "$1" >/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return
		sleep 0.1
	done
}

interrupts()	# DEVICE: so far
{
	awk -v irq="$(cat "$(place_of "$1")/irq"):" '
		$1 == irq { for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum + 0 }
	' /proc/interrupts
}

take_all()	# by our drivers
{
	local device
	check "our modules can be inserted" insmod_ours
	for device in $everyone; do
		check "$device: our driver is bound" bind_ours "$device"
	done
}

# ---- playing -------------------------------------------------------------------

seed=${SEED:-0}
suffix=
odd_places="3331,10007,17389"
inexact=
[ "$EXACT" = yes ] || inexact="-m -i"

# Plays the next recording of a device and adds it to the list, with its interrupts.
play()	# DEVICE MODEL N PAUSES GAPS [HW_PLAY-OPTION...]
{
	local device=$1 model=$2 n=$3 pauses=$4 gaps=$5 title before
	shift 5
	seed=$((seed + 1))
	title="$device $RATE Hz $model N=$n$suffix"
	before=$(interrupts "$device")
	[ "$model" = ALSA ] || set -- -w "$@"
	# shellcheck disable=SC2086 # nothing, or words
	hw_play $inexact -c "$(card_of "$device")" -r "$RATE" -n "$n" -b "$BUFFER" -s $seed \
		-l "$LENGTH" -p "$pauses" -t "$title" "$@" >"/tmp/$device.log" 2>&1
	to_its_end "/tmp/$device.log" "$title"
	echo "$seed $LENGTH $gaps $title" >>"/out/$device.list"
	echo "# row|$device|$RATE|$model|$n|$(($(interrupts "$device") - before))|$(
		sed -n 's/.* \([0-9]*\) underruns$/\1/p' "/tmp/$device.log")|$suffix"
}

half_a_second=$((RATE / 2 + 7))
LENGTH=$half_a_second

# The same recordings through every driver, without pauses: QEMU's devices lose their position
# with the in-tree drivers, which are written for real hardware.
compare()	# NAME
{
	local device n
	suffix=" ($1)"
	for device in $everyone; do
		for n in 2 3 8; do
			play "$device" ALSA $n "" 0 -m
		done
	done
	suffix=
}

part_in_tree()
{
	local device card
	for device in $everyone; do
		check "$device: the in-tree driver is bound" wait_for_card "$device"
		card=$(card_of "$device")
		amixer -q -c "$card" sset Master 100% unmute
		amixer -q -c "$card" sset PCM 100% unmute 2>/dev/null
	done
	compare in-tree
	for device in $everyone; do
		check "$device: the in-tree driver is unbound" unbind "$device"
	done
}

part_play()
{
	local device n
	take_all
	for device in $everyone; do
		for n in 1 2 3 8; do
			play "$device" ALSA $n $odd_places 3
			play "$device" WaveRT $n $odd_places 3
		done
	done
	[ "$EXACT" = no ] || compare ours
}

# ---- fragmented memory ---------------------------------------------------------------

# The in-tree driver has one HDA controller, ours have the other one and the AC'97.
part_fragmented()
{
	local device card
	check "hda-msi: the in-tree driver is bound" wait_for_card hda-msi
	card=$(card_of hda-msi)
	amixer -q -c "$card" sset Master 100% unmute
	amixer -q -c "$card" sset PCM 100% unmute 2>/dev/null
	check "our modules can be inserted" insmod_ours
	for device in hda-intx ac97; do
		check "$device: the in-tree driver is bound" wait_for_card $device
		check "$device: the in-tree driver is unbound" unbind $device
		check "$device: our driver is bound" bind_ours $device
	done
	fragment 2 sh guest.sh every_2
	echo 0 >"/proc/asound/card$card/pcm0p/sub0/prealloc"
	sleep 2	# the pages of the first are unpinned in the background
	SEED=10 fragment 32 sh guest.sh every_32
}

# ALSA allocates the largest pieces first. This takes those of PAGES pages or more, which fragment
# has left, with a buffer of the in-tree driver for playback (p) or capture (c).
take_pieces()	# p|c PAGES
{
	local kib
	kib=$(awk -v least="$2" '
		{ for (i = 5; i <= NF; i++) { size = i == 5 ? 1 : size * 2; if (size >= least) sum += $i * size * 4 } }
		END { print sum }' /proc/buddyinfo)
	echo "$kib" >"/proc/asound/card$(card_of hda-msi)/pcm0$1/sub0/prealloc"
	sed 's/^/# /' /proc/buddyinfo
}

# A buffer of PAGES pages, played for a quarter longer than it is, in all models.
in_segments()	# DEVICE PAGES [SEGMENTS]
{
	local BUFFER=$(($2 * 1024)) LENGTH=$(($2 * 1280))
	if [ "$1" = hda-msi ]; then
		play "$1" ALSA 2 "" 0 -m
	else
		play "$1" ALSA 2 "3331,$((BUFFER / 2 + 77)),$((BUFFER + 5))" 3 -k "$3"
		play "$1" WaveRT 2 "3331,$((BUFFER / 2 + 77)),$((BUFFER + 5))" 3 -k "$3"
	fi
}

refused()	# DEVICE PAGES [-w]
{
	# shellcheck disable=SC2086 # nothing, or a word
	hw_play -c "$(card_of "$1")" -n 2 -b $(($2 * 1024)) -t "$1" ${3-} >/tmp/refused.log
	cat /tmp/refused.log
	grep -q '^not ok .*: opens (Cannot allocate memory)' /tmp/refused.log
}

# Every second page of memory is taken. Lists have 256 entries and 32 descriptors; one is needed to
# start inside a segment.
part_every_2()
{
	local device model pages
	take_pieces c 4
	in_segments hda-msi 254
	in_segments hda-intx 254 40
	take_pieces p 4
	in_segments ac97 30 8
	for model in "" -w; do
		check "hda-intx: 600 pages are refused $model" refused hda-intx 600 $model
		check "ac97: 128 pages are refused $model" refused ac97 128 $model
	done
	in_segments hda-intx 100 20
	for device in hda-intx ac97; do
		pages=100
		[ $device = hda-intx ] || pages=30
		PAGES=$pages of "$device" hw_test unbind "$(card_of "$device")" \
			"$(place_of "$device")/driver/unbind" "$(address_of "$device")"
		check "$device: it can be bound again" bind_ours "$device"
	done
}

# Every 32nd page is taken: 10 s at 48 kHz.
part_every_32()
{
	take_pieces c 32
	in_segments hda-msi 470
	in_segments hda-intx 470 4
}

# ---- suspend ---------------------------------------------------------------------

# Suspend to idle up to LEVEL and resume after a second: "devices" suspends all devices,
# "platform" is everything except the loop that waits for a wake-up (which has no source here).
freeze()	# LEVEL
{
	echo 1 >/sys/module/suspend/parameters/pm_test_delay &&
		echo "$1" >/sys/power/pm_test &&
		echo freeze >/sys/power/state &&
		/.bed/init wake
}

# Devices run again some time before processes do: the buffer has to last for that long.
suspended()	# DEVICE MODEL LEVEL
{
	local tries=0 BUFFER=$((BUFFER * 4))
	suffix=" (suspended, $3)"
	LENGTH=$RATE
	[ "$EXACT" = yes ] || LENGTH=$((RATE * 4))
	rm -f "/tmp/$1.log"
	play "$1" "$2" 2 "" 1 -S 1 >/tmp/suspended.log 2>&1 &
	until grep -q 'started$' "/tmp/$1.log" 2>/dev/null || [ $tries = 500 ]; do
		tries=$((tries + 1))
		sleep 0.01
	done
	sleep 0.2
	check "$1 $2: the machine is suspended and resumed ($3)" freeze "$3"
	wait $!
	seed=$((seed + 1))
	cat /tmp/suspended.log
	suffix=
	LENGTH=$half_a_second
}

part_suspend()
{
	local device level
	for device in $everyone; do
		for level in devices platform; do
			suspended "$device" ALSA $level
			suspended "$device" WaveRT $level
		done
	done
}

# ---- without sound: capture moves only then -------------------------------------------

part_register()
{
	local device
	take_all
	for device in $everyone; do
		of "$device" hw_test caps "$(card_of "$device")"
	done
	for device in hda-msi hda-intx; do
		of $device hw_test register "$(card_of $device)"
		of $device hw_test clock "$(card_of $device)"
		of $device delay_test "$(card_of $device)"
	done
	for device in hda-msi ac97; do
		of $device drain_test "$(card_of $device)"
	done
}

# With two processors.
part_free()
{
	take_all
	of hda-msi free_test "$(card_of hda-msi)"
}

# After that it can be bound again and works.
part_unbind()
{
	local device
	for device in $everyone; do
		of "$device" hw_test unbind "$(card_of "$device")" "$(place_of "$device")/driver/unbind" \
			"$(address_of "$device")"
		check "$device: it can be bound again" bind_ours "$device"
		of "$device" hw_test duplex 0.5 "$(card_of "$device")"
	done
}

part_duplex()
{
	of hda-msi hw_test duplex 2 "$(card_of hda-msi)"
	of ac97 hw_test duplex 2 "$(card_of ac97)"
	of "hda-msi and ac97" hw_test duplex 2 "$(card_of hda-msi)" "$(card_of ac97)"
	of "all three" hw_test duplex 2 "$(card_of hda-msi)" "$(card_of hda-intx)" "$(card_of ac97)"
}

reload()
{
	local device round=0
	while [ $round -lt "$RELOADS" ]; do
		insmod_ours || return
		for device in $everyone; do
			bind_ours "$device" || return
		done
		rmmod_ours || return
		round=$((round + 1))
	done
}

part_reload()
{
	check "the modules leave" rmmod_ours
	check "and are inserted again with all cards, $RELOADS times" reload
	take_all
}

# ---- unmodified programs -----------------------------------------------------------------

try_arecord()	# CARD: two seconds, without a loss
{
	arecord -q -D "plughw:$1" -f S16_LE -c 2 -r 44100 -d 2 /tmp/try.wav &&
		[ "$(stat -c %s /tmp/try.wav)" = $((44 + 2 * 44100 * 4)) ]
}

try_both()	# CARD: playback and capture at the same time
{
	arecord -q -D "plughw:$1" -f S16_LE -c 2 -r 48000 -d 2 /tmp/try.wav &
	aplay -q -D "plughw:$1" Front_Center.wav && wait $!
}

has_master()	# CARD
{
	amixer -c "$1" scontents >/tmp/scontents && cat /tmp/scontents &&
		grep -q "Simple mixer control 'Master'" /tmp/scontents &&
		grep -q 'Capabilities:.*pvolume.*pswitch' /tmp/scontents
}

# Mute and volume have the values that were set, at the end 100% and unmuted.
sets_master()	# CARD
{
	amixer -q -c "$1" sset Master 50% mute && amixer -c "$1" sget Master | tee /tmp/master &&
		grep -q '\[off\]' /tmp/master && amixer -q -c "$1" sset Master 100% unmute &&
		amixer -c "$1" sget Master | tee /tmp/master && grep -q '\[100%\].*\[on\]' /tmp/master
}

# It shows the card's name and the volume, and the Escape key ends it.
try_alsamixer()	# CARD
{
	local name escape
	escape=$(printf '\033')
	name=$(sed -n "s/^ *$1 \[.*\]: [^ ]* - //p" /proc/asound/cards)
	{ sleep 1 && printf '\033' && sleep 1; } |
		TERM=linux script -q -c "stty rows 25 cols 80; alsamixer -c $1" /tmp/typescript >/dev/null
	sed "s/$escape\\[[0-9;?]*[A-Za-z]/ /g" /tmp/typescript | tr -cd '\n -~' | tr -s ' ' >/tmp/screen
	head -c 600 /tmp/screen
	grep -qF "Card: $name" /tmp/screen && grep -qF Master /tmp/screen
}

part_tools()
{
	local device card
	for device in hda-msi ac97; do
		card=$(card_of $device)
		check "$device: aplay -D plughw plays" aplay -q -D "plughw:$card" Front_Center.wav
		check "$device: arecord -D plughw records the requested length" try_arecord "$card"
		check "$device: aplay and arecord at the same time" try_both "$card"
		check "$device: speaker-test ends" speaker-test -D "plughw:$card" -c 2 -r 48000 -l 1 -t sine
		check "$device: amixer shows a Master volume and switch" has_master "$card"
		check "$device: amixer sets them" sets_master "$card"
		check "$device: alsamixer shows the card and its Master" try_alsamixer "$card"
	done
}

# ---- parameters ----------------------------------------------------------------

# With fresh modules, of which the one for this device gets the parameters.
insmod_with()	# DEVICE PARAMETER...
{
	local device=$1
	shift
	lsmod | grep -q '^snd_wavert ' && rmmod_ours
	dmesg -c >/dev/null
	insmod /modules/snd-wavert.ko || return
	case $device in
	hda*) insmod /modules/snd-wavert-hda.ko "$@" && insmod /modules/snd-wavert-ich.ko ;;
	ac97) insmod /modules/snd-wavert-hda.ko && insmod /modules/snd-wavert-ich.ko "$@" ;;
	esac
}

refuses()	# DEVICE PARAMETER TEXT
{
	insmod_with "$1" "$2" && ! bind_ours "$1" && dmesg | tee /tmp/said | grep -F "$3"
}

accepts()	# DEVICE PARAMETER TEXT-OF-PROC TEXT-OF-LOG
{
	local proc
	insmod_with "$1" "$2" && bind_ours "$1" || return
	proc=/proc/asound/card$(card_of "$1")/wavert
	cat "$proc"
	dmesg
	grep -F "$3" "$proc" && dmesg | grep -F "$4" || return
	unbind "$1"
}

part_parameters()
{
	check "playback= with no pin's name is refused" refuses hda-msi playback=headphones \
		"playback=headphones: expected headphone, line-out"
	check "playback= with a pin that is not there is refused" refuses hda-msi playback=speaker \
		"playback=speaker: no codec has a path to such a pin"
	check "capture= with a node that is no input is refused" refuses hda-msi capture=0x3 \
		"capture=0x3: no codec has a path to it"
	check "emulated=2 is refused" refuses hda-msi emulated=2 "emulated=2: expected 0, 1, or -1"
	check "emulated=2 is refused for AC'97" refuses ac97 emulated=2 "emulated=2: expected 0, 1, or -1"
	check "init_verbs= that are none are refused" refuses hda-msi init_verbs=0x20:0x500 \
		"init_verbs=0x20:0x500: expected NODE:VERB:VALUE"
	check "playback= names the pin of QEMU" accepts hda-msi playback=line-out \
		"pin 0x03: codec 0, line-out, jack, out, used" "playback: DAC 0x2 -> pin 0x3 (line-out)"
	check "capture= has the number of a pin" accepts hda-msi capture=5 \
		"pin 0x05: codec 0, line, jack, in, used" "capture: ADC 0x4 <- pin 0x5 (line)"
	check "init_verbs= are sent" accepts hda-msi init_verbs=3:0x707:0+2:0x300:0xb000 \
		"used" "init_verbs: 2 sent to codec 0, 0 of them without an answer"
	check "eapd= and emulated= are accepted for AC'97" insmod_with ac97 eapd=1 emulated=1
	check "and its card comes up" bind_ours ac97
}

cd /root || exit
for part; do
	"part_$part"
done
echo "1..$count"
