# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What wavert compare and wavert-trace say of files that are not as Documentation/traces.md wants
# them. Sourced by compare_test.sh, whose functions it uses.
# shellcheck disable=SC2016,SC2154,SC2317

# ---- files that are not as they should be ----------------------------------------------------

refused()	# REGEX TEXT: as the second trace
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
	check "and what is no JSON" refused '1: a JSON object is expected: ' 'abc\n'
	check "and a list" refused '1: a JSON object is expected$' '[]\n'
	check "and another version" refused '1: a header' '{"wavert_trace":2}\n'
	check "and an unknown side" refused '1: "side"' '{"wavert_trace":1,"side":"mac"}\n'
	check "and an unknown system" refused '1: "system"' '{"wavert_trace":1,"side":"nt","system":"x"}\n'
	check "and an unknown clock" refused '1: "clock"' "$(echo "$nt_header" | sed s/step/sun/)"
	check "and no runs" refused '1: "runs"' "$(echo "$nt_header" | sed 's/:1}/:0}/')"
	check "and a call cut short" refused '2: a JSON object is expected: ' "$nt_header$nt_line"
	check "and a member twice" refused '2: a JSON object is expected: dup' "$nt_header$nt_line,\"n\":1}"
	check "and a second header" refused '2: "scenario"' "$nt_header$nt_header"
	check "and a call out of its order" refused '3: "n" is expected' "$nt_header$nt_line}\n$nt_line}\n"
	check "and time that goes back" refused '3: "step" in frames' \
		"$nt_header$nt_line}\n$(echo "$nt_line" | sed 's/"n":1,"step":5/"n":2,"step":4/')}"
	check "and time of the other clock" refused '2: "step" is expected with' "$nt_header$nt_line,\"time\":5}"
	check "and the same scenario again" refused '4: each scenario' \
		"$nt_header$nt_line}\n$(echo "$nt_line" | sed s/one/two/)}\n$nt_line}\n"
	check "and words that are no list" refused '2: "call" and "args"' "$nt_header$(echo "$nt_line" | sed 's/\["a"\]/7/')}\n"
	check "and no status" refused '2: "status"' "$nt_header$(echo "$nt_line" | sed 's/,"status.*//')}\n"
	check "and a result below 0" refused '2: a number' "$nt_header$nt_line,\"play\":-1}\n"
	check "and signals that are no numbers" refused '2: "signals"' "$nt_header$nt_line,\"signals\":{\"e\":\"x\"}}\n"
	check "and a 0 byte" refused '2: a line of UTF-8' "$nt_header$nt_line\\0000}\n"
	check "and one behind the last line" refused '2: a line of UTF-8' "$nt_header$nt_line}\\0000x"
	check "and a line without end" refused '2: a line of UTF-8' \
		"$nt_header$(head -c 70000 /dev/zero | tr '\0' x)\n"
	check "and UTF-16" refused '1: a line of UTF-8' "$(echo "$nt_header" | sed 's/[a-z]/&\\0000/g')"
	check "and bytes that are no UTF-8" refused '2: a line of UTF-8' "$nt_header$nt_line,\"a\0377\":1}\n"
	check "and commands to a terminal" refused '1: a line of UTF-8' '\0033[31m{}\n'
	check "and such of two bytes" refused '1: a line of UTF-8' \
		"$(echo "$nt_header" | sed 's/"where":"/&\\0302\\0233/')"
	check "and such in JSON's words" refused '1: "where"' \
		"$(echo "$nt_header" | sed 's/"where":"/&\\\\u009b/')"
	check "and several runs with a wall clock" refused '1: "runs"' \
		"$(echo "$nt_header" | sed 's/"step"/"wall"/; s/:1}/:2}/')"
	check "and a number above 64 bits" refused '2: a number' "$nt_header$nt_line,\"play\":18446744073709551616}\n"
	check "and results of a call that failed" refused '2: results' \
		"$nt_header$(echo "$nt_line" | sed 's/SUCCESS/LACKS/'),\"play\":1}\n"
	check "and signals without any" refused '2: "signals"' "$nt_header$nt_line,\"signals\":{}}\n"
	check "but takes each event that a scenario can name" same_pair same \
		"free a: $ok,\"signals\":{\"a:b+c\":1}" -- "free a: $ok,\"signals\":{\"a:b+c\":1}"
	check "and a number as a string of digits" same_pair same "free a: $ok,\"play\":5" -- "free a: $ok,\"play\":\"05\""
	check "and a line of 65534 bytes in front of CR LF" long_line
	check "and a mark of byte order" byte_order
	check "but takes a number of 64 bits" same_pair same "hash a 4: $ok,\"hash\":18446744073709551615" -- \
		"hash a 4: $ok,\"hash\":18446744073709551615"
	check "and sees the last digit of it" same_pair differs "hash a 4: $ok,\"hash\":18446744073709551615" -- \
		"hash a 4: $ok,\"hash\":18446744073709551614"
	check "It takes lines that end as on Windows" windows_lines
	check "So are traces that have no scenario in common" nothing_common
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

# Before a device is touched: here there is none, which would be told otherwise.
mistaken()	# REGEX SCENARIO
{
	printf '%b' "$2" >"$traces/bad.scn"
	(cd "$traces" && timeout 10 "$O/wavert-trace" -D /nowhere bad.scn) >"$work/out" 2>"$work/err"
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

repeated()	# N LINE: within each other
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
	misused_trace 'a scenario is no file for the trace: good.scn' -o good.scn good.scn &&
		[ "$(cat "$traces/good.scn")" = 'scenario one' ]
}

scenarios()
{
	check "wavert-trace refuses a call in front of any scenario" mistaken '1: step: no scenario has begun' 'step 5\n'
	check "and a name that no trace may have" mistaken '1: a:b: .*' 'scenario a:b\n'
	check "and a repeat without number" mistaken '2: the end of the line: a number is missing' 'scenario one\nrepeat\nend\n'
	check "and none at all" mistaken '2: 0: is not from 1 .*' 'scenario one\nrepeat 0\nend\n'
	check "and one that would take for ever" mistaken '2: 18446744073709551615: is not .*' \
		'scenario one\nrepeat 18446744073709551615\nend\n'
	check "and a number above 64 bits" mistaken '2: 18446744073709551616: is no number' \
		'scenario one\nrepeat 18446744073709551616\nend\n'
	check "and many within many" mistaken '3: 1000: is not .*' \
		'scenario one\nrepeat 1000\nrepeat 1000\nend\nend\n'
	check "and more calls than a trace has" mistaken '5: step: is one call too many.*' \
		'scenario one\nrepeat 200000\nstep 1\nend\nstep 1\n'
	check "but takes as many as that" taken 'scenario one\nrepeat 200000\nstep 1\nend\n'
	check "It refuses a repeat without end" mistaken '2: repeat: has no end' 'scenario one\nrepeat 2\nstep 1\n'
	check "and an end without repeat" mistaken '2: end: nothing is repeated here' 'scenario one\nend\n'
	check "and a scenario within" mistaken '3: scenario: stands within repeat' \
		'scenario one\nrepeat 2\nscenario two\nend\n'
	check "and nine within each other" mistaken '10: repeat: is too deep' "$(repeated 9 'step 1')"
	check "but takes eight" taken "$(repeated 8 'step 1')"
	check "It refuses a 0 byte" mistaken '2: the end of the line: there is a 0 byte.*' 'scenario one\nstep 1\0000x'
	check "and shows no commands to a terminal" mistaken '1: \?\[31m: .*' '\0033[31m\n'
	check "An unknown letter among options is told" misused_trace 'unknown option -Z ' -Zl
	check "The trace does not go where a scenario is" keeps_scenario
}
