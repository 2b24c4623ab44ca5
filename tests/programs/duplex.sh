# SPDX-License-Identifier: GPL-2.0-only
# Programs that play and record at once with short buffers, on QEMU's HD Audio and AC'97: with the
# in-tree driver, then with ours, in one guest; sourced by guest.sh. Ours must be at least as good.
#
# Each program runs for the same virtual time (--icount): a busy host changes no number. Two boots
# may differ by a few xruns, and two drivers have other interrupt times: that is the margin.
# shellcheck shell=dash disable=SC2015,SC2034,SC2086,SC2154 # guest.sh's

export JACK_NO_AUDIO_RESERVATION=1 XDG_RUNTIME_DIR=/tmp/pipewire
seconds=4
pid=

give()	# ADDRESS DRIVER: the device; its card in PCM
{
	local place=/sys/bus/pci/devices/$1 tries=100 card
	[ ! -e "$place/driver" ] || echo "$1" >"$place/driver/unbind" || return
	echo "$2" >"$place/driver_override" && echo "$1" >/sys/bus/pci/drivers_probe || return
	# snd-hda-intel creates its card in the background
	until card=$(basename "$place"/sound/card*) && [ -e "/proc/asound/$card/pcm0c" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return
		sleep 0.1
	done
	PCM=hw:${card#card}
}

# jackd never leaves its read while every wait ends in an xrun, and so ignores signals.
end()	# LOG
{
	local tries=50
	kill -INT $pid
	while kill -0 $pid 2>/dev/null && ! grep -q '^State:.*Z' /proc/$pid/status; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { kill -KILL $pid && echo "it does not end on SIGINT" >>$1; break; }
		sleep 0.1
	done
	wait $pid
}

# ---- the programs: each prints how many of its xruns, or missing periods, there were ------------

# What cannot run at all has missed every period.
all_periods()	# FRAMES
{
	echo $((seconds * rate / $1))
}

# Periods that a client is not given. It is not given any before it is active.
jack_misses()	# FRAMES
{
	local possible given
	jackd --no-realtime -d alsa --device $PCM --rate $rate --period $1 --nperiods 3 \
		--inchannels 2 --outchannels 2 >/tmp/jackd.log 2>&1 </dev/null &
	pid=$!
	timeout 15 jack_wait -w -t 10 >/dev/null 2>&1
	timeout 20 jack_client $seconds >/tmp/client.log 2>&1
	end /tmp/client.log
	given=$(sed -n 's/ frames played.*//p' /tmp/client.log)
	possible=$(all_periods $1)
	given=$((${given:-0} / $1))
	echo $((given < possible ? possible - given : 0))
}

# A node logs the number of its xruns with some of them, and the last.
pipewire_xruns()	# FRAMES
{
	local tries=100
	mkdir -p $XDG_RUNTIME_DIR
	sed "s/PCM@/$PCM/; s/\(quantum = \|period-size = \)1024/\1$1/" pipewire.conf >/tmp/pipewire.conf
	PIPEWIRE_DEBUG=W,pw.node:I pipewire -c /tmp/pipewire.conf >/tmp/client.log 2>&1 </dev/null &
	pid=$!
	until pw-link -io 2>/dev/null | grep -q '^source:capture_FL'; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || break
		sleep 0.1
	done
	pw-link source:capture_FL sink:playback_FL && pw-link source:capture_FR sink:playback_FR &&
		sleep $seconds && kill -0 $pid || { all_periods $1; end /tmp/client.log; return; }
	end /tmp/client.log
	grep -q 'pw.node .*(source-.*suspended -> running' /tmp/client.log || { all_periods $1; return; }
	sed -n 's/.*pw\.node .*(\([a-z]*\)-[0-9]*) XRun! .*count:\([0-9]*\) .*/\1 \2/p' /tmp/client.log |
		awk '{ last[$1] = $2 } END { print last["sink"] + last["source"] }'
}

portaudio_faults()	# FRAMES: of its own choice
{
	local faults
	timeout 30 pa_client callback duplex $PCM $((seconds * rate)) /tmp/recorded.raw >/tmp/client.log 2>&1
	faults=$(sed -n 's/.* frames, \([0-9]*\) underflows and overflows$/\1/p' /tmp/client.log)
	echo ${faults:-$(all_periods $1)}
}

# It exits when it cannot start again after an xrun.
alsaloop_xruns()	# FRAMES: of its own choice
{
	alsaloop -v -n -S none -C $PCM -P $PCM -f S16_LE -c 2 -r $rate >/tmp/client.log 2>&1 &
	pid=$!
	sleep $seconds
	kill -0 $pid && ! grep -q '^State:.*Z' /proc/$pid/status || { wait $pid; all_periods $1; return; }
	end /tmp/client.log
	grep -cE '^(under|over)run for ' /tmp/client.log
}

# ---- both drivers ---------------------------------------------------------------------------

# One row for each program: its name, its shortest period or that of its choice.
rows='jack_misses 64
jack_misses 128
jack_misses 256
pipewire_xruns 64
portaudio_faults 512
alsaloop_xruns 240'

measure()	# FILE
{
	echo "$rows" | while read -r program frames; do
		echo "$program $frames $($program $frames 2>/tmp/errors)"
		cp /tmp/client.log /out/$1.$program.$frames.log
	done >/tmp/$1
	[ "$(wc -l </tmp/$1)" = "$(echo "$rows" | wc -l)" ]
}

# The margin: 5, and one in fifty.
as_good()	# THEIRS OURS
{
	echo "in-tree $1, ours $2"
	[ $2 -le $(($1 + $1 / 50 + 5)) ]
}

ends()
{
	! grep 'does not end' /out/ours.*.log
}

compare()	# NAME ADDRESS IN-TREE OURS
{
	local program frames theirs ours
	check "$1: the in-tree driver takes it" give $2 $3
	check "$1: every program runs with it" measure theirs
	check "$1: our driver takes it" give $2 $4
	check "$1: every program runs with it" measure ours
	check "$1: and every daemon ends on SIGINT" ends
	paste -d' ' /tmp/theirs /tmp/ours >/tmp/both
	while read -r program frames theirs _ _ ours; do
		check "$1: ${program%_*}, $frames frames: no more ${program#*_} than with the in-tree driver" \
			as_good $theirs $ours
	done </tmp/both
}

compare "HD Audio" 0000:00:10.0 snd_hda_intel snd-wavert-hda
compare "AC'97" 0000:00:12.0 snd_intel8x0 snd-wavert-ich
