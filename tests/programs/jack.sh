# SPDX-License-Identifier: GPL-2.0-only
# JACK on our card; sourced by guest.sh. jackd runs without a real-time class, for which the
# guest has one processor only, and counts its xruns.
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

stop_jackd()
{
	local code
	kill -TERM $jackd_pid
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

# The daemon says nothing of them in its log, and each of them to its clients.
no_xrun()
{
	grep '^xruns: ' /tmp/jack_client.log
	grep -qx 'xruns: 0' /tmp/jack_client.log
}

jack()
{
	check "jackd -d alsa -d $PCM starts and runs" start_jackd
	check "30 s of the signal come back through JACK whole" hear
	check "jackd has counted no xrun in them" no_xrun
	check "jackd ends and gives the card back" stop_jackd
}

on_both jack
