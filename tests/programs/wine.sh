# SPDX-License-Identifier: GPL-2.0-only
# A Windows program (wasapi.c) in Wine, whose winealsa plays on our card; sourced by guest.sh.
# It uses the default endpoint, which is PCM "default": our card by a configuration of ALSA.
# shellcheck shell=dash disable=SC2015,SC2034,SC2086,SC2154 # guest.sh's

export WINEPREFIX=/tmp/prefix WINEDEBUG=-all LC_ALL=C
export WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=d"

wasapi()
{
	ALSA_CONFIG_PATH=/tmp/default.conf wine wasapi.exe "$@"
}

start_wine()
{
	cp -r prefix $WINEPREFIX && mkdir -p $WINEPREFIX/dosdevices || return
	ln -s ../drive_c $WINEPREFIX/dosdevices/c:
	ln -s / $WINEPREFIX/dosdevices/z:
	wineserver --persistent && wine wineboot.exe --init
}

default_is()	# TYPE: of the PCM
{
	printf '%s\n' '</usr/share/alsa/alsa.conf>' 'pcm.!default {' "type $1" 'card 0' 'device 0' '}' \
		>/tmp/default.conf
}

winealsa()
{
	local mode
	default_is ${PCM%%:*}
	for mode in shared exclusive; do
		check "Wine, WASAPI $mode, $PCM: played to the last frame" plays wasapi $mode play $frames
		check "Wine, WASAPI $mode, $PCM: recorded from the first frame" \
			records wasapi $mode record $((rate * 4)) 'Z:\tmp\recorded.raw'
	done
}

check "Wine starts" start_wine
on_both winealsa
check "Wine ends" wineserver --kill
