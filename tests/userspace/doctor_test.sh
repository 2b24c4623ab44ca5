# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# wavert doctor in a guest that is made ill in one way after the other. Sourced by guest.sh.
# shellcheck disable=SC2016,SC2086,SC2154,SC2317

release=$(uname -r)

diagnosis()	# CODE REGEX...: of wavert doctor with $module; every regex in a line
{
	want=$1
	shift
	PATH=/tmp/bin:$PATH wavert doctor $module >/tmp/doctor
	status=$?
	echo "exit code $status"
	for regex; do
		says /tmp/doctor "$regex" || return
	done
	[ $status = "$want" ] || { cat /tmp/doctor; return 1; }
}

mends()	# CHECK COMMAND: the line after "wrong CHECK"
{
	diagnosis 1 "^wrong +$1 " || return
	cat /tmp/doctor
	grep -A 1 "^wrong  *$1 " /tmp/doctor | grep -qF "mend: $2"
}

record_of_another_format()
{
	wavert record -q -d 0.2 -r 48000 -c 2 /tmp/silent.wav >/tmp/words 2>&1 || { cat /tmp/words; return 1; }
	says /tmp/words 'playback 0 is 44100 Hz S16_LE 1 channels, capture 0 is 48000 Hz S16_LE 2 channels'
}

fake_mokutil()	# TEXT
{
	mkdir -p /tmp/bin
	printf '#!/bin/sh\necho "%s"\n' "$1" >/tmp/bin/mokutil
	chmod +x /tmp/bin/mokutil
}

doctor_tests()
{
	module=/tmp/bin/snd-wavert.ko
	mkdir -p /tmp/bin "/lib/modules/$release/build"
	: >"/lib/modules/$release/build/Makefile"
	cp /modules/snd-wavert.ko $module
	check "doctor finds nothing wrong with a card that works" diagnosis 0 '^ok +loaded' '^ok +permissions'
	check "and says the same in JSON" sh -c 'wavert doctor --json >/tmp/json; [ "$(json_value /tmp/json checks 0 verdict)" = \"ok\" ]'
	check "doctor says that permissions are wrong" sh -c 'with nobody wavert doctor >/tmp/doctor; grep -A 1 "^wrong  *permissions " /tmp/doctor | grep -qF "mend: sudo adduser"'
	start 'playback 0' aplay -q -t raw -f S16_LE -r 48000 -c 2 -D hw:0 /dev/zero
	check "doctor says who keeps a device busy" diagnosis 1 "^wrong +busy +aplay \(pid $pid\) has every playback pin of card 0"
	finish KILL
	check "Reloading with the loopback" reload
	start 'playback 0' aplay -q -t raw -f S16_LE -r 44100 -c 1 -D hw:0 /dev/zero
	check "record says that it heard nothing, and why" record_of_another_format
	finish KILL
	start 'playback 0' aplay -q -t raw -f S16_LE -r 44100 -c 2 -D hw:0 /dev/zero
	player=$pid
	start 'capture 0' wavert record -q -d 60 /tmp/silent.wav
	check "doctor says that a card records silence" mends silence 'play and record with the same'
	finish KILL
	pid=$player
	finish KILL
	check "and does not once they have ended" sh -c '! wavert doctor | grep silence'
	mv /dev/snd/hwC0D0 /dev/snd/away
	check "doctor says that the node is missing" mends node 'sudo udevadm trigger'
	mv /dev/snd/away /dev/snd/hwC0D0
	echo snd-wavert-sim.0 >$drv/unbind
	check "doctor says that there is no card" mends card 'sudo modprobe snd-wavert-sim'
	rmmod snd-wavert-sim
	rmmod snd-wavert
	check "doctor says that nothing is loaded" mends loaded 'sudo modprobe snd-wavert-sim'
	check "and finds nothing wrong with the module" diagnosis 1 '^ok +vermagic' '^ok +headers' '^ok +secure-boot'
	sed "s/vermagic=$release/vermagic=9${release#?}/" /modules/snd-wavert.ko >$module
	check "doctor says that the module is for another kernel" mends vermagic 'sudo dkms autoinstall'
	echo "no module" >$module
	check "doctor says that a file is no module" mends vermagic 'make modules'
	module=
	check "doctor says that no module is installed" mends module 'sudo apt install alsa-wavert-dkms'
	rm "/lib/modules/$release/build/Makefile"
	check "doctor says that the headers are missing" mends headers "sudo apt install linux-headers-$release"
	doctor_signature
	doctor_hwdep
}

# What Secure Boot brings about: the kernel wants signatures.
doctor_signature()
{
	module=/tmp/bin/snd-wavert.ko
	cp /modules/snd-wavert.ko $module
	echo Y >/tmp/enforced
	mount --bind /tmp/enforced /sys/module/module/parameters/sig_enforce
	check "doctor says that the module has to be signed" mends secure-boot 'sudo make sign'
	printf '~Module signature appended~\n' >>$module
	fake_mokutil '/var/lib/dkms/mok.pub is not enrolled'
	check "doctor says that the key has to be enrolled" mends secure-boot 'sudo mokutil --import'
	fake_mokutil '/var/lib/dkms/mok.pub is already enrolled'
	check "doctor is content with an enrolled key" diagnosis 1 '^ok +secure-boot'
	umount /sys/module/module/parameters/sig_enforce
}

# A kernel without, as those for the cloud: no list of modules names it.
doctor_hwdep()
{
	rmmod snd-hwdep
	rm -rf "/lib/modules/$release"
	check "doctor says that the kernel has no snd-hwdep" mends snd-hwdep 'sudo apt install linux-image-amd64'
	mkdir -p "/lib/modules/$release"
	echo "kernel/sound/core/snd-hwdep.ko: kernel/sound/core/snd.ko" >"/lib/modules/$release/modules.dep"
	check "doctor is content with one that can be loaded" diagnosis 1 '^note +snd-hwdep'
}
