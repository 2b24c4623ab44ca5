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

no_xrun()
{
	! grep -i xrun /tmp/jackd.log
}

jack()
{
	check "jackd -d alsa -d $PCM starts and runs" start_jackd
	check "30 s of the signal come back through JACK whole" jack_client 30
	check "jackd has counted no xrun in them" no_xrun
	check "jackd ends and gives the card back" stop_jackd
}

on_both jack
