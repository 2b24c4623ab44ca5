# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# wavert doctor in a guest that gets one problem after the other. Sourced by guest.sh.
# shellcheck disable=SC2016,SC2086,SC2154,SC2317

release=$(uname -r)
release_regex=$(echo "$release" | sed 's/[.+]/\\&/g')

diagnosis()	# CODE REGEX...: of wavert doctor with $module; every regex matches a line
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
	grep -A 1 "^wrong  *$1 " /tmp/doctor | grep -qF "fix: $2"
}

wrongs()	# CHECK...: exactly these are wrong, in this order
{
	PATH=/tmp/bin:$PATH wavert doctor $module >/tmp/doctor
	cat /tmp/doctor
	[ "$(sed -n 's/^wrong  *\([a-z-]*\) .*/\1/p' /tmp/doctor | tr '\n' ' ')" = "$* " ]
}

# /lib/modules as depmod writes it, with these modules of /modules.
install_modules()	# NAME...
{
	rm -rf "/lib/modules/$release/kernel"
	mkdir -p "/lib/modules/$release/kernel"
	for one; do
		cp "/modules/$one.ko" "/lib/modules/$release/kernel/" || return
	done
	./depmod "$release"
}

sound="soundcore snd snd-timer snd-hwdep snd-pcm"

# Runs the command of the first problem until there is none: the number of rounds is the number of
# problems that doctor found first.
as_doctor_says()	# ROUNDS
{
	rounds=$1
	while ! wavert doctor >/tmp/doctor; do
		cat /tmp/doctor
		[ $rounds -gt 0 ] || return
		rounds=$((rounds - 1))
		mend=$(sed -n '/^wrong/{n;s/^ *fix: sudo \([^,]*\).*/\1/p;q;}' /tmp/doctor)
		echo "$mend"
		$mend || return
	done
	[ $rounds = 0 ]
}

# A signature as sign-file appends it; nothing checks it here.
append_signature()	# FILE
{
	printf 'me\001\002x\001\004\001\002\002\000\000\000\000\000\000\001~Module signature appended~\n' >>"$1"
}

nothing_changed()	# COMMAND...
{
	lsmod | sort >/tmp/before
	"$@"
	lsmod | sort >/tmp/after
	cmp /tmp/before /tmp/after
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
	check "doctor finds no problem of a working card" diagnosis 0 '^ok +loaded' '^ok +permissions' '^No problem found\.$'
	check "doctor reports the same in JSON" sh -c 'wavert doctor --json >/tmp/json; cp /tmp/json /out/doctor.json; [ "$(json_value /tmp/json checks 0 verdict)" = \"ok\" ]'
	check "doctor prints at most 60 columns" fits 60 wavert doctor
	check "doctor reports wrong permissions" sh -c 'with nobody wavert doctor >/tmp/doctor; grep -A 1 "^wrong  *permissions " /tmp/doctor | grep -qF "fix: sudo adduser"'
	start 'playback 0' aplay -q -t raw -f S16_LE -r 48000 -c 2 -D hw:0 /dev/zero
	check "doctor names the program that keeps a device busy" diagnosis 1 "^wrong +busy +Program aplay \(pid $pid\) has every playback pin of card 0\.\$"
	check "also in JSON" sh -c '! wavert doctor --json >/out/doctor_busy.json'
	check "doctor --fix changes nothing about a busy device" nothing_changed wavert doctor --fix
	check "the program still plays" await 'playback 0' 'state run'
	finish KILL
	check "Reloading with the loopback" reload
	start 'playback 0' aplay -q -t raw -f S16_LE -r 44100 -c 1 -D hw:0 /dev/zero
	check "record reports silence and its cause" record_of_another_format
	finish KILL
	start 'playback 0' aplay -q -t raw -f S16_LE -r 44100 -c 2 -D hw:0 /dev/zero
	player=$pid
	start 'capture 0' wavert record -q -d 60 /tmp/silent.wav
	check "doctor reports that a card records silence" mends silence 'play and record with the same'
	finish KILL
	pid=$player
	finish KILL
	check "doctor does not report it after both have ended" sh -c '! wavert doctor | grep silence'
	mv /dev/snd/hwC0D0 /dev/snd/away
	check "doctor reports a missing node" mends node 'sudo udevadm trigger'
	mv /dev/snd/away /dev/snd/hwC0D0
	echo snd-wavert-sim.0 >$drv/unbind
	check "doctor reports that there is no card" \
		mends card 'sudo wavert attach CARD, sudo modprobe snd-wavert-sim, or sudo wavert bind ADDRESS'
	check "doctor --fix creates no card" sh -c '! wavert doctor --fix >/tmp/doctor && [ ! -e /proc/asound/card0 ]'
	rmmod snd-wavert-sim
	rmmod snd-wavert
	check "doctor reports that no module is loaded" mends loaded 'sudo modprobe snd-wavert-sim'
	check "doctor finds no problem of the module" diagnosis 1 '^ok +vermagic' '^ok +headers' '^ok +secure-boot'
	sed "s/vermagic=$release/vermagic=9${release#?}/" /modules/snd-wavert.ko >$module
	check "doctor reports a module of another kernel before it reports that the module is not loaded" wrongs vermagic loaded
	check "with the command" mends vermagic 'sudo dkms autoinstall'
	echo "no module" >$module
	check "doctor reports a file that is not a module" mends vermagic 'make modules'
	module=
	check "doctor reports that no module is installed" mends module 'sudo apt install alsa-wavert-dkms'
	check "--fix loads nothing" nothing_changed wavert doctor --fix
	rm "/lib/modules/$release/build/Makefile"
	check "doctor names headers, module and loading in the order in which they can be fixed" wrongs headers module loaded
	check "doctor reports missing headers" mends headers "sudo apt install linux-headers-$release"
	doctor_signature
	doctor_fix
	doctor_hwdep
}

# The effect of Secure Boot: the kernel requires signatures.
doctor_signature()
{
	module=/tmp/bin/snd-wavert.ko
	cp /modules/snd-wavert.ko $module
	echo Y >/tmp/enforced
	mount --bind /tmp/enforced /sys/module/module/parameters/sig_enforce
	check "doctor reports that the module has to be signed" mends secure-boot 'sudo make sign'
	append_signature $module
	fake_mokutil '/var/lib/dkms/mok.pub is not enrolled'
	check "doctor reports that the key has to be enrolled" mends secure-boot 'sudo mokutil --import'
	fake_mokutil '/var/lib/dkms/mok.pub is already enrolled'
	check "doctor accepts an enrolled key" diagnosis 1 '^ok +secure-boot'
	umount /sys/module/module/parameters/sig_enforce
	module=
}

# Installed, and not loaded.
doctor_fix()
{
	rmmod snd-hwdep
	check "The modules are installed" install_modules $sound snd-wavert snd-wavert-sim
	check "doctor finds them" diagnosis 1 "^ok +vermagic +File /lib/modules/$release_regex/kernel/snd-wavert.ko was built for this kernel"
	check "--fix reports that the user may not load modules" sh -c '! with nobody wavert doctor --fix >/tmp/doctor; cat /tmp/doctor; grep -q "modprobe snd-hwdep fails: Operation not permitted" /tmp/doctor && ! grep -q "^snd_hwdep " /proc/modules'
	check "doctor --fix loads snd-hwdep and snd-wavert" sh -c 'wavert doctor --fix --json >/out/doctor_fix.json; cat /out/doctor_fix.json; grep -q "modprobe snd-wavert has loaded it" /out/doctor_fix.json && grep -q "^snd_wavert " /proc/modules && grep -q "^snd_hwdep " /proc/modules'
	check "and no card" [ ! -e /proc/asound/card0 ]
	rmmod snd-wavert
	check "The commands of doctor, run in its order, fix all problems" as_doctor_says 1
	rmmod snd-wavert-sim
	rmmod snd-wavert
	rmmod snd-hwdep
}

# A kernel without snd-hwdep, like the cloud kernels: no list of modules contains it.
doctor_hwdep()
{
	check "Modules without snd-hwdep are installed" install_modules soundcore snd snd-timer snd-pcm
	check "doctor reports that the kernel has no snd-hwdep, and leaves out other checks" wrongs snd-hwdep
	check "with the command" mends snd-hwdep 'sudo apt install linux-image-'
	check "also in JSON" sh -c '! wavert doctor --json >/out/doctor_hwdep.json'
	check "Modules with snd-hwdep are installed" install_modules $sound
	check "doctor accepts a snd-hwdep that can be loaded" diagnosis 1 '^note +snd-hwdep'
}
