# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Messages of wavert compare and wavert-trace about files that violate Documentation/traces.md.
# Sourced by compare_test.sh, whose functions it uses.
# shellcheck disable=SC2016,SC2154,SC2317

# ---- invalid files -----------------------------------------------------------------------------

refused()	# REGEX TEXT: the text is the second trace
{
	trace linux linux step "free a: $ok" >"$traces/linux"
	printf '%b' "$2" >"$traces/bad"
	compared 2 linux bad && [ "$(wc -l <"$work/err")" = 1 ] && [ ! -s "$work/out" ] &&
		says "$work/err" "^wavert: bad:$1"
}

nt_header='{"wavert_trace":1,"side":"nt","system":"wine","clock":"step","where":"","device":"","runs":1}\n'
nt_line='{"scenario":"one","n":1,"step":5,"call":"free","args":["a"],"status":"SUCCESS"'

bad_files()
{
	check "compare refuses an empty file" refused '1: a header' ''
	check "compare refuses a file that is not JSON" refused '1: a JSON object is expected: ' 'abc\n'
	check "and a list" refused '1: a JSON object is expected$' '[]\n'
	check "and another version" refused '1: a header' '{"wavert_trace":2}\n'
	check "compare refuses an unknown side" refused '1: "side"' '{"wavert_trace":1,"side":"mac"}\n'
	check "compare refuses an unknown system" refused '1: "system"' '{"wavert_trace":1,"side":"nt","system":"x"}\n'
	check "compare refuses an unknown clock" refused '1: "clock"' "$(echo "$nt_header" | sed s/step/sun/)"
	check "and no runs" refused '1: "runs"' "$(echo "$nt_header" | sed 's/:1}/:0}/')"
	check "and a label that is not a name" refused '1: "label"' "$(echo "$nt_header" | sed 's/"runs"/"label":"a b",&/')"
	check "compare refuses a truncated call" refused '2: a JSON object is expected: ' "$nt_header$nt_line"
	check "and a member twice" refused '2: a JSON object is expected: dup' "$nt_header$nt_line,\"n\":1}"
	check "and a second header" refused '2: "scenario"' "$nt_header$nt_header"
	check "compare refuses a call in the wrong order" refused '3: "n" is expected' "$nt_header$nt_line}\n$nt_line}\n"
	check "compare refuses a time that decreases" refused '3: "step" in frames' \
		"$nt_header$nt_line}\n$(echo "$nt_line" | sed 's/"n":1,"step":5/"n":2,"step":4/')}"
	check "compare refuses a time of the other clock" refused '2: "step" is expected with' "$nt_header$nt_line,\"time\":5}"
	check "compare refuses a repeated scenario" refused '4: each scenario' \
		"$nt_header$nt_line}\n$(echo "$nt_line" | sed s/one/two/)}\n$nt_line}\n"
	check "compare refuses arguments that are not a list" refused '2: "call" and "args"' "$nt_header$(echo "$nt_line" | sed 's/\["a"\]/7/')}\n"
	check "and no status" refused '2: "status"' "$nt_header$(echo "$nt_line" | sed 's/,"status.*//')}\n"
	check "and a result below 0" refused '2: a number' "$nt_header$nt_line,\"play\":-1}\n"
	check "compare refuses signals that are not numbers" refused '2: "signals"' "$nt_header$nt_line,\"signals\":{\"e\":\"x\"}}\n"
	check "and a 0 byte" refused '2: a line of UTF-8' "$nt_header$nt_line\\0000}\n"
	check "compare refuses a 0 byte after the last line" refused '2: a line of UTF-8' "$nt_header$nt_line}\\0000x"
	check "compare refuses a line that is too long" refused '2: a line of UTF-8' \
		"$nt_header$(head -c 70000 /dev/zero | tr '\0' x)\n"
	check "and UTF-16" refused '1: a line of UTF-8' "$(echo "$nt_header" | sed 's/[a-z]/&\\0000/g')"
	check "compare refuses bytes that are not UTF-8" refused '2: a line of UTF-8' "$nt_header$nt_line,\"a\0377\":1}\n"
	check "compare refuses control characters" refused '1: a line of UTF-8' '\0033[31m{}\n'
	check "compare refuses control characters of two bytes" refused '1: a line of UTF-8' \
		"$(echo "$nt_header" | sed 's/"where":"/&\\0302\\0233/')"
	check "compare refuses escaped control characters" refused '1: "where"' \
		"$(echo "$nt_header" | sed 's/"where":"/&\\\\u009b/')"
	check "compare refuses several runs with a wall clock" refused '1: "runs"' \
		"$(echo "$nt_header" | sed 's/"step"/"wall"/; s/:1}/:2}/')"
	check "compare refuses a number above 64 bits" refused '2: a number' "$nt_header$nt_line,\"play\":18446744073709551616}\n"
	check "compare refuses results of a call that failed" refused '2: results' \
		"$nt_header$(echo "$nt_line" | sed 's/SUCCESS/LACKS/'),\"play\":1}\n"
	check "compare refuses an empty object of signals" refused '2: "signals"' "$nt_header$nt_line,\"signals\":{}}\n"
	check "compare accepts each event name of a scenario" same_pair same \
		"free a: $ok,\"signals\":{\"a:b+c\":1}" -- "free a: $ok,\"signals\":{\"a:b+c\":1}"
	check "compare accepts a number as a string of digits" same_pair same "free a: $ok,\"play\":5" -- "free a: $ok,\"play\":\"05\""
	check "compare accepts a line of 65534 bytes before CR LF" long_line
	check "compare accepts a byte order mark" byte_order
	check "compare accepts a number of 64 bits" same_pair same "hash a 4: $ok,\"hash\":18446744073709551615" -- \
		"hash a 4: $ok,\"hash\":18446744073709551615"
	check "compare sees a difference in its last digit" same_pair differs "hash a 4: $ok,\"hash\":18446744073709551615" -- \
		"hash a 4: $ok,\"hash\":18446744073709551614"
	check "compare accepts lines that end in CR LF" windows_lines
	check "compare refuses traces without a common scenario" nothing_common
}

windows_lines()
{
	pair "free a: $ok" -- "free a: $ok"
	core_files stop stop stop
	sed -i 's/$/\r/' "$traces/nt" "$traces/core.nt"
	verdict_is same --core core.linux,core.host,core.nt linux nt
}

long_line()
{
	pair "free a: $ok" -- "free a: $ok"
	{
		head -n 1 "$traces/nt"
		printf '%-65534s\r\n' "$(tail -n 1 "$traces/nt")"
	} >"$traces/long"
	verdict_is same linux long
}

byte_order()
{
	pair "free a: $ok" -- "free a: $ok"
	sed -i '1s/^/\xef\xbb\xbf/' "$traces/nt"
	verdict_is same linux nt
}

nothing_common()
{
	pair "free a: $ok" -- "scenario two" "free a: $ok"
	compared 2 linux nt && says "$work/err" 'no scenario in common'
}

# ---- scenarios -----------------------------------------------------------------------------------

# Errors that are reported before the device is opened: the missing device here is not reported.
mistaken()	# REGEX SCENARIO
{
	printf '%b' "$2" >"$traces/bad.scn"
	(cd "$traces" && "$O/wavert-trace" -D /nowhere bad.scn) >"$work/out" 2>"$work/err"
	code=$?
	cat "$work/err"
	[ $code = 2 ] && [ "$(wc -l <"$work/err")" = 1 ] && says "$work/err" "^bad.scn:$1\$"
}

taken()	# SCENARIO
{
	printf '%b' "$1" >"$traces/good.scn"
	"$O/wavert-trace" -D /nowhere "$traces/good.scn" 2>"$work/err"
	[ $? = 1 ] && says "$work/err" 'card "/nowhere"'
}

repeated()	# N LINE: N nested repeats
{
	printf 'scenario one\\n'
	for line in 'repeat 1' "$2" end; do
		yes "$line" | head -n "$([ "$line" = "$2" ] && echo 1 || echo "$1")" | sed 's/$/\\n/' | tr -d '\n'
	done
}

misused_trace()	# REGEX ARG...
{
	regex=$1
	shift
	(cd "$traces" && "$O/wavert-trace" "$@") >"$work/out" 2>"$work/err"
	[ $? = 2 ] && says "$work/err" "^wavert-trace: $regex"
}

keeps_scenario()
{
	echo 'scenario one' >"$traces/good.scn"
	misused_trace 'the trace must not replace a scenario: good.scn' -o good.scn good.scn &&
		[ "$(cat "$traces/good.scn")" = 'scenario one' ]
}

scenarios()
{
	check "wavert-trace refuses a call before the first scenario" mistaken '1: step: no scenario has begun' 'step 5\n'
	check "wavert-trace refuses a name that a trace may not have" mistaken '1: a:b: .*' 'scenario a:b\n'
	check "wavert-trace refuses a repeat without a number" mistaken '2: the end of the line: a number is missing' 'scenario one\nrepeat\nend\n'
	check "wavert-trace refuses repeat 0" mistaken '2: 0: is not from 1 .*' 'scenario one\nrepeat 0\nend\n'
	check "wavert-trace refuses a repeat that would never end" mistaken '2: 18446744073709551615: is not .*' \
		'scenario one\nrepeat 18446744073709551615\nend\n'
	check "wavert-trace refuses a number above 64 bits" mistaken '2: 18446744073709551616: is not a number' \
		'scenario one\nrepeat 18446744073709551616\nend\n'
	check "wavert-trace refuses nested repeats with too many calls" mistaken '3: 1000: is not .*' \
		'scenario one\nrepeat 1000\nrepeat 1000\nend\nend\n'
	check "wavert-trace refuses more calls than a trace may have" mistaken '5: step: exceeds the 200000 calls of a trace.*' \
		'scenario one\nrepeat 200000\nstep 1\nend\nstep 1\n'
	check "wavert-trace accepts exactly that number" taken 'scenario one\nrepeat 200000\nstep 1\nend\n'
	check "wavert-trace refuses a repeat without end" mistaken '2: repeat: has no end' 'scenario one\nrepeat 2\nstep 1\n'
	check "wavert-trace refuses an end without repeat" mistaken '2: end: nothing is repeated here' 'scenario one\nend\n'
	check "and a scenario within" mistaken '3: scenario: is not allowed within repeat' \
		'scenario one\nrepeat 2\nscenario two\nend\n'
	check "wavert-trace refuses nine nested repeats" mistaken '10: repeat: is nested too deeply' "$(repeated 9 'step 1')"
	check "but takes eight" taken "$(repeated 8 'step 1')"
	check "It refuses a 0 byte" mistaken '2: the end of the line: a 0 byte precedes it.*' 'scenario one\nstep 1\0000x'
	check "wavert-trace prints no control characters" mistaken '1: \?\[31m: .*' '\0033[31m\n'
	check "An unknown option letter is reported" misused_trace 'unknown option -Z ' -Zl
	check "wavert-trace refuses to overwrite a scenario" keeps_scenario
}
