#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's ALSA selftests, in a guest with two HD Audio controllers and two AC'97 (places
# on the bus: run.sh): one of each has the in-tree driver, the other has ours. Both
# tests use every card; TAP of our cards, and a table of all.
# shellcheck shell=dash
set -u

bus=/sys/bus/pci
count=0
failed=0

tap()	# STATUS NAME
{
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || failed=1
}

ours()	# ADDRESS DRIVER: takes the device from the in-tree driver
{
	local tries=0
	until [ -d "$bus/devices/$1/sound" ]; do	# it makes its card in the background
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return
		sleep 0.1
	done
	echo "$1" >"$bus/devices/$1/driver/unbind" &&
		echo "$2" >"$bus/devices/$1/driver_override" &&
		echo "$1" >$bus/drivers_probe && [ -d "$bus/devices/$1/sound" ]
}

insmod_ours()
{
	local name
	for name in "" -sim -hda -ich; do
		insmod "/modules/snd-wavert$name.ko" || return
	done
}

# The id of a card is in the name of each test: "default.time1.WaveRT.0.0.PLAYBACK" of
# pcm-test, "get_value.WaveRT.0" of mixer-test.
#
# Prints VERDICT CARD NAME and the reason of a skip: pcm-test prints it in the line
# after the result, mixer-test in the one before. pcm-test has a thread for each card, and
# lines of other threads may come in between, or in the middle of a line.
judge()	# TEST LOG
{
	awk -v test="$1" '
		function out(reason) {
			if (held)
				print held, reason
			held = ""
		}
		!/^(not )?ok / {
			said = $0
			sub(/^(# )+/, "", said)
			if (test == "pcm-test" && said !~ /^default\./)
				out(said)
		}
		/^(not )?ok / {
			out("")
			name = $1 == "not" ? $4 : $3 == "#" ? $5 : $3
			split(name, part, ".")
			held = (/# SKIP/ ? "skip " : $1 == "not" ? "fail " : "pass ") \
				part[test == "pcm-test" ? 3 : 2] " " name
			if (test == "mixer-test" || !/# SKIP/)
				out(said)
		}
		END { out("") }
	' "$2"
}

report()	# TEST
{
	local verdict card name reason
	judge "$1" "/tmp/$1" >"/tmp/$1.judged"
	while read -r verdict card name reason; do
		case $verdict,$card in
		fail,WaveRT*) tap 'not ok' "$1 $name ($reason)" ;;
		skip,WaveRT*) tap ok "$1 $name # SKIP $reason" ;;
		pass,WaveRT*) tap ok "$1 $name" ;;
		esac
	done <"/tmp/$1.judged"
	awk -v test="$1" '{ n[$2, $1]++; card[$2] }
		END { for (c in card) printf "# table|%s|%s|%d|%d|%d\n", test, c,
			n[c, "pass"], n[c, "fail"], n[c, "skip"] }' "/tmp/$1.judged" | sort
}

# Checks that no verdict was lost in the middle of another line.
has_judged_all()	# TEST
{
	local planned judged
	planned=$(sed -n 's/^1\.\.//p' "/tmp/$1")
	judged=$(wc -l <"/tmp/$1.judged")
	if [ "$judged" = "$planned" ]; then
		tap ok "$1 has judged each of its $planned tests"
	else
		tap 'not ok' "$1 has judged each of its $planned tests ($judged)"
	fi
}

has_run_on()	# CARD TEST
{
	if grep -q "^pass $1 " "/tmp/$2.judged"; then
		tap ok "$2 has run on card $1"
	else
		tap 'not ok' "$2 has run on card $1"
	fi
}

if insmod_ours && ours 0000:00:11.0 snd-wavert-hda && ours 0000:00:13.0 snd-wavert-ich; then
	tap ok "our modules drive the simulator, an HD Audio controller and an AC'97"
else
	tap 'not ok' "our modules drive the simulator, an HD Audio controller and an AC'97"
fi
sed 's/^/# /' /proc/asound/cards
for test in mixer-test pcm-test; do
	./$test >/tmp/$test 2>/tmp/$test.err
	echo "# $test ended with exit code $?: $(grep '^# Totals' /tmp/$test)"
	cp /tmp/$test /tmp/$test.err /out/
	report $test
	has_judged_all $test
	for card in WaveRTHDA WaveRTICH; do
		has_run_on $card $test
	done
done
has_run_on WaveRT pcm-test	# it has no controls
echo "1..$count"
exit $failed
