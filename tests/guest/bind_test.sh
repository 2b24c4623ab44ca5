#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# wavert bind and unbind: the controllers of an emulated machine go from the kernel's own
# drivers to ours and back, and nothing changes when that is refused or fails.
# Runs in a guest under busybox with HD Audio at 00:04.0, AC'97 at 00:05.0 and an ES1370 at
# 00:06.0, snd-hda-intel and snd-intel8x0 inserted; snd-wavert.ko, snd-wavert-hda.ko and
# snd-wavert-ich.ko in /modules, not inserted; aplay and wavert at hand. Prints TAP.

# shellcheck disable=SC2016,SC2086,SC2217,SC2317 # sh -c; no blanks in them; sleep holds a
# node open; called through check
. ./tap.sh
hda=0000:00:04.0
ich=0000:00:05.0
es=0000:00:06.0
bus=/sys/bus/pci
kernel=/lib/modules/$(uname -r)

ends()	# CODE REGEX COMMAND...: exit code, and what is said
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

until_true()	# COMMAND...: 5 s at most
{
	tries=500
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return
		sleep 0.01
	done
}

# ---- what sysfs says --------------------------------------------------------------

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

state()	# of both controllers: driver, override, is there a card
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

unchanged()	# CODE REGEX COMMAND...: and both are where they were
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

# The ES1370 in disguise: sysfs says that it is another device of class 0401.
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

alone()	# COMMAND...: where no other process can be seen
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

play()	# ADDRESS: aplay, for ever; pid in $pid
{
	aplay -q -D "hw:$(card_of "$1")" -t raw -f S16_LE -r 48000 -c 2 /dev/zero >/tmp/play 2>&1 &
	pid=$!
	until_true is_running "$1" || { cat /tmp/play; return 1; }
}

owned()	# ADDRESS
{
	grep -q 'capture 0: owner WaveRT' "/proc/asound/card$(card_of "$1")/wavert"
}

record()	# ADDRESS: through the WaveRT path, for ever; pid in $pid
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

# ---- what bind refuses ---------------------------------------------------------------

mkdir -p "$kernel"
echo nobody:x:65534:65534::/:/bin/sh >>/etc/passwd
until_true nothing_changed
check "At first both controllers have the kernel's own drivers" nothing_changed
check "What is no PCI address is wrong usage" unchanged 2 'no PCI address' wavert bind hw:0
check "and so is a device number that does not exist on a bus" unchanged 2 'no PCI address' wavert bind 0000:00:20.0
check "an address without its function" unchanged 2 'no PCI address' wavert unbind 00:04
check "one with more behind it" unchanged 2 'no PCI address' wavert bind 0000:00:04.0.1
check "no address" unchanged 2 'one PCI address is expected' wavert bind
check "and --force with bind" unchanged 2 "unrecognized option '--force'" wavert bind --force $hda
check "A device that is not there is named" unchanged 1 'no PCI device 0000:00:1e.0' wavert bind 00:1e.0
check "A bridge is refused with its class" unchanged 1 'of class 0600 .8086:29c0.' wavert bind 00:00.0
check "and so is audio that we have no driver for" unchanged 1 'of class 0401 .1274:5000.' wavert bind 00:06.0
check "Intel's audio DSP, which is of the same class" as_device 0x8086 0x9d71 unchanged 1 'of class 0401 .8086:9d71.' wavert bind 00:06.0
check "and AC'97 of another vendor" as_device 0x1106 0x2415 unchanged 1 'of class 0401 .1106:2415.' wavert bind 00:06.0
check "Each of Intel's AC'97 controllers would be taken" every_ich
check "Only root can bind" unchanged 1 'is for root' as_user wavert bind $hda
check "Only root can unbind" unchanged 1 'is for root' as_user wavert unbind $hda
check "A controller that is not ours cannot be unbound" unchanged 1 'driven by snd_intel8x0, not by' wavert unbind $ich
check "not even with --force" unchanged 1 'driven by snd_intel8x0, not by' wavert unbind --force $ich
check "A module that is not there is a failure with a remedy" unchanged 1 'insmod snd-wavert.ko && insmod snd-wavert-hda.ko' wavert bind $hda

# libkmod and modprobe find ours from here on
cp /modules/snd-wavert*.ko "$kernel"
./depmod 2>/tmp/depmod

check "--dry-run shows what would be done and does nothing" unchanged 0 "^echo $hda > $bus/drivers/snd_hda_intel/unbind" wavert bind --dry-run $hda
check "not even load a module" sh -c '! grep -q snd_wavert /proc/modules'
check "It can be asked by anybody" unchanged 0 "^echo $hda > $bus/drivers_probe" as_user wavert bind --dry-run $hda

echo vfio-pci >$bus/devices/$hda/driver_override
check "A controller that is reserved for another driver is refused" ends 1 'reserved for vfio-pci' wavert bind $hda
check "and stays so" sh -c "[ \$(cat $bus/devices/$hda/driver_override) = vfio-pci ]"
echo >$bus/devices/$hda/driver_override

check "aplay plays through snd-hda-intel" play $hda
check "While it does bind names it and its pid" unchanged 1 "in use: aplay .pid $pid. has /dev/snd/pcmC[0-9]+D0p open" wavert bind $hda
check "and --dry-run says the same" unchanged 1 "in use: aplay .pid $pid. has" wavert bind --dry-run $hda
check "Where aplay cannot be seen its stream still can" unchanged 1 "in use: /proc/asound/card[0-9]+/pcm0p/sub0/status says so" alone wavert bind $hda
check "aplay plays on" is_running $hda
stop
sleep 1000 <"/dev/snd/controlC$(card_of $hda)" &
pid=$!
check "A program that only holds the mixer open is named" unchanged 1 "in use: sleep .pid $pid. has /dev/snd/controlC" wavert bind $hda
stop

# ---- a probe that fails ----------------------------------------------------------------

rmmod snd_wavert_hda snd_wavert		# loaded for the attempts above
insmod /modules/snd-wavert.ko
insmod /modules/snd-wavert-hda.ko index="$(card_of $ich)"
check "When our driver fails, for its card number is taken, the old one gets the controller back" ends 1 "everything is as it was: $hda is driven by snd_hda_intel" wavert bind $hda
until_true nothing_changed
check "with card and without override" nothing_changed
rmmod snd_wavert_hda snd_wavert

# ---- there and back --------------------------------------------------------------------

check "bind takes the controller from snd-hda-intel, and says which card it is" goes_to snd-wavert-hda bind $hda
check "It has loaded the modules" grep -q '^snd_wavert_hda ' /proc/modules
check "wavert list shows that card" ends 0 "^ *$(card_of $hda)  " wavert list
check "The other controller has kept its driver" has $ich snd_intel8x0
check "To bind it again is no failure" ends 0 "^nothing to do: $hda is card .* driven by snd-wavert-hda" wavert bind 00:04.0
check "aplay plays through our driver" play $hda
check "unbind is refused while it does, naming it" ends 1 "in use: aplay .pid $pid. has" wavert unbind $hda
check "and it plays on" is_running $hda
stop
check "wavert record records" record $hda
check "unbind is refused while it does, naming it" ends 1 "in use: wavert .pid $pid. has" wavert unbind $hda
check "also where it cannot be seen" ends 1 'in use: a process that cannot be seen .* has a WaveRT stream' alone wavert unbind $hda
check "and it records on" owned $hda
check "unbind --force takes the card from it" goes_to snd_hda_intel unbind $hda --force
check "and the recorder has noticed" until_true has_ended $pid
check "Now all is as it was" nothing_changed

check "The AC'97 controller goes to our driver as well" goes_to snd-wavert-ich bind $ich
check "and HD Audio beside it" goes_to snd-wavert-hda bind $hda
check "unbind --dry-run changes nothing" ends 0 "^echo > $bus/devices/$ich/driver_override" wavert unbind --dry-run $ich
check "so that ours still has it" has $ich snd-wavert-ich
check "unbind gives AC'97 back to snd-intel8x0" goes_to snd_intel8x0 unbind $ich
check "and HD Audio to snd-hda-intel" goes_to snd_hda_intel unbind $hda
check "Now all is as it was" nothing_changed

# ---- by hand, and in odd states ----------------------------------------------------------

check "What bind --dry-run prints does the same in a shell" sh -c "wavert bind --dry-run $hda | sh"
check "so that ours has it" has $hda snd-wavert-hda
rmmod snd_wavert_hda
check "After rmmod nobody has it" sh -c "[ ! -e $bus/devices/$hda/driver ]"
check "and unbind still gives it back" goes_to snd_hda_intel unbind $hda
echo $hda >$bus/drivers/snd_hda_intel/unbind
check "A controller without a driver is taken" goes_to snd-wavert-hda bind $hda
rmmod snd_hda_intel
check "Without the kernel's own driver unbind says that nobody has it" ends 0 "$hda has no driver now" wavert unbind $hda
insmod /modules/snd-hda-intel.ko
until_true nothing_changed
check "which that driver takes when it comes" nothing_changed
check "At the end our modules can be removed" rmmod snd_wavert_hda snd_wavert_ich snd_wavert

the_end
