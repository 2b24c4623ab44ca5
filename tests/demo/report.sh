#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Evaluates the results of guest.sh in a directory, prints the table and the failures. Called
# by run.sh.   report.sh DIRECTORY SOUND-FILE PCM-COMPARE
#
# Expected values come from the sound file and the sizes that the programs chose, never from the
# driver under test. Exit code 0 only if every check passed.
set -u
dir=$1
wav=$2
compare=$3
rate=48000
max_error=48		# frames, 1 ms: limit of position against clock, interrupt against point
bad=0

complain()
{
	echo "FAILED: $*" >>"$dir/verdict"
	bad=1
}

frames=$(( ($(wc -c <"$wav") - 44) / 2 ))	# 16 bit mono, 44 bytes of header

period_of()	# the output of aplay -v
{
	awk '$1 == "period_size" { print $3; exit }' "$1"
}

# "points calls worst-late worst-drift" of the playback stream (slot 0) in a trace: points
# by the tracepoints, calls of ALSA's function by the probe after it.
digest()	# TRACE PERIOD-FRAMES
{
	awk -v period="$2" -v rate=$rate '
	function field(name,   s) { s = $0; sub(".* " name "=", "", s); sub(" .*", "", s); return s + 0 }
	/wavert_position_update:/ && field("slot") == 0 && field("new") {
		frame = field("linear") / 2
		passed = field("points")
		t = $0; sub(/: wavert_position_update:.*/, "", t); sub(/.* /, "", t)
	}
	/wavert_notify:/ && /model=ALSA/ {
		mine = field("slot") == 0
		if (!mine) next
		points += field("points")
		if (!seen++) { f0 = frame; t0 = t }
		late = frame - passed * period
		drift = (frame - f0) - (t - t0) * rate
		if (drift < 0) drift = -drift
		if (late > worst_late) worst_late = late
		if (drift > worst_drift) worst_drift = drift
	}
	/elapsed:/ && mine { calls++ }
	END { printf "%d %d %.0f %.1f\n", points, calls, worst_late, worst_drift }' "$1"
}

row()	# MODEL EXPECTED DELIVERED ERROR BYTES
{
	printf '%-34s %9s %10s %15s  %s\n' "$@"
}

over()	# a > b, fractions allowed
{
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'
}

worst()	# the maximum of some numbers
{
	printf '%s\n' "$@" | sort -g | tail -n 1
}

said()	# LOG BEFORE AFTER: the numbers between two words in the reports of wavert
{
	sed -n "s/.*$2 \([0-9.]*\)$3.*/\1/p" "$1"
}

judge()	# NAME EXPECTED DELIVERED LATE DRIFT BYTES
{
	[ "$2" = "$3" ] || complain "$1: $2 notifications expected, $3 delivered"
	over "$4" $max_error && complain "$1: an interrupt came $4 frames after its point"
	over "$5" $max_error && complain "$1: position and clock are $5 frames apart"
	case $6 in
	equal*) ;;
	*) complain "$1: recorded bytes: $6" ;;
	esac
}

rm -f "$dir/verdict"
[ -s "$dir/failures" ] && while read -r line; do complain "$line"; done <"$dir/failures"

# (a)
period=$(period_of "$dir/a.log")
expected=$(( (frames + period - 1) / period ))	# aplay fills the rest of the last period
read -r points calls late drift <<END
$(digest "$dir/a.trace" "$period")
END
bytes=$("$compare" "$wav" "$dir/a.raw") || true
row MODEL EXPECTED DELIVERED "POSITION ERROR" "BYTES RECORDED"
row "(a) ALSA: aplay, arecord" "$expected" "$calls" "$(worst "$late" "$drift") frames" "$bytes"
[ "$points" = "$calls" ] || complain "(a): $points points, but snd_pcm_period_elapsed() ran $calls times"
judge "(a) ALSA" "$expected" "$calls" "$late" "$drift" "$bytes"

# (b)
packet=$((rate * 200 / 1000 / 2))
expected=$(( (frames + packet - 1) / packet ))
delivered=$(said "$dir/b.log" delivered ,)
late=$(worst 0 $(said "$dir/b.log" "worst interrupt" " frames") \
	$(said "$dir/b-record.log" "worst interrupt" " frames"))
drift=$(worst 0 $(said "$dir/b.log" "off by at most" " frames") \
	$(said "$dir/b-record.log" "off by at most" " frames"))
bytes=$("$compare" "$wav" "$dir/b.raw") || true
row "(b) WaveRT: wavert play, record" "$expected" "${delivered:-none}" \
	"$(worst "$late" "$drift") frames" "$bytes"
judge "(b) WaveRT" "$expected" "${delivered:-none}" "$late" "$drift" "$bytes"

# (c): the k-th line of both sides must be the same interrupt at the same position
period=$(period_of "$dir/c.log")
expected=$(( (frames + period - 1) / period ))
awk 'function field(name,   s) { s = $0; sub(".* " name "=", "", s); sub(" .*", "", s); return s + 0 }
	/wavert_position_update:/ && field("slot") == 0 { seq = field("irq_seq"); linear = field("linear") }
	/wavert_notify:/ && /model=ALSA/ && field("slot") == 0 { print seq, linear }
' "$dir/c.trace" >"$dir/c.alsa"
sed -n 's/^[0-9]* irq_seq \([0-9]*\) linear \([0-9]*\) .*/\1 \2/p' "$dir/c.watch" >"$dir/c.wavert"
signals=$(said "$dir/c.watch" signals ,)
read -r points calls late drift <<END
$(digest "$dir/c.trace" "$period")
END
pairs=$(cmp -s "$dir/c.alsa" "$dir/c.wavert" && wc -l <"$dir/c.alsa" || echo differ)
row "(c) aplay, observed: ALSA periods" "$expected" "$calls" "$(worst "$late" "$drift") frames" -
row "    eventfd notifications" "$expected" "${signals:-none}" "$(worst "$late" "$drift") frames" "pairs on one interrupt: $pairs"
judge "(c) ALSA periods" "$expected" "$calls" "$late" "$drift" equal
judge "(c) eventfd notifications" "$expected" "${signals:-none}" "$late" "$drift" equal
[ "$pairs" = "$expected" ] || complain "(c): ALSA period and notification are not on the same interrupt:
$(diff "$dir/c.alsa" "$dir/c.wavert" | head -n 6)"

echo
if [ $bad = 0 ]; then
	echo "All held: one interrupt reached both models, and every byte arrived."
else
	cat "$dir/verdict"
fi
exit $bad
