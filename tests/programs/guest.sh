#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Unmodified programs on our card and on the ALSA plugin, in a guest with snd-wavert-sim
# (card 0, loopback). Started by run.sh with the part to run. Prints TAP.
#
# arecord records the output of a program at the other end of the loopback, and aplay plays the
# input of a program; both on hw:, so that only the program is tested.
# shellcheck shell=dash disable=SC1091,SC2086,SC2317 # sourced parts, words, functions called through check
set -u

count=0
failed=0
rate=48000
frames=60007	# 1.25 s, not a multiple of a period
daemon=
page=/proc/asound/card0/wavert
noise='ALSA lib\|JackShm\|Fontconfig'

check()	# NAME COMMAND...
{
	local name=$1
	shift
	count=$((count + 1))
	if "$@" >/tmp/said 2>&1; then
		echo "ok $count - $name"
		grep -v "$noise" /tmp/said | tail -n 4 | cut -c 1-200 | sed 's/^/#   /'
	else
		echo "not ok $count - $name"
		echo "# $*"
		grep -v "$noise" /tmp/said | tail -n 60 | sed 's/^/#   /'
		failed=1
	fi
}

skip()	# NAME REASON
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# ---- the loopback -------------------------------------------------------------------

await()	# STREAM REGEX: waits until the line of /proc matches, at most 20 s
{
	local tries=2000
	until grep -qE "^$1: .*$2" $page 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { echo "no $2:"; cat $page; return 1; }
		sleep 0.01
	done
}

# Waits until every pin is free, at most 5 s; for a daemon only after its end.
free()
{
	local tries=500
	[ -z "$daemon" ] || return 0
	while grep -E '^(playback|capture) ' $page | grep -qv 'owner nobody, state free'; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { cat $page; return 1; }
		sleep 0.01
	done
}

# A program plays the signal, and all of it arrives.
plays()	# COMMAND...
{
	local recorder code=0
	arecord -q -D hw:0,0 -t raw -f S16_LE -r $rate -c 2 --buffer-size=48000 /tmp/heard.raw &
	recorder=$!
	await 'capture 0' 'state run' || return
	"$@" </dev/null || { code=$?; echo "exit code $code"; }
	sleep 0.5
	kill -INT $recorder
	wait $recorder
	signal find /tmp/heard.raw $frames && [ $code = 0 ] && free
}

# A program records to /tmp/recorded.raw while the signal is played, and ends.
records()	# COMMAND...
{
	local pid code
	rm -f /tmp/recorded.raw
	"$@" </dev/null &
	pid=$!
	await 'capture 0' 'state run' && sleep 0.3 &&
		aplay -q -D hw:0,0 -t raw -f S16_LE -r $rate -c 2 --buffer-size=48000 /tmp/signal.raw
	wait $pid
	code=$?
	[ $code = 0 ] || echo "exit code $code"
	signal find /tmp/recorded.raw $frames && [ $code = 0 ] && free
}

# Runs each part for both.
on_both()	# FUNCTION
{
	PCM=hw:0,0
	"$1"
	PCM=wavert:CARD=WaveRT
	"$1"
}

raw="-t raw -f S16_LE -r $rate -c 2"

# ---- alsa-utils ----------------------------------------------------------------------

alsa_utils()
{
	check "aplay -D $PCM: played to the last frame" plays aplay -q -D $PCM $raw /tmp/signal.raw
	check "arecord -D $PCM: recorded from the first frame" \
		records arecord -q -D $PCM $raw -d 4 /tmp/recorded.raw
	check "speaker-test -D $PCM: a round of sine on two channels" \
		speaker-test -D $PCM -c 2 -r $rate -F S16_LE -l 1 -t sine
	check "and every pin is free" free
}

# ---- sox -------------------------------------------------------------------------------

sox_raw="-t raw -e signed -b 16 -r $rate -c 2"

sox_()
{
	check "sox -t alsa $PCM: played to the last frame" \
		plays sox -q -D $sox_raw /tmp/signal.raw -t alsa $PCM
	check "sox -t alsa $PCM: recorded from the first frame" \
		records sox -q -D -t alsa -e signed -b 16 -r $rate -c 2 $PCM $sox_raw /tmp/recorded.raw trim 0 4
}

# ---- ffmpeg ------------------------------------------------------------------------------

quiet="-hide_banner -nostdin -loglevel warning"

ffmpeg_()
{
	check "ffmpeg -f alsa $PCM: played to the last frame" \
		plays ffmpeg $quiet -f s16le -ar $rate -ac 2 -i /tmp/signal.raw -f alsa $PCM
	check "ffmpeg -f alsa -i $PCM: recorded from the first frame" \
		records ffmpeg $quiet -f alsa -ar $rate -ac 2 -i $PCM -t 4 -f s16le /tmp/recorded.raw
}

# ---- GStreamer -----------------------------------------------------------------------------

export GST_REGISTRY_FORK=no
caps="audio/x-raw,format=S16LE,rate=$rate,channels=2,layout=interleaved"

# alsasink leaves out the first frame, also on snd-aloop: so there is silence before the
# signal.
gstreamer()
{
	check "gst-launch-1.0 alsasink device=$PCM: the signal is played whole" \
		plays gst-launch-1.0 -q filesrc location=/tmp/padded.raw ! rawaudioparse format=pcm \
		pcm-format=s16le sample-rate=$rate num-channels=2 ! alsasink device=$PCM
	check "gst-launch-1.0 alsasrc device=$PCM: recorded from the first frame" \
		records gst-launch-1.0 -q alsasrc device=$PCM num-buffers=400 ! "$caps" ! \
		filesink location=/tmp/recorded.raw
}

# ---- mpv ------------------------------------------------------------------------------------

mpv="mpv --no-config --no-video --no-input-terminal --audio-format=s16 --msg-level=all=warn"

mpv_()
{
	check "mpv --ao=alsa --audio-device=alsa/$PCM: played to the last frame" \
		plays $mpv --ao=alsa --audio-device="alsa/$PCM" /tmp/signal.wav
	check "mpv av://alsa:$PCM: recorded from the first frame" \
		records timeout 30 $mpv --ao=pcm --ao-pcm-waveheader=no --ao-pcm-file=/tmp/recorded.raw \
		--length=4 "av://alsa:$PCM"
}

# ---- all -------------------------------------------------------------------------------------

signal make $frames >/tmp/signal.raw
signal make $frames $((rate / 2)) >/tmp/padded.raw
signal wav $frames >/tmp/signal.wav
signal wav $frames $((rate / 2)) >/tmp/padded.wav
case $1 in
alsa-utils) on_both alsa_utils ;;
sox) on_both sox_ ;;
ffmpeg) on_both ffmpeg_ ;;
gstreamer) on_both gstreamer ;;
mpv) on_both mpv_ ;;
portaudio | jack | jack-hw | observed | duplex | pipewire | mpd | pulseaudio | sndiod | wine)
	# shellcheck source=/dev/null # the requested part
	. "./${1%-hw}.sh"
	;;
esac
cp /tmp/*.log /out 2>/dev/null	# of daemons, for --keep
echo "1..$count"
exit $failed
