# SPDX-License-Identifier: GPL-2.0-only
# JACK and PipeWire play and record on HD Audio with the in-tree driver for a minute, while wavert
# watch observes both pins of the attached card; sourced by guest.sh. Observing must cost no xrun, and
# every period must be signalled, also where the stream has no period wake-ups.
# shellcheck shell=dash disable=SC2015,SC2034,SC2086,SC2154 # guest.sh's

seconds=60
# shellcheck source=/dev/null # their functions only
. ./jack.sh
# shellcheck source=/dev/null
. ./pipewire.sh

attach()
{
	wavert attach 0 && PCM=hw:0 && page=/proc/asound/card1/wavert && [ -r $page ]
}

interrupts()
{
	sed -n 's/^ *[0-9]*: *\([0-9]*\).*snd_hda_intel.*/\1/p' /proc/interrupts
}

# Both pins, over restarts of their streams.
watch_both()
{
	wavert watch -D 1 -q >/tmp/watch.playback.log 2>&1 &
	watchers=$!
	wavert watch -D 1 -q --capture >/tmp/watch.capture.log 2>&1 &
	watchers="$watchers $!"
	interrupts_before=$(interrupts)
	await 'playback 0' 'observers 1' && await 'capture 0' 'observers 1'
}

# A minute has been played and recorded, and all its periods are listed and signalled.
all_signalled()	# FRAMES: in a period
{
	local log listed signalled missed
	notified=0
	kill -INT $watchers
	wait $watchers
	for log in /tmp/watch.playback.log /tmp/watch.capture.log; do
		tail -n 1 $log
		read -r listed signalled missed <<-END
			$(sed -n 's/^watched: notifications \([0-9]*\), signals \([0-9]*\), .* not listed \([0-9]*\),.*/\1 \2 \3/p' $log)
		END
		[ "${listed:-0}" -ge $((seconds * rate / $1)) ] && [ $listed = $signalled ] && [ $missed = 0 ] || return
		notified=$((notified + listed))
	done
}

# The device interrupts PERIODS times, and up to 150 times for answers of its codec.
interrupted()	# PERIODS
{
	local n=$(($(interrupts) - interrupts_before))
	echo "$n interrupts, $notified notifications"
	[ $n -ge $1 ] && [ $n -le $(($1 + 150)) ]
}

pipewire_runs()
{
	pw-link source:capture_FL sink:playback_FL && pw-link source:capture_FR sink:playback_FR &&
		sleep $seconds && kill -0 $daemon && no_xrun
}

observed_jack()	# FRAMES
{
	period=$1
	check "both pins are observed" watch_both
	check "jackd of $period frames starts and runs" start_jackd
	check "jackd of $period frames, observed: no xrun in $seconds s" silence_for $seconds
	check "jackd ends" stop_jackd
	check "jackd of $period frames: each period is signalled to the observers" all_signalled $period
	check "and the device interrupted for these" interrupted $notified
}

# It turns period wake-ups off.
observed_pipewire()
{
	check "both pins are observed" watch_both
	check "pipewire starts" start_daemon
	check "pipewire, observed: no xrun in $seconds s" pipewire_runs
	check "pipewire ends" stop_daemon
	check "pipewire: each period is signalled to the observers" all_signalled 1024
	check "and the device has interrupted for none" interrupted 0
}

check "wavert attach" attach
observed_jack 128
observed_jack 1024
observed_pipewire
check "wavert detach" wavert detach 0
