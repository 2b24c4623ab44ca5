# SPDX-License-Identifier: GPL-2.0-only
# MPD on our card; sourced by guest.sh. It opens the PCM non-blocking, with poll(), and closes
# it after the last song: the pin is checked while the daemon runs.
# shellcheck shell=dash disable=SC2015,SC2034,SC2086,SC2154 # guest.sh's

export MPD_HOST=/tmp/mpd/socket MPD_TIMEOUT=5
mpd_pid=

start_mpd()
{
	local tries=500
	mkdir -p /tmp/mpd /tmp/music
	rm -f $MPD_HOST
	cp /tmp/signal.wav /tmp/music
	sed "s/PCM@/$PCM/" mpd.conf >/tmp/mpd.conf
	mpd --no-daemon --stderr --verbose /tmp/mpd.conf >/tmp/mpd.log 2>&1 </dev/null &
	mpd_pid=$!
	until mpc -q update --wait 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 $mpd_pid || { cat /tmp/mpd.log; return 1; }
		sleep 0.02
	done
	mpc ls
}

# MPD has drained the PCM when its state is no longer "playing".
mpd_play()
{
	local tries=200
	mpc -q clear && mpc -q add signal.wav && mpc -q play || return
	while mpc status | grep -q '^\[playing\]'; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { mpc status; tail -n 20 /tmp/mpd.log; return 1; }
		sleep 0.1
	done
}

# It logs xruns at the level at which it logs each song.
no_xrun()
{
	grep 'player: played' /tmp/mpd.log && ! grep -i 'run on alsa\|broken pipe' /tmp/mpd.log
}

# If its output hangs it does not handle SIGTERM.
stop_mpd()
{
	local code
	mpc -q stop || kill -KILL $mpd_pid
	kill -TERM $mpd_pid
	wait $mpd_pid
	code=$?
	[ $code = 0 ] || { echo "exit code $code"; tail -n 20 /tmp/mpd.log; return 1; }
	free
}

mpd_()
{
	check "mpd with an output on $PCM starts" start_mpd
	check "mpd, $PCM: a song is played to the last frame, and the pin is free" plays mpd_play
	check "mpd, $PCM: and once more" plays mpd_play
	check "mpd has counted no xrun" no_xrun
	check "mpd ends" stop_mpd
}

on_both mpd_
