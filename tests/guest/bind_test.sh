#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# wavert bind and unbind: the controllers of an emulated machine are bound to our drivers and back
# to the kernel's own drivers, and nothing changes if that is refused or fails.
# Runs in a guest under busybox with HD Audio at 00:04.0, AC'97 at 00:05.0 and an ES1370 at
# 00:06.0, snd-hda-intel and snd-intel8x0 inserted; snd-wavert.ko, snd-wavert-hda.ko and
# snd-wavert-ich.ko in /modules, not inserted; aplay and wavert in PATH. Prints TAP.

# shellcheck disable=SC2016,SC2086,SC2217,SC2317 # sh -c; no blanks in them; sleep holds a
# node open; called through check
. ./tap.sh
hda=0000:00:04.0
ich=0000:00:05.0
es=0000:00:06.0
bus=/sys/bus/pci
kernel=/lib/modules/$(uname -r)

ends()	# CODE REGEX COMMAND...: checks exit code and output
{
	code=$1
	regex=$2
	shift 2
	"$@" >/tmp/log 2>&1 </dev/null
	status=$?
	cat /tmp/log
	echo "exit code $status"
	[ $status = "$code" ] && grep -qE -- "$regex" /tmp/log
}

until_true()	# COMMAND...: for at most 5 s
{
	tries=500
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return
		sleep 0.01
	done
}

# ---- sysfs -------------------------------------------------------------------------

driver_of()	# ADDRESS
{
	link=$(readlink "$bus/devices/$1/driver") && echo "${link##*/}"
}

card_of()	# ADDRESS: its number
{
	for dir in "$bus/devices/$1/sound"/card*; do
		[ -d "$dir" ] && echo "${dir##*/card}"
	done
}

state()	# of both controllers: driver, driver_override, whether there is a card
{
	for one in $hda $ich; do
		echo "$one $(driver_of $one) $(cat $bus/devices/$one/driver_override)" \
			"$([ -z "$(card_of $one)" ] || echo card)"
	done
}

untouched="$hda snd_hda_intel (null) card
$ich snd_intel8x0 (null) card"

nothing_changed()
{
	state
	[ "$(state)" = "$untouched" ]
}

unchanged()	# CODE REGEX COMMAND...: also checks that both controllers are unchanged
{
	ends "$@" && nothing_changed
}

has()	# ADDRESS DRIVER: with a card
{
	state
	[ "$(driver_of "$1")" = "$2" ] && [ -n "$(card_of "$1")" ]
}

goes_to()	# DRIVER VERB ADDRESS...: the command succeeds and names driver and card
{
	driver=$1
	address=$3
	shift
	ends 0 "$address is card [0-9]+, driven by $driver" wavert "$@" && has "$address" "$driver" &&
		grep -q "$address is card $(card_of "$address")," /tmp/log
}

# The ES1370 as another device: sysfs shows other ids, of class 0401.
as_device()	# VENDOR DEVICE COMMAND...
{
	echo "$1" >/tmp/vendor
	echo "$2" >/tmp/device
	shift 2
	for file in vendor device; do
		mount --bind /tmp/$file $bus/devices/$es/$file || return
	done
	"$@"
	result=$?
	umount $bus/devices/$es/vendor $bus/devices/$es/device
	return $result
}

every_ich()
{
	for id in 2415 2425 2445 2485 24c5 24d5 266e 27de; do
		as_device 0x8086 0x$id unchanged 0 "^echo snd-wavert-ich > $bus/devices/$es/driver_override" \
			wavert bind --dry-run $es || return
	done
}

alone()	# COMMAND...: in a PID namespace, where no other process is visible
{
	unshare -p -f -m sh -c 'mount -t proc proc /proc && "$@"' sh "$@"
}

as_user()	# COMMAND...
{
	su nobody -s /bin/sh -c "$*"
}

# ---- programs that play ------------------------------------------------------------

is_running()	# ADDRESS
{
	grep -q RUNNING "/proc/asound/card$(card_of "$1")/pcm0p/sub0/status"
}

play()	# ADDRESS: runs aplay without end; pid in $pid
{
	aplay -q -D "hw:$(card_of "$1")" -t raw -f S16_LE -r 48000 -c 2 /dev/zero >/tmp/play 2>&1 &
	pid=$!
	until_true is_running "$1" || { cat /tmp/play; return 1; }
}

owned()	# ADDRESS
{
	grep -q 'capture 0: owner WaveRT' "/proc/asound/card$(card_of "$1")/wavert"
}

record()	# ADDRESS: plays through the WaveRT path without end; pid in $pid
{
	wavert record -q -D "$(card_of "$1")" /tmp/rec.raw >/tmp/play 2>&1 &
	pid=$!
	until_true owned "$1" || { cat /tmp/play; return 1; }
}

has_ended()	# PID
{
	! kill -0 "$1"
}

stop()
{
	kill "$pid"
	wait "$pid" 2>/dev/null
	return 0
}

# ---- refusals of bind ----------------------------------------------------------------

mkdir -p "$kernel"
echo nobody:x:65534:65534::/:/bin/sh >>/etc/passwd
until_true nothing_changed
check "Initially both controllers have the kernel's own drivers" nothing_changed
check "A word that is not a PCI address is wrong usage" unchanged 2 'is not a PCI address' wavert bind hw:0
check "a device number that does not exist on a bus is wrong usage" unchanged 2 'is not a PCI address' wavert bind 0000:00:20.0
check "an address without a function is wrong usage" unchanged 2 'is not a PCI address' wavert unbind 00:04
check "an address with a further argument is wrong usage" unchanged 2 'is not a PCI address' wavert bind 0000:00:04.0.1
check "a missing address is wrong usage" unchanged 2 'one PCI address is expected' wavert bind
check "--force with bind is wrong usage" unchanged 2 "unrecognized option '--force'" wavert bind --force $hda
check "A missing device is named" unchanged 1 'no PCI device 0000:00:1e.0' wavert bind 00:1e.0
check "A bridge is refused with its class" unchanged 1 'of class 0600 .8086:29c0.' wavert bind 00:00.0
check "an audio device without a driver of ours is refused" unchanged 1 'of class 0401 .1274:5000.' wavert bind 00:06.0
check "HD Audio of Intel with a DSP, which has the same class, is accepted" as_device 0x8086 0x9d71 unchanged 0 "^echo snd-wavert-hda > $bus/devices/$es/driver_override" wavert bind --dry-run 00:06.0
check "with what will be silent" as_device 0x8086 0x9d71 unchanged 0 '^# silent: microphones that are connected to the' wavert bind --dry-run 00:06.0
check "Intel's audio DSP without HD Audio is refused" as_device 0x8086 0x22a8 unchanged 1 'of class 0401 .8086:22a8.' wavert bind 00:06.0
check "AC'97 of another vendor is refused" as_device 0x1106 0x2415 unchanged 1 'of class 0401 .1106:2415.' wavert bind 00:06.0
check "Each of Intel's AC'97 controllers is accepted" every_ich
check "Only root can bind" unchanged 1 'is for root' as_user wavert bind $hda
check "Only root can unbind" unchanged 1 'is for root' as_user wavert unbind $hda
check "A controller with another driver cannot be unbound" unchanged 1 'driven by snd_intel8x0, not by' wavert unbind $ich
check "not even with --force can it be unbound" unchanged 1 'driven by snd_intel8x0, not by' wavert unbind --force $ich
check "A missing module is a failure with a remedy" unchanged 1 'insmod snd-wavert.ko && insmod snd-wavert-hda.ko' wavert bind $hda

# from here on libkmod and modprobe find our modules
cp /modules/snd-wavert*.ko "$kernel"
./depmod 2>/tmp/depmod

check "--dry-run prints the changes and makes none" unchanged 0 "^echo $hda > $bus/drivers/snd_hda_intel/unbind" wavert bind --dry-run $hda
check "it does not even load a module" sh -c '! grep -q snd_wavert /proc/modules'
check "Any user can run it" unchanged 0 "^echo $hda > $bus/drivers_probe" as_user wavert bind --dry-run $hda


# ---- choice of pins, prediction --------------------------------------------------------

# What the driver shows of a pin that it uses: node, kind, direction.
used_pins()
{
	sed -n 's/^pin \(0x..\): codec 0, \([a-z-]*\), .*used for \(.*\)/\3: \2 \1/p' \
		"/proc/asound/card$(card_of $hda)/wavert" | sort
}

predicted_pins()
{
	wavert bind --dry-run $hda |
		sed -n 's/^# \([a-z]*\): \([a-z-]*\) ([a-z ]*), pin \(0x..\) of codec 0.*/\1: \2 \3/p' | sort
}

parameters()
{
	cat /sys/module/snd_wavert_hda/parameters/playback /sys/module/snd_wavert_hda/parameters/capture
}

bind_with_pins()
{
	modprobe snd-wavert-hda playback=,speaker && parameters >/tmp/parameters &&
		goes_to snd-wavert-hda bind $hda --out line-out --in 0x05 &&
		parameters | tr -d '\n' | sed 's/(null)//g' >/tmp/after &&
		tr -d '\n' </tmp/parameters | sed 's/(null)//g' | cmp - /tmp/after
}

as_predicted()
{
	used_pins | tee /tmp/used && [ "$(wc -l </tmp/used)" = 2 ] && cmp /tmp/used /tmp/predicted
}

check "--dry-run predicts the pin, formats and rates of playback" unchanged 0 '^# playback: line-out .jack., pin 0x03 of codec 0, QEMU Generic: S16, 2 channels, 16000 .* 96000 Hz$' wavert bind --dry-run $hda
check "and of capture" unchanged 0 '^# capture: line .jack., pin 0x05 of codec 0' wavert bind --dry-run $hda
check "A pin that the codec does not have is refused" unchanged 1 'nothing has been changed: snd-wavert-hda would find no path' wavert bind --out headphone $hda
check "and listed are those that it has" unchanged 1 'pin 0x3: line-out, jack' wavert bind --dry-run --out headphone $hda
check "A pin that is none is wrong usage" unchanged 2 '--in=headphone: mic, line, internal, aux, or a node number such as 0x18 is expected' wavert bind --in headphone $hda
check "AC'97 has no choice of pins" unchanged 1 'has no choice of pins' wavert bind --out line-out $ich
predicted_pins >/tmp/predicted
check "A controller is bound with a choice of pins, and the parameters are as before" bind_with_pins
check "the driver uses the pins that were predicted" as_predicted
check "a further choice is refused while it is bound" ends 1 'to choose others: wavert unbind' wavert bind --out 0x03 $hda
check "wavert info shows the pins" ends 0 '^ *0x03 .*line-out.*playback' wavert info -D "$(card_of $hda)"

# ---- silicon-report --------------------------------------------------------------------

both_interrupts()
{
	hostname a-secret-name
	wavert silicon-report -D "$(card_of $hda)" -d 4 >/tmp/report && cat /tmp/report &&
		grep -c '^interrupts *MSI$' /tmp/report | grep -qx 2 &&
		grep -c '^interrupts *INTx$' /tmp/report | grep -qx 2 &&
		awk '/^notifications expected/ { want = $3 } /^delivered/ { n++; bad += $2 != want || want < 5 }
			END { exit bad || n != 4 }' /tmp/report && ! grep -q secret /tmp/report
}

check "silicon-report measures both kinds of interrupts, and names no machine" both_interrupts
check "the same pins are used" as_predicted
check "unbind gives it back" goes_to snd_hda_intel unbind $hda
until_true nothing_changed
rmmod snd_wavert_hda snd_wavert

echo vfio-pci >$bus/devices/$hda/driver_override
check "A controller that is reserved for another driver is refused" ends 1 'reserved for vfio-pci' wavert bind $hda
check "the controller stays reserved" sh -c "[ \$(cat $bus/devices/$hda/driver_override) = vfio-pci ]"
echo >$bus/devices/$hda/driver_override

check "aplay plays through snd-hda-intel" play $hda
check "While aplay plays, bind names it and its pid" unchanged 1 "in use: aplay .pid $pid. has /dev/snd/pcmC[0-9]+D0p open" wavert bind $hda
check "--dry-run names them as well" unchanged 1 "in use: aplay .pid $pid. has" wavert bind --dry-run $hda
check "If the process of aplay is not visible, its stream is named" unchanged 1 "in use: /proc/asound/card[0-9]+/pcm0p/sub0/status says so" alone wavert bind $hda
check "aplay continues to play" is_running $hda
stop
sleep 1000 <"/dev/snd/controlC$(card_of $hda)" &
pid=$!
check "A program that has only the mixer open is named" unchanged 1 "in use: sleep .pid $pid. has /dev/snd/controlC" wavert bind $hda
stop

# ---- a probe that fails ----------------------------------------------------------------

rmmod snd_wavert_hda snd_wavert		# loaded by the tests above
insmod /modules/snd-wavert.ko
insmod /modules/snd-wavert-hda.ko index="$(card_of $ich)"
check "When our driver fails, because its card number is in use, the old driver is bound again" ends 1 "everything is as it was: $hda is driven by snd_hda_intel" wavert bind $hda
until_true nothing_changed
check "it has a card and no driver_override" nothing_changed
rmmod snd_wavert_hda snd_wavert

# ---- bind and unbind -------------------------------------------------------------------

check "bind takes the controller from snd-hda-intel, and prints the card number" goes_to snd-wavert-hda bind $hda
check "It has loaded the modules" grep -q '^snd_wavert_hda ' /proc/modules
check "wavert list shows that card" ends 0 "^ *$(card_of $hda)  " wavert list
check "The other controller has kept its driver" has $ich snd_intel8x0
check "Binding it again is no failure" ends 0 "^nothing to do: $hda is card .* driven by snd-wavert-hda" wavert bind 00:04.0
check "aplay plays through our driver" play $hda
check "unbind is refused while it does, naming it" ends 1 "in use: aplay .pid $pid. has" wavert unbind $hda
check "it continues to play" is_running $hda
stop
check "wavert record records" record $hda
check "unbind is refused while it does, naming it" ends 1 "in use: wavert .pid $pid. has" wavert unbind $hda
check "unbind is also refused if the process is not visible" ends 1 'in use: a process that cannot be seen .* has a WaveRT stream' alone wavert unbind $hda
check "it continues to record" owned $hda
check "unbind --force removes the card" goes_to snd_hda_intel unbind $hda --force
check "the recorder ends with an error" until_true has_ended $pid
check "Now everything is as it was" nothing_changed

check "The AC'97 controller can be bound to our driver at the same time" goes_to snd-wavert-ich bind $ich
check "and HD Audio" goes_to snd-wavert-hda bind $hda
check "unbind --dry-run changes nothing" ends 0 "^echo > $bus/devices/$ich/driver_override" wavert unbind --dry-run $ich
check "our driver is still bound" has $ich snd-wavert-ich
check "unbind gives AC'97 back to snd-intel8x0" goes_to snd_intel8x0 unbind $ich
check "and HD Audio to snd-hda-intel" goes_to snd_hda_intel unbind $hda
check "Now everything is as it was" nothing_changed

# ---- at boot -------------------------------------------------------------------------------

# What systemd runs for this line of the unit, with the options of a user.
service()	# ExecStart|ExecStop [OPTION...]
{
	line=$(sed -n "s/^$1=[^ ]*bin\///p" wavert-bind@.service | sed "s/%i/$hda/")
	# shellcheck disable=SC2034 # of the line
	OPTIONS="${2-} ${3-}"
	eval "$line"
}

start_and_stop()
{
	service ExecStart --out line-out && has $hda snd-wavert-hda && service ExecStop && nothing_changed
}

check "The systemd unit's commands bind with options, and undo it" start_and_stop
check "aplay plays through snd-hda-intel again" play $hda
check "the unit's command refuses where bind refuses" unchanged 1 "in use: aplay" service ExecStart
stop

# ---- by hand, and in unusual states -------------------------------------------------------

check "The output of bind --dry-run does the same in a shell" sh -c "wavert bind --dry-run $hda | sh"
check "our driver is bound" has $hda snd-wavert-hda
rmmod snd_wavert_hda
check "After rmmod no driver is bound" sh -c "[ ! -e $bus/devices/$hda/driver ]"
check "unbind still binds the kernel's driver" goes_to snd_hda_intel unbind $hda
echo $hda >$bus/drivers/snd_hda_intel/unbind
check "A controller without a driver can be bound" goes_to snd-wavert-hda bind $hda
rmmod snd_hda_intel
check "Without the kernel's own driver unbind reports that no driver is bound" ends 0 "$hda has no driver now" wavert unbind $hda
insmod /modules/snd-hda-intel.ko
until_true nothing_changed
check "the kernel's driver binds it when it is loaded" nothing_changed
check "At the end our modules can be removed" rmmod snd_wavert_hda snd_wavert_ich snd_wavert

the_end
