# SPDX-License-Identifier: GPL-2.0-only
# sndiod on our card; sourced by guest.sh. It has the PCM open only while a client is
# connected: the pin is checked while the daemon runs.
#
# sndiod opens only hw:NAME. For the plugin it gets a configuration of ALSA in
# which hw is of type wavert.
# shellcheck shell=dash disable=SC2015,SC2034,SC2086,SC2154 # guest.sh's

sndiod_pid=
sndio_raw="-h raw -e s16le -r $rate -c 0:1"

cat >/tmp/hw-is-wavert.conf <<'END'
</usr/share/alsa/alsa.conf>
pcm.!hw {
	@args [ CARD ]
	@args.CARD {
		type string
	}
	type wavert
	card $CARD
}
END
# It changes to this user when root starts it.
echo sndiod:x:999:29::/:/bin/false >>/etc/passwd
chgrp audio /dev/snd/*
chmod 660 /dev/snd/*

start_sndiod()	# MODE
{
	local tries=500 config=/usr/share/alsa/alsa.conf
	[ "$PCM" = hw:0,0 ] || config=/tmp/hw-is-wavert.conf
	rm -rf /tmp/sndio
	ALSA_CONFIG_PATH=$config SNDIO_DEBUG=2 sndiod -dd -r $rate -e s16 -m "$1" -f rsnd/0 -s default \
		>/tmp/sndiod.log 2>&1 </dev/null &
	sndiod_pid=$!
	until [ -S /tmp/sndio/sock0 ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 $sndiod_pid || { cat /tmp/sndiod.log; return 1; }
		sleep 0.02
	done
}

# aucat records until a signal ends it.
aucat_record()
{
	timeout -s INT 5 aucat $sndio_raw -o /tmp/recorded.raw -f snd/0
}

aucat_both()
{
	rm -f /tmp/recorded.raw
	timeout -s INT 5 aucat $sndio_raw -i /tmp/padded.raw -o /tmp/recorded.raw -f snd/0 &&
		signal find /tmp/recorded.raw $frames && free
}

# sndiod's library reports each xrun at the level at which it prints the
# format.
stop_sndiod()
{
	local code
	kill -TERM $sndiod_pid
	wait $sndiod_pid
	code=$?
	cat /tmp/sndiod.log
	[ $code = 0 ] && grep -q 'fmt = ' /tmp/sndiod.log && ! grep -q 'wsil = ' /tmp/sndiod.log && free
}

sndiod_()
{
	check "sndiod -m play on $PCM starts" start_sndiod play
	check "aucat, sndiod on $PCM: played to the last frame, and the pin is free" \
		plays aucat $sndio_raw -i /tmp/signal.raw -f snd/0
	check "sndiod on $PCM ends without an xrun" stop_sndiod
	check "sndiod -m rec on $PCM starts" start_sndiod rec
	check "aucat, sndiod on $PCM: recorded from the first frame" records aucat_record
	check "sndiod on $PCM ends without an xrun" stop_sndiod
	if [ "$PCM" = hw:0,0 ]; then
		check "sndiod -m play,rec on $PCM starts" start_sndiod play,rec
		check "aucat, sndiod on $PCM: played and recorded at once" aucat_both
		check "sndiod on $PCM ends without an xrun" stop_sndiod
	else
		skip "aucat, sndiod on $PCM: played and recorded at once" \
			"sndiod links both directions, and alsa-lib links none of its plugins"
	fi
}

on_both sndiod_
