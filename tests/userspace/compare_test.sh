# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# wavert compare on traces that this script writes. Sourced by run.sh; needs $O, $work and tap.sh.
# shellcheck disable=SC2016,SC2154,SC2317

traces=$work/traces
. "$here/trace_file_test.sh"

# Header, then lines "CALL WORD...: MEMBERS" of one scenario, or "scenario NAME" for another.
trace()	# SIDE SYSTEM CLOCK [LINE...]: on stdout
{
	printf '{"wavert_trace":1,"side":"%s","system":"%s","clock":"%s","where":"a <driver> & co","device":"","runs":1}\n' \
		"$1" "$2" "$3"
	clock=$3
	shift 3
	[ $# -eq 0 ] || printf '%s\n' "$@" | awk -v at="$([ "$clock" = wall ] && echo time || echo step)" '
		BEGIN { name = "one" }
		/^scenario / { name = $2; n = 0; next }
		{
			split($0, half, ": ")
			words = split(half[1], word, " ")
			printf "{\"scenario\":\"%s\",\"n\":%d,\"%s\":0,\"call\":\"%s\",\"args\":[", name, ++n, at, word[1]
			for (i = 2; i <= words; i++)
				printf "%s\"%s\"", (i > 2 ? "," : ""), word[i]
			print "]," half[2] "}"
		}'
}

ok='"status":"SUCCESS"'
wrongs='"status":"INVALID_PARAMETER"'

position()	# LINEAR [STATE]
{
	echo "position a: $ok,\"play\":0,\"linear\":$1,\"ns\":5,\"state\":${2-3}"
}

# Exit code of wavert compare in that directory; its output is in $work/out and $work/err.
compared()	# CODE ARG...
{
	want=$1
	shift
	(cd "$traces" && "$O/wavert" compare "$@") >"$work/out" 2>"$work/err"
	code=$?
	cat "$work/out" "$work/err"
	echo "exit code $code"
	[ $code -eq "$want" ]
}

verdict_is()	# VERDICT ARG...: of the second trace
{
	verdict=$1
	shift
	code=0
	[ "$verdict" != differs ] || code=1
	compared $code --format text "$@" && says "$work/out" "^one .* $verdict\$"
}

pair()	# LINE...: those of Linux, "--", those of NT. Step clock, or $nt_clock for NT.
{
	: >"$work/first"
	while [ "$1" != -- ]; do
		echo "$1" >>"$work/first"
		shift
	done
	shift
	trace nt wine "${nt_clock-step}" "$@" >"$traces/nt"
	set --
	while read -r line; do
		set -- "$@" "$line"
	done <"$work/first"
	trace linux linux step "$@" >"$traces/linux"
}

same_pair()	# VERDICT LINE... -- LINE...
{
	told=$1
	shift
	pair "$@"
	verdict_is "$told" linux nt
}

wall_pair()	# VERDICT LINE... -- LINE...
{
	nt_clock=wall
	same_pair "$@"
	status=$?
	unset nt_clock
	return $status
}

# ---- options ----------------------------------------------------------------------------------

told()	# REGEX ARG...: the reason for the refusal
{
	regex=$1
	shift
	compared 2 "$@" && [ "$(wc -l <"$work/err")" = 1 ] && says "$work/err" "^wavert$regex"
}

compare_usage()
{
	pair "free a: $ok" -- "free a: $ok"
	check "compare refuses two core traces" told ' compare: --core=linux,nt: three' --core linux,nt linux nt
	check "compare refuses a core trace with wrong contents" told ': linux:1: "scenario NAME"' --core linux,linux,linux linux nt
	check "compare refuses a missing file" told ': nowhere: No such file' linux nowhere
	check "compare refuses a report that cannot be written" told ': /nowhere/report: No such' -o /nowhere/report linux nt
	check "compare refuses a table without a trace of Linux" told ' compare: --expected=linux: a trace of Linux' --expected linux nt nt
	check "compare refuses to overwrite a trace with the report" overwrites nt linux nt
	check "compare refuses to overwrite the table, given by another name" overwrites ../traces/table --expected table linux nt
	check "compare refuses to overwrite a core trace" overwrites core.host --core core.linux,core.host,core.nt linux nt
}

overwrites()	# FILE ARG...: FILE must not change
{
	output=$1
	shift
	pair "free a: $ok" -- "free a: $ok"
	core_files stop stop stop
	echo "nt | one | 1 | $ok | $wrongs | because" >"$traces/table"
	cp "$traces/$output" "$work/before"
	told " compare: --output=$output: another file" -o "$output" "$@" && cmp "$work/before" "$traces/$output"
}

# ---- verdicts ----------------------------------------------------------------------------------

free_differs()	# LINE of the table
{
	pair "free a: $ok" "free a: $ok" -- "free a: $ok" "free a: $wrongs"
	echo "$1" >"$traces/table"
}

judged()	# VERDICT TEXT LINE of the table
{
	free_differs "$3"
	verdict_is "$1" --expected table linux nt && says "$work/out" "$2"
}

# The traces do not differ, but the table expects a difference.
stale()	# TEXT LINE of the table
{
	pair "free a: $ok" "free a: $ok" -- "free a: $ok" "free a: $ok"
	echo "$2" >"$traces/table"
	compared 1 --expected table linux nt && says "$work/out" "$1"
}

bad_table()	# REGEX LINE
{
	pair "free a: $ok" -- "free a: $ok"
	printf '# comment\n%s\n' "$2" >"$traces/table"
	compared 2 --expected table linux nt && says "$work/err" "^wavert: table:2: $1"
}

verdicts()
{
	check "Equal traces have the verdict same" same_pair same "free a: $ok" -- "free a: $ok"
	check "another status is a difference" same_pair differs "free a: $ok" -- "free a: $wrongs"
	check "another result is a difference" same_pair differs "$(position 5)" -- "$(position 6)"
	check "another signal is a difference" same_pair differs "step 9: $ok" -- "step 9: $ok,\"signals\":{\"e\":1}"
	check "another call is a difference" same_pair differs "free a: $ok" -- "free b: $ok"
	check "a missing call is a difference" same_pair differs "free a: $ok" "free a: $ok" -- "free a: $ok"
	check "a missing scenario is a difference" scenario_less
	check "An expected difference is reported with its reason" judged 'differs as expected' \
		'2\. free a: Linux "status":"SUCCESS", NT "status":"INVALID_PARAMETER": because' \
		"nt | one | 2 | $ok | $wrongs | because"
	check "one that is expected at another call is a difference" judged differs 'NOT EXPECTED: 2\. free a' \
		"nt | one | 1 | $ok | $wrongs | because"
	check "one that is expected with other values is a difference" judged differs 'differs, but not as expected' \
		"nt | one | 2 | $ok | \"status\":\"LACKS\" | because"
	check "one that is expected of another side is a difference" judged differs 'NOT EXPECTED' "alsa | one | 2 | $ok | $wrongs | because"
	check "An expected difference that no longer occurs is reported" stale '2\. free a: no longer differs' \
		"nt | one | 2 | $ok | $wrongs | because"
	check "one of a call that was not made is reported" stale '3\. a difference is expected' \
		"nt | one | 3 | $ok | $wrongs | because"
	check "one of a scenario that was not run is reported" stale '^ +two, NT, NOT EXPECTED: .*no trace has run it' \
		"nt | two | 3 | $ok | $wrongs | because"
	check "A table line of five fields is refused" bad_table 'side \| scenario' 'a | b | c | d | e'
	check "an unknown side in the table is refused" bad_table 'nt, alsa' "x | one | 1 | $ok | $wrongs | because"
	check "a call that is not a number is refused" bad_table 'the number' "nt | one | x | $ok | $wrongs | because"
	check "call 0 is refused" bad_table 'the number' "nt | one | 0 | $ok | $wrongs | because"
	check "an invalid result is refused" bad_table 'answers' "nt | one | 1 | SUCCESS | $wrongs | because"
	check "two equal results are refused" bad_table 'two answers' "nt | one | 1 | $ok | $ok | because"
	check "a second line for a call is refused" same_line_again
	check "a call below 0 is refused" bad_table 'the number' "nt | one | -18446744073709551615 | $ok | $wrongs | because"
	check "an invalid name of a scenario is refused" bad_table 'the name of a scenario' "nt | one # SKIP | 1 | $ok | $wrongs | because"
	check "terminal control characters are refused" bad_table 'a line of UTF-8' "nt | one | 1 | $ok | $wrongs | $(printf '\033[31m')"
	check "a missing reason is refused" bad_table 'a reason' "nt | one | 1 | $ok | $wrongs |"
	check "Calls that ALSA lacks are not compared with ALSA" alsa_lacks linux alsa
	check "also if ALSA is the reference" alsa_lacks alsa linux
	check "A scenario that ALSA lacks is not a difference" alsa_less linux alsa
	check "also if ALSA is the reference of the scenario" alsa_less alsa linux
}

same_line_again()
{
	pair "free a: $ok" -- "free a: $ok"
	printf 'nt | one | 1 | %s | %s | %s\n' "$ok" "$wrongs" because "$ok" "$wrongs" again >"$traces/table"
	told ': table:2: one line a call' --expected table linux nt
}

scenario_less()
{
	pair "free a: $ok" "scenario two" "free a: $ok" -- "free a: $ok"
	compared 1 linux nt && says "$work/out" 'two, NT, NOT EXPECTED: NT has not run it'
}

alsa_less()	# TRACE TRACE
{
	trace linux linux step "free a: $ok" "scenario two" "free a: $ok" >"$traces/linux"
	trace alsa linux step "free a: $ok" >"$traces/alsa"
	verdict_is same "$@"
}

alsa_lacks()	# TRACE TRACE
{
	trace linux linux step "alloc a 2 8: $ok,\"actual\":8,\"barrier\":1" "count a: $ok,\"packets\":0" \
		"$(position 7)" >"$traces/linux"
	trace alsa linux step "alloc a 2 8: $ok,\"actual\":8" "count a: \"status\":\"LACKS\"" \
		"position a: $ok,\"play\":0,\"linear\":7,\"ns\":9,\"state\":3" >"$traces/alsa"
	verdict_is same "$@"
}

# ---- wall clock --------------------------------------------------------------------------------

wall_clock()
{
	check "With a wall clock times and positions may differ" wall_pair same "$(position 5)" -- "$(position 900)"
	check "with a wall clock a state may not differ" wall_pair differs "$(position 5)" -- "$(position 5 2)"
	check "with a wall clock a status may not differ" wall_pair differs "free a: $ok" -- "free a: $wrongs"
	check "signals of a call may differ by one" wall_pair same "step 9: $ok,\"signals\":{\"e\":4}" "step 9: $ok" -- \
		"step 9: $ok,\"signals\":{\"e\":3}" "step 9: $ok,\"signals\":{\"e\":1}"
	check "they may not differ by two" wall_pair differs "step 9: $ok,\"signals\":{\"e\":4}" -- "step 9: $ok,\"signals\":{\"e\":6}"
	check "two signals instead of none are a difference" wall_pair differs "step 9: $ok" -- "step 9: $ok,\"signals\":{\"e\":2}"
	check "The report states this" says "$work/out" 'signals of a call may differ by one'
	check "A reading call that one side lacks is left out" wall_pair same "counters a: $ok,\"linear\":5" "free a: $ok" -- \
		'counters a: "status":"LACKS"' "free a: $ok"
	check "the call after it is compared" wall_pair differs "counters a: $ok,\"linear\":5" "free a: $ok" -- \
		'counters a: "status":"LACKS"' "free a: $wrongs"
	check "After any other call that one side lacks nothing is compared" wall_pair 'same in part' "event e: $ok" "free a: $ok" "alloc a 2 8: $ok" -- \
		"event e: $ok" 'free a: "status":"LACKS"' "alloc a 2 8: $wrongs"
	check "the report states that" says "$work/out" 'one, NT, not compared: 2\. free a: NT lacks it'
	check "A scenario without a compared call has no verdict" wall_pair - 'remove: '"$ok" -- 'remove: "status":"LACKS"'
	check "one that a side has not run has no verdict" wall_less
	check "With step clocks a call that one side lacks is a difference" same_pair differs "counters a: $ok" -- 'counters a: "status":"LACKS"'
	check "Expected differences of times are not checked, but counted" wall_expected
	check "those of signals are not checked if they do not occur" wall_signals_expected 2 same 'for that reason: 1\.'
	check "they are checked if they occur" wall_signals_expected 9 'differs as expected' 'expected: 1\. step 9'
	check "they are checked if other signals occur" wall_signals_expected 5 differs 'not as expected'
}

wall_less()
{
	nt_clock=wall
	pair "free a: $ok" "scenario two" "free a: $ok" -- "free a: $ok"
	unset nt_clock
	compared 0 linux nt && says "$work/out" '^two .* -$'
}

wall_signals_expected()	# SIGNALS of NT, VERDICT, TEXT
{
	nt_clock=wall
	pair "step 9: $ok,\"signals\":{\"e\":2}" -- "step 9: $ok,\"signals\":{\"e\":$1}"
	unset nt_clock
	echo "nt | one | 1 | $ok,\"signals\":{\"e\":2} | $ok,\"signals\":{\"e\":9} | because" >"$traces/table"
	verdict_is "$2" --expected table linux nt && says "$work/out" "$3"
}

wall_expected()
{
	nt_clock=wall
	pair "$(position 5)" "free a: $ok" -- "$(position 6)" "free a: $wrongs"
	unset nt_clock
	cat >"$traces/table" <<-END
		nt | one | 1 | $ok,"linear":5 | $ok,"linear":7 | because
		nt | one | 2 | $ok | $wrongs | because
	END
	verdict_is 'differs as expected' --expected table linux nt &&
		says "$work/out" 'could not be judged for that reason: 1\.'
}

# ---- positions -----------------------------------------------------------------------------------

# Both traces are equal, so only the position can be wrong.
moves()	# VERDICT LINE...
{
	told=$1
	shift
	nt_clock=wall
	pair "$@" -- "$@"
	unset nt_clock
	verdict_is "$told" linux nt
}

positions()
{
	check "A position that increases is correct" moves same "$(position 5)" "$(position 5)" "$(position 6)"
	check "a position that decreases is a difference" moves differs "$(position 5)" "$(position 6)" "$(position 5)"
	check "the positions of the reference are also checked" says "$work/out" 'one, Linux, NOT EXPECTED: 3\. position a: the position goes back: 6 bytes before, now 5'
	check "After STOP the position starts again" moves same "$(position 6)" "state a stop: $ok" "$(position 0 0)" \
		"state a run: $ok" "$(position 3)"
	check "it does not after a STOP that failed" moves differs "$(position 6)" "state a stop: $wrongs" "$(position 3)"
	check "it does not after a STOP of another stream" moves differs "$(position 6)" "state b stop: $ok" "$(position 3)"
	check "it does not after PAUSE" moves differs "$(position 6)" "state a pause: $ok" "$(position 3)"
	check "With another buffer the position starts again" moves same "$(position 6)" "alloc a 2 8: $ok" "$(position 3)"
	check "without a buffer it starts again" moves same "$(position 6)" "free a: $ok" "$(position 0 0)"
	check "after that it may not decrease" moves differs "alloc a 2 8: $ok" "state a run: $ok" "$(position 6)" "$(position 3)"
	check "Another stream has its own position" moves same "$(position 6)" "position b: $ok,\"linear\":3"
}

# ---- layers --------------------------------------------------------------------------------------

core_files()	# EVENT of Linux, of the host, of NT
{
	printf 'scenario one\nstart slot=1\n%s\n' "$1" >"$traces/core.linux"
	printf 'scenario one\nstart slot=1\n%s\n' "$2" >"$traces/core.host"
	printf 'scenario one\nstart slot=1\n%s\n' "$3" >"$traces/core.nt"
}

layer_is()	# LAYER [ARG...]: with traces and core traces as they are now
{
	layer=$1
	shift
	compared 1 --core core.linux,core.host,core.nt --host host "$@" linux nt &&
		says "$work/out" "\[layer: $layer\]"
}

event_layer()	# LAYER EVENT: that NT lacks
{
	pair "free a: $ok" -- "free a: $ok"
	cp "$traces/linux" "$traces/host"
	core_files "$2" "$2" "stop slot=1"
	layer_is "$1"
}

kernel_layer()
{
	pair "free a: $ok" -- "free a: $ok"
	cp "$traces/linux" "$traces/host"
	core_files "position_update slot=2" "position_update slot=1" "position_update slot=2"
	layer_is core && says "$work/out" 'kernel: event 2: should be position_update slot=1, is position_update slot=2'
}

binding_layer()	# LAYER ANSWER of Linux, of the host, of NT
{
	pair "free a: $2" -- "free a: $4"
	trace linux host step "free a: $3" >"$traces/host"
	core_files stop stop stop
	layer_is "$1"
}

host_unknown()	# LINE of the host
{
	pair "free a: $ok" -- "free a: $wrongs"
	trace linux host step "$1" "free a: $ok" >"$traces/host"
	[ "$1" != "free b" ] || trace linux host step "$1: $ok" >"$traces/host"
	core_files stop stop stop
	compared 1 --core core.linux,core.host,core.nt --host host linux nt &&
		not says "$work/out" 'layer: '
}

kernel_only()	# CODE NT-EVENT
{
	pair "free a: $ok" -- "free a: $ok"
	cp "$traces/linux" "$traces/host"
	core_files "packet slot=1" "packet slot=1" "$2"
	echo "core | one | packet slot=1 | on one side only" >"$traces/table"
	sed -i '$d' "$traces/core.nt"
	[ "$2" = "" ] || echo "$2" >>"$traces/core.nt"
	compared "$1" --expected table --core core.linux,core.host,core.nt linux nt
}

layers()
{
	check "An event missing in the core has the layer core" event_layer core "position_update slot=1"
	check "one missing in the miniport has the layer miniport" event_layer miniport "state slot=1"
	check "A difference of kernel and host is also reported" kernel_layer
	check "A difference of only NT's client has the layer binding of NT" \
		binding_layer 'binding of NT' "$ok" "$ok" "$wrongs"
	check "one of only Linux' client has the layer binding of Linux" \
		binding_layer 'binding of Linux' "$ok" "$wrongs" "$wrongs"
	check "different results of all three have the layer both bindings" \
		binding_layer 'both bindings' "$ok" '"status":"LACKS"' "$wrongs"
	check "If the host has not made the call no binding is named" host_unknown "free b"
	check "if the host has not run the scenario no binding is named" host_unknown "scenario two"
	check "An event can be expected in the kernel only" kernel_only 0 ""
	check "it is reported if it is also in the driver" kernel_only 1 "packet slot=1"
	check "it is reported if it is missing in both" kernel_none
}

kernel_none()
{
	pair "free a: $ok" -- "free a: $ok"
	core_files stop stop stop
	echo "core | one | packet slot=1 | on one side only" >"$traces/table"
	compared 1 --expected table --core core.linux,core.host,core.nt linux nt &&
		says "$work/out" 'expected in the kernel only, but not there: packet slot=1'
}

# ---- reports -------------------------------------------------------------------------------------

reported()	# FORMAT REGEX...: of two scenarios, one of which differs
{
	pair "free a: $ok" "scenario two" "free a: $ok" -- "free a: $ok" "scenario two" "free a: $wrongs"
	compared 1 --format "$1" -o report linux nt || return
	[ ! -s "$work/out" ] || return
	shift
	for regex; do
		says "$traces/report" "$regex" || return
	done
}

titled()
{
	pair "free a: $ok" -- "free a: $ok"
	compared 0 --format html linux nt && says "$work/out" '<h1>WaveRT scenarios compared</h1>' &&
		compared 0 --format html --title 'a<b' linux nt && says "$work/out" '<title>a&lt;b</title>' &&
		says "$work/out" '<h1>a&lt;b</h1>'
}

tap_expected()
{
	free_differs "nt | one | 2 | $ok | $wrongs | because"
	compared 0 --format tap --expected table linux nt &&
		says "$work/out" '^ok 1 - scenario one: NT shows the client what Linux does, but for what is expected$' &&
		says "$work/out" '^# expected: 2\. free a'
}

json_says()
{
	pair "free a: $ok" -- "free a: $wrongs"
	compared 1 --json linux nt || return
	gcc -o "$work/json_value" "$here/json_value.c" -ljansson || return
	[ "$("$work/json_value" "$work/out" ran_on_windows)" = false ] &&
		[ "$("$work/json_value" "$work/out" traces 1 system)" = '"wine"' ] &&
		[ "$("$work/json_value" "$work/out" differ)" = 1 ] &&
		[ "$("$work/json_value" "$work/out" scenarios 0 verdicts NT)" = '"differs"' ] &&
		[ "$("$work/json_value" "$work/out" differences 0 kind)" = '"differs"' ]
}

# A header may name its column. Other members say nothing of the trace.
json_of_header()
{
	pair "free a: $ok" -- "free a: $ok"
	sed -i '1s/}$/,"label":"Windows","reference":true}/' "$traces/nt"
	compared 0 --json linux nt || return
	[ "$("$work/json_value" "$work/out" traces 1 label)" = '"Windows"' ] &&
		[ "$("$work/json_value" "$work/out" traces 1 reference)" = false ]
}

# Names and reasons are escaped in every report.
no_markup()	# FORMAT REGEX...: that are there
{
	free_differs "nt | one | 2 | $ok | $wrongs | <b>[it](x)</b>"
	sed -i '1s/"where":"[^"]*"/"where":"<script>`*|"/' "$traces/nt"
	compared 0 --format "$1" --expected table linux nt || return
	shift
	for regex; do
		says "$work/out" "$regex" || return
	done
	not says "$work/out" '<script>|<b>'
}

of_windows()
{
	pair "free a: $ok" -- "free a: $ok"
	compared 0 linux nt && says "$work/out" '^Nothing here ran on Windows\.' || return
	sed -i 's/"wine"/"windows"/' "$traces/nt"
	compared 0 linux nt && not says "$work/out" 'Nothing here ran on Windows'
}

# A replacement for wavert-trace, in the directory of the command or in $PATH.
fake_trace()	# DIRECTORY COMMAND: the command runs last
{
	mkdir -p "$1"
	{
		echo '#!/bin/sh'
		echo "echo \"\$*\" >$traces/arguments"
		echo "cat $traces/linux"
		echo "$2"
	} >"$1/wavert-trace"
	chmod +x "$1/wavert-trace"
}

runs_beside()
{
	pair "free a: $ok" -- "free a: $ok"
	rm -rf "$work/beside"
	fake_trace "$work/beside" true
	cp "$O/wavert" "$work/beside"
	(cd "$traces" && "$work/beside/wavert" compare --run a.scn --run -b.scn -D hw:3 nt) >"$work/out" || return
	says "$work/out" '^one .* same$' && [ "$(cat "$traces/arguments")" = "-D hw:3 -- a.scn -b.scn" ]
}

runs_in_path()	# COMMAND at the end of wavert-trace, EXIT-CODE of wavert
{
	pair "free a: $ok" -- "free a: $ok"
	rm -rf "$work/path" "$work/alone"
	mkdir -p "$work/alone"
	cp "$O/wavert" "$work/alone"
	fake_trace "$work/path" "$1"
	PATH=$work/path:$PATH "$work/alone/wavert" compare --run a.scn "$traces/nt" >"$work/out" 2>"$work/err"
	[ $? = "$2" ]
}

runs_into_signal()
{
	runs_in_path 'kill -9 $$' 2 && says "$work/err" '^wavert: wavert-trace: ended by signal 9'
}

# With SIGCHLD ignored the parent cannot get the exit status of a child.
runs_unheard()
{
	pair "free a: $ok" -- "free a: $ok"
	rm -rf "$work/path"
	fake_trace "$work/path" true
	(trap '' CHLD; PATH=$work/path:$PATH exec "$work/alone/wavert" compare --run a.scn "$traces/nt") >"$work/out"
}

runs_nowhere()
{
	PATH=/nowhere "$work/alone/wavert" compare --run a.scn "$traces/nt" >"$work/out" 2>"$work/err"
	[ $? = 2 ] && says "$work/err" '^wavert: wavert-trace: '
}

reports()
{
	check "The report as text lists the difference" reported text '^two .* differs$' '^  two, NT, NOT EXPECTED: 1\. free a'
	check "the report as Markdown lists it" reported markdown '^\| two \| 1 \| 0 \| 0 \| differs \|$' '\*\*not expected\*\*: 1\. free a'
	check "the report as TAP lists it" reported tap '^ok 1 - scenario one: NT shows the client what Linux does$' '^not ok 2 - scenario two: NT shows the client what Linux does$' '^1\.\.2$'
	check "the report as TAP lists expected differences" tap_expected
	check "the report as a web page lists it, with a bar for each verdict" reported html 'bar same' 'bar bad.*<title>two: differs</title>' 'a &lt;driver&gt; &amp; co' '</html>$'
	check "the title of the page is that of --title, escaped" titled
	check "the report as JSON lists it" json_says
	check "a header names its column; its other members do not replace those of the JSON report" json_of_header
	check "Names and reasons are escaped in Markdown" no_markup markdown '&lt;script>\\`\\\*\\\|' '&lt;b>\\\[it\\\]\(x\)&lt;/b>$'
	check "Names and reasons are escaped in the web page" no_markup html '&lt;script&gt;`\*\|' '&lt;b&gt;\[it\]\(x\)&lt;/b&gt;'
	check "A report states that nothing ran on Windows, unless it did" of_windows
	check "compare runs scenarios with the wavert-trace of its directory" runs_beside
	check "otherwise with that in \$PATH" runs_in_path true 0
	check "if wavert-trace fails there is no report" runs_in_path false 2
	check "if a signal kills it compare reports that" runs_into_signal
	check "if it is missing compare reports that" runs_nowhere
	check "It runs with SIGCHLD ignored" runs_unheard
}

compare_tests()
{
	mkdir -p "$traces"
	bad_files
	compare_usage
	verdicts
	wall_clock
	positions
	layers
	reports
	scenarios
}
