#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A program of root plays through ALSA while unprivileged users run streams, or observe its
# stream, with events that have many watchers: no underrun in 30 s. Runs in a guest with exact
# time, two cards, hostile_signals and aplay. Prints TAP.

# shellcheck disable=SC2317 # called through check
. ./tap.sh
seconds=${1:-30}

begin()	# ARGUMENTS OF hostile_signals: runs in the background, ready on return; pid in $pid
{
	rm -f /tmp/hostile	# the report of the last process
	hostile_signals "$@" >/tmp/hostile 2>&1 &
	pid=$!
	tries=3000
	until grep -qs ': ' /tmp/hostile || [ "$tries" = 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	grep -q ': ready$' /tmp/hostile || { cat /tmp/hostile; return 1; }
}

end()
{
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	killall -q -KILL hostile_signals
	sleep 0.5
}

# Periods of 5.3 ms, a buffer of 21 ms.
plays()	# DEVICE: for $seconds, without an underrun
{
	aplay -q -D "$1" -f dat --period-size=256 --buffer-size=1024 -d "$seconds" /dev/zero \
		>/tmp/aplay 2>&1 || { cat /tmp/aplay; return 1; }
	underruns=$(grep -c underrun /tmp/aplay)
	[ "$underruns" = 0 ] || { echo "$underruns underruns"; return 1; }
}

beside()	# NAME DEVICE ARGUMENTS OF hostile_signals
{
	name=$1
	device=$2
	shift 2
	check "$name" begin "$@"
	check "aplay on $device has no underrun in $seconds s at the same time" plays "$device"
	end
}

check "aplay alone has no underrun in $seconds s" plays hw:1
beside 'a hostile owner runs card 0 with one event of 10000 watchers' hw:1 run 1 10000
beside 'a hostile owner runs card 0 with 64 events of 100 watchers' hw:1 run 64 100
beside 'eight observers of card 0 have 64 events of 10 watchers each' hw:0 watch 10
the_end
