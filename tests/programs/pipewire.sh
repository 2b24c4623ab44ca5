# SPDX-License-Identifier: GPL-2.0-only
# PipeWire on our card; sourced by guest.sh. A daemon with a node for playing and one for
# recording (pipewire.conf), pw-cat on them, pw-link instead of a session manager.
# shellcheck shell=dash disable=SC2015,SC2034,SC2086,SC2154 # guest.sh's

export XDG_RUNTIME_DIR=/tmp/pipewire
ports='adapter.auto-port-config = { mode = dsp position = preserve }'

start_daemon()
{
	local tries=500
	mkdir -p $XDG_RUNTIME_DIR
	sed "s/PCM@/$PCM/" pipewire.conf >/tmp/pipewire.conf
	PIPEWIRE_DEBUG=W,pw.node:I pipewire -c /tmp/pipewire.conf >/tmp/pipewire.log 2>&1 </dev/null &
	daemon=$!
	until pw-link -io 2>/dev/null | grep -q '^source:capture_FL'; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 $daemon || { cat /tmp/pipewire.log; return 1; }
		sleep 0.02
	done
	pw-link -io
}

stop_daemon()
{
	local code
	kill -TERM $daemon
	wait $daemon
	code=$?
	daemon=
	cat /tmp/pipewire.log
	[ $code = 0 ] && free
}

# Links both channels as soon as pw-cat shows its ports.
link_ports()	# FROM TO
{
	local tries=500
	until pw-link "$1_FL" "$2_FL" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { pw-link -io; return 1; }
		sleep 0.02
	done
	pw-link "$1_FR" "$2_FR"
}

# There is silence before the signal, since the two channels are linked one after the other,
# and after it, since pw-cat does not play the last part of a quantum.
pw_play()
{
	pw-cat -p -P "{ node.name = player $ports }" /tmp/padded.wav &
	link_ports player:output sink:playback && wait $!
}

# Both nodes at once: the daemon has also opened the other end of the loopback.
pw_both()
{
	local recorder code
	pw-cat -r -P "{ node.name = recorder $ports }" --format s16 --rate $rate --channels 2 \
		/tmp/recorded.wav &
	recorder=$!
	link_ports source:capture recorder:input && pw_play
	code=$?
	sleep 0.5
	kill -TERM $recorder
	wait $recorder	# its exit code has no meaning: 1 if there was nothing to drain
	[ $code = 0 ] || { echo "exit code $code"; return 1; }
	tail -c +45 /tmp/recorded.wav >/tmp/recorded.raw
	signal find /tmp/recorded.raw $frames
}

# A node logs xruns at level I; its changes of state show that this level is logged.
no_xrun()
{
	grep -q '^\[I\].*pw.node .*state' /tmp/pipewire.log || { cat /tmp/pipewire.log; return 1; }
	! grep 'XRun!' /tmp/pipewire.log
}

pipewire_()
{
	check "pipewire with nodes on $PCM starts" start_daemon
	check "pw-cat -p on $PCM: the signal is played whole" plays pw_play
	check "pw-cat -p and pw-cat -r at once on $PCM: played and recorded whole" pw_both
	check "pipewire has counted no xrun" no_xrun
	check "pipewire ends and gives the card back" stop_daemon
}

[ $1 = observed ] || on_both pipewire_
