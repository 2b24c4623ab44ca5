# SPDX-License-Identifier: GPL-2.0-only
# PulseAudio on our card; sourced by guest.sh. A daemon with a sink, and a source once the
# other end of the loopback is free for it; with interrupts and with timers (tsched).
# shellcheck shell=dash disable=SC2015,SC2034,SC2086,SC2154 # guest.sh's

export PULSE_RUNTIME_PATH=/tmp/pulse PULSE_STATE_PATH=/tmp/pulse HOME=/tmp/pulse
export PULSE_SERVER=unix:/tmp/pulse/native
pulse_pid=
pulse_format="rate=$rate format=s16le channels=2"
pulse_raw="--raw --format=s16le --rate=$rate --channels=2"

start_pulse()
{
	local tries=500
	rm -rf /tmp/pulse
	mkdir /tmp/pulse
	chmod 700 /tmp/pulse
	pulseaudio -n --daemonize=no --exit-idle-time=-1 --disable-shm \
		--log-level=debug --log-target=stderr \
		-L "module-native-protocol-unix socket=/tmp/pulse/native auth-anonymous=1" \
		-L "module-alsa-sink device=$PCM sink_name=sink tsched=$tsched $pulse_format" \
		-L "module-suspend-on-idle timeout=1" >/tmp/pulse.log 2>&1 </dev/null &
	pulse_pid=$!
	until pactl info >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 $pulse_pid || { cat /tmp/pulse.log; return 1; }
		sleep 0.02
	done
	pactl list short sinks
	[ $tsched = 0 ] || grep 'enabled timer-based scheduling' /tmp/pulse.log ||
		{ cat /tmp/pulse.log; return 1; }
}

# One device for both directions: the source is loaded for the records and unloaded after.
pulse_record()
{
	local module
	module=$(pactl load-module module-alsa-source device="$PCM" source_name=source \
		tsched=$tsched $pulse_format) || return
	timeout -s INT 5 parec $pulse_raw --device=source >/tmp/recorded.raw
	pactl unload-module "$module"
}

# PulseAudio logs xruns at level debug; its other lines show that this level is logged.
no_xrun()
{
	grep -c '^D: ' /tmp/pulse.log && ! grep -i 'underrun!\|overrun!' /tmp/pulse.log
}

stop_pulse()
{
	local code
	kill -TERM $pulse_pid
	wait $pulse_pid
	code=$?
	[ $code = 0 ] || { echo "exit code $code"; tail -n 20 /tmp/pulse.log; return 1; }
	free
}

pulseaudio_()
{
	local what
	for tsched in 0 1; do
		what="tsched=$tsched, $PCM"
		if [ $tsched = 1 ] && [ "$PCM" != hw:0,0 ]; then
			skip "pulseaudio, $what" "PulseAudio uses timers on hw: only"
			continue
		fi
		check "pulseaudio, $what: starts" start_pulse
		check "pacat, $what: played to the last frame, and the pin is free" \
			plays pacat --playback $pulse_raw --device=sink /tmp/signal.raw
		check "parec, $what: recorded from the first frame" records pulse_record
		check "pulseaudio, $what: no xrun" no_xrun
		check "pulseaudio, $what: ends" stop_pulse
	done
}

on_both pulseaudio_
