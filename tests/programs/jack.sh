# SPDX-License-Identifier: GPL-2.0-only
# JACK on our card; sourced by guest.sh. jackd runs without a real-time class, for which the
# guest has one processor only, and counts its xruns. jack-hw: both directions of QEMU's HD Audio
# and AC'97, which have no loopback, with the usual periods of users of JACK.
# shellcheck shell=dash disable=SC2015,SC2034,SC2086,SC2154 # guest.sh's

export JACK_NO_AUDIO_RESERVATION=1
period=512
jackd_pid=

start_jackd()
{
	jackd --no-realtime -d alsa --device "$PCM" --rate $rate --period $period --nperiods 3 \
		--inchannels 2 --outchannels 2 "$@" >/tmp/jackd.log 2>&1 </dev/null &
	jackd_pid=$!
	jack_wait -w -t 20 && await 'playback 0' 'state run' || { cat /tmp/jackd.log; return 1; }
}

stop_jackd()	# [SIGNAL]
{
	local code
	kill -${1-TERM} $jackd_pid
	wait $jackd_pid
	code=$?
	cat /tmp/jackd.log
	[ $code = 0 ] && free
}

hear()
{
	local code=0
	jack_client 30 >/tmp/jack_client.log 2>&1 || code=$?
	cat /tmp/jack_client.log
	return $code
}

# The daemon does not log xruns, it reports them only to its clients.
jack_no_xrun()
{
	grep '^xruns: ' /tmp/jack_client.log
	grep -qx 'xruns: 0' /tmp/jack_client.log
}

jack()
{
	check "jackd -d alsa -d $PCM starts and runs" start_jackd
	check "30 s of the signal come back through JACK whole" hear
	check "jackd has counted no xrun in them" jack_no_xrun
	check "jackd ends and gives the card back" stop_jackd
}

take()	# ADDRESS DRIVER: the device's card, as PCM and page
{
	local place=/sys/bus/pci/devices/$1 card
	echo "$2" >"$place/driver_override" && echo "$1" >/sys/bus/pci/drivers_probe || return
	card=$(basename "$place"/sound/card*)
	PCM=hw:${card#card}
	page=/proc/asound/$card/wavert
	[ -r $page ]
}

three_periods()
{
	grep "use . periods" /tmp/jackd.log
	[ "$(grep -c 'use 3 periods' /tmp/jackd.log)" = 2 ]
}

silence_for()	# SECONDS
{
	jack_client $1 >/tmp/jack_client.log 2>&1
	jack_no_xrun
}

jack_hw()	# NAME ADDRESS DRIVER
{
	check "$1: our driver takes it" take $2 $3
	for period in 64 128; do
		check "$1: jackd of $period frames starts and runs" start_jackd
		check "$1: it got the three periods that it asked for" three_periods
		check "$1: 5 s of $period frames in both directions without an xrun" silence_for 5
		check "$1: jackd ends on SIGINT and gives the card back" stop_jackd INT
	done
}

case $1 in
jack) on_both jack ;;
jack-hw)
	jack_hw "HD Audio" 0000:00:10.0 snd-wavert-hda
	jack_hw "AC'97" 0000:00:12.0 snd-wavert-ich
	;;
esac
