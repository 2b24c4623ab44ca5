# SPDX-License-Identifier: GPL-2.0-only
# PortAudio on our card; sourced by guest.sh. First with a client of its library (pa_client.c),
# then, if its source is available, its own test of loopbacks, paqa.
#
# The guest has a processor of twice the speed (--shift 2). At each wake-up PortAudio
# takes all available frames, also those after the end of the period. If there are fewer of them
# at the next one, it is not woken, and so loses a period: with the two periods that it prefers
# that is an xrun. That happens on every card whose position is exact to the frame, as soon as
# the time from interrupt to reading varies across a frame's boundary. It does so with a
# processor of 125 MIPS on the simulator, and of 62 MIPS on snd-dummy as on the simulator;
# with 250 MIPS on neither.
# shellcheck shell=dash disable=SC2015,SC2086,SC2154 # guest.sh's

# ---- a client -------------------------------------------------------------------------

client()
{
	local way
	for way in blocking callback; do
		check "PortAudio, $way, $PCM: played to the last frame" \
			plays pa_client $way play "$PCM" $frames
		check "PortAudio, $way, $PCM: recorded from the first frame" \
			records pa_client $way record "$PCM" $((rate * 4)) /tmp/recorded.raw
		check "PortAudio, $way, $PCM: played and recorded at once" \
			pa_client $way duplex "$PCM" $frames /tmp/recorded.raw
		check "and what was recorded is what was played" signal find /tmp/recorded.raw $frames
	done
}

# ---- paqa -----------------------------------------------------------------------------

# It plays sines over the loopback: with two streams and with one, then with each of five
# sample formats, clipping and dither on and off.
#
# Only one of ten sizes of a callback's buffer is tested (-s): they differ in what PortAudio
# does between callback and card. Periods of 96 frames, its own choice, are in the tests of
# formats.
sizes="-r$rate -s512"
tests=22

# The number of the PCM in PortAudio; it lists its devices before the error about number 999.
number()
{
	local name
	case $PCM in
	hw:*) name="($PCM)" ;;
	*) name=${PCM%%:*} ;;
	esac
	paqa -i999 -o999 2>/dev/null | sed -n "s/^#\([0-9]*\):.* $name, on ALSA\$/\1/p"
}

# Prints VERDICT NAME for each test begun. From 16 to 8 bits with dither PortAudio 19.6 does
# nothing (Int16_To_Int8_Dither() is empty): with paInt8 only silence is recorded then.
judge()	# stdin: the output of paqa
{
	awk -F'|' '
		function verdict(good,	known) {
			known = !good && format == "paInt8" && flags ~ /0x0[01]/ && /No or low signal/
			print good ? "ok" : known ? "skip" : "bad", what
			what = ""
		}
		/Mode = / { mode = /Two/ ? "two streams" : "one stream" }
		/^Sample format/ { split($0, word, /[=,] */); format = word[3]; flags = word[5] }
		/^\| *[0-9]+ *\|/ {
			if (what != "")
				verdict(0)
			what = format == "" ? mode ", " $3 + 0 " frames" : format ", flags " flags
		}
		what != "" && /#errs = / { verdict(/\| OK - #errs/) }
		END {
			if (what != "")
				verdict(0)
		}
	'
}

run_paqa()
{
	local device
	: >/tmp/verdicts
	device=$(number)
	[ -n "$device" ] || { echo "PortAudio does not list $PCM"; return 1; }
	timeout 300 paqa $sizes "-i$device" "-o$device" 2>/tmp/paqa.err | tr -d '\000' >/tmp/paqa
	judge </tmp/paqa >/tmp/verdicts
	tail -n 1 /tmp/paqa
	[ "$(wc -l </tmp/verdicts)" = $tests ] && grep -q '^PortAudio QA' /tmp/paqa ||
		{ cat /tmp/paqa; return 1; }
}

bad()
{
	sed -n '/^=* Analysing/,$p' /tmp/paqa | grep -v '^|-\|OK - #errs\|^$'
	return 1
}

loopback()
{
	local verdict what
	check "PortAudio's own test finds the loopback of $PCM and makes all $tests tests" run_paqa
	while read -r verdict what; do
		what="PortAudio's own test, $PCM: the sines come back whole, $what"
		case $verdict in
		ok) check "$what" true ;;
		skip) skip "$what" "PortAudio cannot dither 16 bits to 8" ;;
		bad) check "$what" bad ;;
		esac
	done </tmp/verdicts
}

on_both client
[ ! -e paqa ] || on_both loopback
