#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# wavert-trace in a guest, on a device in real time; run there by trace_test.sh. Writes the traces
# and the exit codes of commands that have to fail to /out.
#
# usage: trace_in_guest.sh sim|hda [-s SCENARIO]... FILE.scn...
device=$1
shift

fails()	# NAME COMMAND...: stores its exit code and output
{
	name=$1
	shift
	"$@" >"/out/$name.said" 2>&1
	echo $? >"/out/$name.code"
}

card()	# appears
{
	i=0
	while [ ! -e /dev/snd/hwC0D0 ] && [ $i -lt 100 ]; do
		sleep 0.1
		i=$((i + 1))
	done
}

insmod /modules/snd-wavert.ko || exit
# First through snd-wavert-attach, with the PCMs of snd-hda-intel, then with snd-wavert-hda.
if [ "$device" = hda ]; then
	insmod /modules/snd-wavert-attach.ko || exit
	card
	echo 0 >/sys/bus/platform/drivers/snd-wavert-attach/attach || exit
	wavert-trace -D 1 -o /out/attached "$@" || exit
	rmmod snd-wavert-attach || exit
	for pci in /sys/bus/pci/drivers/snd_hda_intel/0*; do
		echo "${pci##*/}" >/sys/bus/pci/drivers/snd_hda_intel/unbind
	done
	for pci in /sys/bus/pci/devices/*; do
		case $(cat "$pci/class") in
		0x0403*) echo snd-wavert-hda >"$pci/driver_override" ;;
		esac
	done
	insmod /modules/snd-wavert-hda.ko || exit
	card
	wavert-trace -o /out/trace "$@"
	exit
fi
fails no-card wavert-trace "$@"
insmod /modules/snd-wavert-sim.ko streams=2 clock=step || exit
card
fails step-clock wavert-trace "$@"
rmmod snd-wavert-sim || exit
insmod /modules/snd-wavert-sim.ko streams=2 loopback=Y source=ramp || exit
card
fails no-output wavert-trace -o /none/trace "$@"
wavert-trace --list >/out/list || exit
wavert-trace -D hw:0 -s one-event-two-streams -s open-is-stop "$@" >/out/two || exit
wavert-trace -o /out/trace "$@"
