#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Tests of the installed packages: modules built by DKMS, wavert and the plugin as packaged,
# nodes created by Debian's udev. Runs in a guest under busybox, started by run.sh. Prints TAP.

# shellcheck disable=SC2086,SC2317 # words; called through check
# shellcheck source=../guest/tap.sh
. ./tap.sh
node=/dev/snd/hwC0D0
voice=/tmp/Front_Center.wav

as()	# USER COMMAND
{
	su "$1" -s /bin/sh -c "$2"
}

loads()
{
	modprobe snd-wavert-sim || return
	udevadm settle --timeout=30
	cat /proc/asound/cards
	for module in snd_wavert snd_wavert_sim; do
		grep "^$module .*(OE)$" /proc/modules || return
	done
	grep -q WaveRT /proc/asound/cards
}

node_is_for_audio()
{
	ls -l $node
	[ "$(stat -c '%A %U %G' $node)" = "crw-rw---- root audio" ]
}

node_is_for_the_seat()
{
	udevadm info -q property $node
	udevadm info -q property $node | grep -q '^CURRENT_TAGS=.*:uaccess:'
}

member()
{
	as listener id
	as listener id | grep -q '^uid=1000(listener) .*29(audio)' &&
		as listener "wavert list" && as listener "wavert play $voice"
}

stranger()
{
	as stranger id
	if as stranger "wavert play $voice"; then
		return 1
	fi
}

# arecord records the playback of wavert through the card's loopback.
recorded()	# COMMAND: how to play
{
	as listener "arecord -q -D hw:WaveRT -f S16_LE -c 1 -r 48000 -d 3 -t raw /tmp/recorded & $1; wait"
	tail -c +45 $voice | head -c 100044 | tail -c 20000 | od -An -v -tx1 | tr -d ' \n' >/tmp/part
	od -An -v -tx1 /tmp/recorded | tr -d ' \n' >/tmp/all
	ls -l /tmp/recorded
	grep -qF -f /tmp/part /tmp/all
	result=$?
	rm -f /tmp/recorded /tmp/all
	return $result
}

unloads()
{
	modprobe -r snd-wavert-sim && ! grep snd_wavert /proc/modules
}

echo "listener:x:1000:1000::/tmp:/bin/sh" >>/etc/passwd
echo "stranger:x:1001:1001::/tmp:/bin/sh" >>/etc/passwd
sed -i 's/^audio:.*/&listener/' /etc/group
printf '%s\n' listener:x:1000: stranger:x:1001: >>/etc/group
cp Front_Center.wav $voice
chmod 644 $voice
/usr/lib/systemd/systemd-udevd --daemon

check "modprobe loads the simulator that DKMS built, and its dependencies" loads
check "udev gives the WaveRT node to group audio" node_is_for_audio
check "udev gives it to the user at the seat" node_is_for_the_seat
check "an unprivileged member of audio plays by wavert" member
check "nobody else may" stranger
check "an ALSA program records the playback of wavert" recorded "wavert play -q $voice"
check "the playback of aplay through the plugin is recorded" recorded "aplay -q -D wavert:CARD=WaveRT $voice"
check "modprobe -r removes the modules" unloads
the_end
