# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # sourced by run.sh: out, work, top, scenarios, built
# Tests of wavert-trace: the program for Windows under Wine, without a device and on the driver
# below the stand-in port driver; the program for Linux in guests, on simulator and HD Audio.
# Their traces in real time are compared with those of the step clock.

exe=wavert-trace.exe

# Exit code and text of a command that has to fail: one line with this beginning and end.
told()	# CODE-THAT-IS CODE-WANTED FILE BEGINNING END
{
	[ "$1" = "$2" ] && [ "$(grep -c "^$4.*$5\$" "$3")" = 1 ]
}

# Lines of Wine on stderr are removed.
on_windows()	# ARG...: stores its output in $work/said, its exit code in $code
{
	windows 120 "$out/userspace/$exe" "$@" >"$work/said"
	code=$?
	tr -d '\r' <"$work/err" >>"$work/said"
}

# Scenario, number, call and status; neither time nor results, which differ from those of a step
# clock.
statuses()	# TRACE
{
	sed -n 's/"\(step\|time\)":[0-9]*,//; s/\("status":"[A-Z_]*"\).*/\1/p' "$1"
}

# The statuses are equal except for calls that the second lacks; enough calls are compared.
same_statuses()	# TRACE TRACE CALLS
{
	statuses "$1" >"$work/first"
	statuses "$2" >"$work/second"
	paste -d '|' "$work/first" "$work/second" |
		awk -F'|' -v least="$3" '
			$2 ~ /"LACKS"$/ { next }
			$1 == $2 { same++; next }
			{ print; bad = 1 }
			END { if (same < least) { print same + 0 " calls are the same"; bad = 1 }; exit bad }'
}

# All files of scenarios/ except those with packets, which have to be served in time.
timeless()	# TRACE: its calls of those
{
	local names
	names=$(sed -n 's/^scenario //p' "$scenarios"/{buffer,events,open,states}.scn)
	# shellcheck disable=SC2086 # a list of names
	grep -F "$(printf '{"scenario":"%s",\n' $names)" "$1"
}

# wavert-trace creates the pin in `format`, scenario.exe in `open`: these calls have the statuses that
# the creation of a pin has, those of scenario.exe another.
pin_by_format()
{
	sed '/"two-streams-one-pin","n":3,/s/"INSUFFICIENT_RESOURCES"/"SUCCESS"/
		/"two-streams-one-pin","n":4,/s/"NOT_OPEN"/"INSUFFICIENT_RESOURCES"/
		/"format-not-of-windows","n":2,/s/"INVALID_PARAMETER"/"OTHER","ntstatus":3221226098/'
}

every_option_in_man()
{
	local option
	on_windows --help
	"$out/userspace/wavert-trace" --help >>"$work/said"
	grep -oE '^ +(-., )?--[a-z-]+' "$work/said" | grep -oE -- '-[a-zA-Z]\>|--[a-z-]+' | sort -u \
		>"$work/options"
	[ "$(wc -l <"$work/options")" -ge 13 ] || return
	sed 's/\\-/-/g; s/\\f.//g' "$top/userspace/man/wavert-trace.1" >"$work/page"
	while read -r option; do
		grep -qE -- "(^|[^a-zA-Z-])$option([^a-zA-Z-]|\$)" "$work/page" ||
			{ echo "$option" >"$work/said" && return 1; }
	done <"$work/options"
}

# On the host, without a device: errors are reported before a device is searched.
mistakes()
{
	local text said bad=0
	while IFS='|' read -r text said; do
		printf %b "$text" >"$work/wrong.scn"
		"$out/userspace/wavert-trace" -D none "$work/wrong.scn" >"$work/one" 2>&1
		if [ $? != 2 ] || ! grep -q "wrong\.scn:$said\$" "$work/one"; then
			echo "$text"
			cat "$work/one"
			bad=1
		fi
	done >"$work/said" <<-'END'
		scenario x\nopn a render\n|2: opn: no such call
		scenario x\n\nopen a\n|3: the end of the line: a word is missing
		scenario x\nopen a render 0 0\n|2: 0: is one word more than expected
		scenario x\nscenario y\nscenario x\n|3: x: is the name of a scenario already
		scenario\n|1: the end of the line: one name is expected
		scenario x"y\n|1: x"y: is not of at most 64 letters, digits, _.-+:
		scenario x\nfill a 1 2 3 4 5 6 7 8\n|2: the end of the line: the line has too many words
	END
	return $bad
}

trace_on_nothing()
{
	on_windows --help
	[ $code = 0 ] && grep -q '^usage: wavert-trace ' "$work/said" &&
		grep -q 'never been run on Windows' "$work/said"
	tell $? "$exe starts and states that it has never been run on Windows" "$work/said"
	on_windows --list
	told $code 1 "$work/said" 'wavert-trace: there is no audio filter' ''
	tell $? "without a device --list prints one line and fails" "$work/said"
	on_windows "Z:$scenarios/open.scn"
	told $code 1 "$work/said" 'wavert-trace: there is no WaveRT device' 'shows what there is'
	tell $? "without a device no scenario runs" "$work/said"
	on_windows "Z:$scenarios/*.scn"
	told $code 1 "$work/said" 'wavert-trace: there is no WaveRT device' 'shows what there is'
	tell $? "it expands * in file names, which cmd.exe does not" "$work/said"
	on_windows -D 1,0 "Z:$scenarios/open.scn"
	told $code 1 "$work/said" 'wavert-trace: there is no device 1; ' 'shows what there is'
	tell $? "both of two devices have to exist" "$work/said"
	on_windows -n 3 "Z:$scenarios/open.scn"
	told $code 2 "$work/said" 'wavert-trace: unknown option -n' 'what is expected)'
	tell $? "in real time there is only one run" "$work/said"
	printf 'scenario x\nopen a render\n\nopn b capture\n' >"$work/wrong.scn"
	on_windows --stand-in "Z:$work/wrong.scn"
	told $code 2 "$work/said" 'Z:.*:4: opn' ': no such call'
	tell $? "an error in a scenario is reported with line and word" "$work/said"
}

trace_on_stand_in()
{
	install_driver "$out"
	on_windows --stand-in --list
	[ $code = 0 ] && [ "$(grep -c '^  pin [01]: render, 0 of 1 in use$' "$work/said")" = 2 ] &&
		[ "$(grep -c '^  pin [23]: capture, 0 of 1 in use$' "$work/said")" = 2 ] &&
		[ "$(grep -cE '^    8 channels, (8..8|16..16|32..32) bits, 8000..192000 Hz$' "$work/said")" = 12 ] &&
		[ "$(grep -c '^    8 channels, 32..32 bits, 8000..192000 Hz, float$' "$work/said")" = 4 ]
	tell $? "pins are found by KSPROPSETID_Pin" "$work/said"
	on_windows --stand-in -o "Z:$work/wine.trace" "Z:$scenarios/buffer.scn" \
		"Z:$scenarios/events.scn" "Z:$scenarios/open.scn" "Z:$scenarios/states.scn"
	[ $code = 0 ] && tr -d '\r' <"$work/wine.trace" >"$out/results/wine-wall.trace"
	tell $? "$exe runs scenarios in real time on the driver below the stand-in" "$work/said" || return
	sed -n 1p "$out/results/wine-wall.trace" >"$work/said"
	grep '"side":"nt","system":"wine","clock":"wall"' "$work/said" |
		grep -q 'under Wine [0-9.]*, stand-in port driver, not Windows'
	tell $? "its trace names its environment" "$work/said"
	timeless "$out/results/nt.trace" | pin_by_format >"$work/nt.timeless"
	same_statuses "$work/nt.timeless" "$out/results/wine-wall.trace" 350 >"$work/said"
	tell $? "each call that is not lacking returns the same as with the step clock" "$work/said"
}

# The mode for Windows itself: device interfaces by SetupAPI, pins by KsCreatePin().
trace_on_interfaces()
{
	local own=wavert-trace-wine.exe
	make -s --no-print-directory "O=$out" "$out/$own" \
		"OBJECTS=$(find "$out/userspace/windows" -name '*.o' | sort | xargs)" >"$work/log" 2>&1
	tell $? "$exe links with what Wine lacks" "$work/log" || return
	exe=../$own
	on_windows --list
	[ $code = 0 ] && [ "$(grep -c '^device 0: .*, WaveRT$' "$work/said")" = 1 ] &&
		[ "$(grep -c '^device' "$work/said")" = 1 ] && [ "$(grep -c '^  pin ' "$work/said")" = 4 ]
	tell $? "one device with four categories is found by its interfaces" "$work/said"
	on_windows -o "Z:$work/own.trace" "Z:$scenarios/buffer.scn" "Z:$scenarios/events.scn" \
		"Z:$scenarios/open.scn" "Z:$scenarios/states.scn"
	exe=wavert-trace.exe
	[ $code = 0 ] && tr -d '\r' <"$work/own.trace" >"$out/results/wine-own.trace"
	tell $? "its mode for Windows runs scenarios on that device" "$work/said" || return
	same_statuses "$work/nt.timeless" "$out/results/wine-own.trace" 250 >"$work/said"
	tell $? "in that mode each call returns the same as with the step clock" "$work/said"
}

in_guest()	# DEVICE MODULE RESULT RUN-OPTION... -- ARG...
{
	local device=$1 module=$2 result=$3 options=()
	shift 3
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	rm -rf "$work/out"
	"$top/tests/guest/run" --timeout 200 --no-insmod "${options[@]}" \
		--module "$built/snd-wavert.ko" --module "$built/$module.ko" \
		--file "$out/userspace/wavert-trace" --file "$scenarios" --file trace_in_guest.sh \
		--out "$work/out" -- sh trace_in_guest.sh "$device" "$@" >"$work/err" 2>&1 &&
		cp "$work/out/trace" "$out/results/$result"
}

failed_in_guest()	# NAME CODE BEGINNING END SENTENCE
{
	told "$(cat "$work/out/$1.code")" "$2" "$work/out/$1.said" "$3" "$4"
	tell $? "$5" "$work/out/$1.said"
}

compared()	# TRACE: with the step clock's
{
	"$out/userspace/wavert" compare "$out/results/linux.trace" "$out/results/$1" >"$work/said" 2>&1
}

trace_on_simulator()
{
	# shellcheck disable=SC2016 # the guest's shell finds the files
	in_guest sim snd-wavert-sim linux-wall.trace -- scenarios/buffer.scn scenarios/events.scn \
		scenarios/open.scn scenarios/packets.scn scenarios/states.scn
	tell $? "wavert-trace runs scenarios in real time in a guest" "$work/err" || return
	failed_in_guest no-card 1 'wavert-trace: card "0": ' 'shows what there is' \
		"without a card it fails"
	failed_in_guest step-clock 1 'wavert-trace: card "0" has a step clock' '' \
		"it refuses a card with a step clock"
	failed_in_guest no-output 1 '/none/trace: ' '' "a trace that cannot be written is a failure"
	grep -q '^card 0$' "$work/out/list" && grep -q '^  capture: 2 pins' "$work/out/list"
	tell $? "it lists the card and its pins" "$work/out/list"
	[ "$(sed -n 's/^{"scenario":"\([^"]*\)".*/\1/p' "$work/out/two" | sort -u | xargs)" = \
		'one-event-two-streams open-is-stop' ]
	tell $? "it runs only the named scenarios, on the named device" "$work/out/two"
	grep -q '^{"wavert_trace":1,"side":"linux","system":"linux","clock":"wall".*"device":"hw:0"' \
		"$work/out/two"
	tell $? "its trace names the device" "$work/out/two"
	compared linux-wall.trace
	tell $? "statuses, states and signals are those of the step clock" "$work/said"
	same_statuses "$out/results/linux.trace" "$out/results/linux-wall.trace" 560 >"$work/said"
	tell $? "almost all calls are made in real time" "$work/said"
}

# Without scenarios of pins, formats and registers that differ on other hardware.
trace_on_hda()
{
	local name args=()
	while read -r name; do
		case $name in
		open-unknown-pin | formats | format-not-of-windows | packed-ramp-is-captured | streams-side-by-side | \
			registers-of-hardware) ;;
		*) args+=(-s "$name") ;;
		esac
	done < <(sed -n 's/^scenario //p' "$scenarios"/{buffer,events,open,states}.scn)
	in_guest hda snd-wavert-hda hda-wall.trace --module "$built/snd-wavert-attach.ko" \
		--debian-module snd-hda-codec-generic --debian-module snd-hda-intel --qemu -device --qemu intel-hda \
		--qemu -device --qemu hda-duplex,audiodev=a,use-timer=off --qemu -audiodev --qemu \
		none,id=a,timer-period=1000,out.frequency=48000,in.frequency=48000 -- "${args[@]}" \
		scenarios/buffer.scn scenarios/events.scn scenarios/open.scn scenarios/states.scn
	tell $? "wavert-trace runs scenarios on QEMU's HD Audio" "$work/err" || return
	compared hda-wall.trace
	tell $? "it returns the same as the simulator" "$work/said"
	sed "1s/\"where\":\"/\"label\":\"attached\",&snd-wavert-attach over snd-hda-intel on QEMU's HD Audio, /" \
		"$work/out/attached" >"$out/results/attached.trace"
	[ "$(grep -c '"status":"SUCCESS"' "$out/results/attached.trace")" -gt 200 ]
	tell $? "and on snd-wavert-attach over snd-hda-intel, for the part engine" "$out/results/attached.trace"
	"$out/userspace/wavert" compare --expected divergences-hda "$out/results/hda-wall.trace" \
		"$out/results/attached.trace" >"$work/said" 2>&1
	tell $? "which differs from our own driver on that device only where divergences-hda says so" "$work/said"
}

part_trace()
{
	mkdir -p "$out/results"
	make -s --no-print-directory -C "$top/userspace" "O=$out/userspace" "$out/userspace/wavert" \
		"$out/userspace/wavert-trace" "$out/userspace/$exe" >"$work/log" 2>&1
	tell $? "wavert-trace builds for Linux and for Windows" "$work/log" || return
	imports_of "$out/userspace/$exe" | sed 's/ .*//' | tr '[:upper:]' '[:lower:]' | sort -u >"$work/said"
	[ "$(xargs <"$work/said")" = \
		'advapi32.dll kernel32.dll ksuser.dll msvcrt.dll ntdll.dll setupapi.dll winmm.dll' ]
	tell $? "$exe needs only libraries of Windows" "$work/said"
	every_option_in_man
	tell $? "every option of --help, on both systems, is in wavert-trace(1)" "$work/said"
	mistakes
	tell $? "errors in scenarios are reported with line and word before a device is opened" "$work/said"
	trace_on_nothing
	modules
	tell $? "the modules build" "$work/log" || return
	[ -s "$out/results/nt.trace" ] || all_traces || return
	trace_on_stand_in
	trace_on_interfaces
	trace_on_simulator
	trace_on_hda
}
