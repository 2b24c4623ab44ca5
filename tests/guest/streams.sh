# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2034 # of the scripts that source it
# Streams of card 0, programs that use them, and sound files, for test scripts in guests. Sourced.
proc=/proc/asound/card0/wavert

await()	# STREAM REGEX: waits until the line of /proc matches, at most 3 s
{
	tries=300
	until grep -qE "^$1: .*$2" $proc 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { cat $proc; return 1; }
		sleep 0.01
	done
}

all_free()
{
	! grep '^[pc].*: ' $proc | grep -v 'owner nobody, state free, observers 0'
}

start()	# STREAM COMMAND...: starts it in the background, waits until the stream runs; pid in $pid
{
	stream=$1
	shift
	"$@" >/tmp/out 2>&1 &
	pid=$!
	await "$stream" 'state run'
}

status_of()	# PID: waits at most 5 s for its end; exit code in $status
{
	(sleep 5; kill -KILL "$1") 2>/dev/null &
	guard=$!
	wait "$1" 2>/dev/null
	status=$?
	kill $guard 2>/dev/null
	wait $guard 2>/dev/null
	[ $status != 137 ]
}

le()	# NUMBER BYTES: little endian, as octal escapes for printf
{
	value=$1
	left=$2
	while [ "$left" -gt 0 ]; do
		printf '\\%03o' $((value & 255))
		value=$((value >> 8))
		left=$((left - 1))
	done
}

# shellcheck disable=SC2059 # escapes
wav()	# FILE RATE CHANNELS SECONDS [MISSING-BYTES]: silence, 16 bit
{
	frame=$(($3 * 2))
	data=$(($2 * frame * $4))
	{
		printf "RIFF$(le $((data + 36)) 4)WAVEfmt $(le 16 4)$(le 1 2)$(le "$3" 2)"
		printf "$(le "$2" 4)$(le $(($2 * frame)) 4)$(le $frame 2)$(le 16 2)"
		printf "data$(le $data 4)"
		head -c $((data - ${5-0})) /dev/zero
	} >"$1"
}
