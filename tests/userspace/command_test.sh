# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Tests of the wavert command that need no card: help, man page, completions and parser of each verb
# agree; wrong usage; width and colour of tables; documents and their schema. Sourced by run.sh,
# which has $O, $user and $work.
# shellcheck disable=SC2154,SC2317

verbs="list info play record watch attach detach bind unbind doctor compare silicon-report help"

# ---- each verb: help, man page, completions, parser -------------------------------------------

# "-D" and "--device", one a line
help_of()	# VERB
{
	"$O/wavert" "$1" --help | sed -n 's/^  *\(-.*[^ ]\)  .*/\1/p; s/^  *\(-[^ ]*\)$/\1/p' |
		grep -oE -- '(^|[ ,])-(-[a-z-]+|[a-zA-Z])' | tr -d ' ,' | sort -u
}

all_options()
{
	for verb in $verbs; do
		help_of $verb
	done | sort -u
}

agrees()	# FILE: compares options of the verb, found elsewhere, with $work/help
{
	[ "$(wc -l <"$work/help")" -ge 4 ] && diff "$work/help" "$1"
}

long_only()
{
	grep -- '^--' | sort -u
}

# The line "Options: ..." of the verb; every verb has help and version.
man_agrees()	# VERB
{
	help_of "$1" | long_only >"$work/help.long"
	plain $user/man/wavert.1 | awk -v want="$1" '
		/^\.SH/ { on = $2 == "VERBS" }
		on && before == ".TP" { verb = $2 }
		{ before = $0 }
		on && verb == want && /^Options:/' >"$work/line"
	{ grep -oE -- '--[a-z]+(-[a-z]+)*' "$work/line"; printf '%s\n' --help --version; } |
		sort >"$work/man"
	plain $user/man/wavert.1 | grep -qE "^\.B[IR]? $1( |\$)" && diff "$work/help.long" "$work/man"
}

# Each "-D, --device" of a help has an entry in OPTIONS.
man_explains()
{
	plain $user/man/wavert.1 | sed -n '/^\.SH OPTIONS/,/^\.SH OBSERVING/p' >"$work/options"
	for verb in $verbs; do
		"$O/wavert" $verb --help | grep -oE -- '^  +(-[a-zA-Z], )?--[a-z-]+' | tr -d ' '
	done | sort -u >"$work/pairs"
	[ "$(wc -l <"$work/pairs")" -ge 25 ] || return
	bad=0
	while IFS=, read -r short long; do
		grep -qE -- "^\.B.* $short([^a-zA-Z].*)?${long:+--${long#--}}([^a-z-]|\$)" "$work/options" ||
			{ echo "missing $short $long"; bad=1; }
	done <"$work/pairs"
	return $bad
}

bash_agrees()	# VERB
{
	bash -c '. "$1"; _wavert_options "$2"' - $user/completions/wavert.bash "$1" | tr ' ' '\n' |
		sort >"$work/bash"
	agrees "$work/bash"
}

zsh_agrees()	# VERB
{
	zsh -c '_arguments() { print -l -- "$@" }; words=(wavert $2 -) CURRENT=3; . $1' - \
		./$user/completions/_wavert "$1" |
		sed -n 's/^\*//; s/^([^)]*)//; s/^\(--*[a-zA-Z][a-z-]*\)[[+=].*/\1/p' | sort >"$work/zsh"
	agrees "$work/zsh"
}

fish_agrees()	# VERB
{
	fish -c "source $user/completions/wavert.fish; complete -C 'wavert $1 -'" | cut -f 1 |
		sort >"$work/fish"
	agrees "$work/fish"
}

# Options of other verbs are usage errors, those of the help are accepted. The added options keep
# the verb from running: an option that does not exist, twice since the first may be a value.
parser_agrees()	# VERB
{
	all_options >"$work/all"
	: >"$work/parsed"
	while read -r option; do
		! grep -q -- "^$option." "$work/help" || grep -qx -- "$option" "$work/help" ||
			continue	# an abbreviation
		"$O/wavert" "$1" "$option" --nothing --nothing >"$work/out" 2>"$work/err"
		head -n 1 "$work/err" |
			grep -qE "unrecognized option '$option'|invalid option -- '${option#-}'|^Usage: " ||
			printf '%s\n' "$option" >>"$work/parsed"
	done <"$work/all"
	sort -o "$work/parsed" "$work/parsed"
	agrees "$work/parsed"
}

help_is_the_same()	# VERB
{
	"$O/wavert" help "$1" >"$work/one" && "$O/wavert" "$1" --help >"$work/two" &&
		"$O/wavert" "$1" -h >"$work/three" && [ -s "$work/one" ] &&
		cmp "$work/one" "$work/two" && cmp "$work/one" "$work/three"
}

# The list of verbs: of the help, the man page and the completions.
verbs_agree()
{
	echo "$verbs" | tr ' ' '\n' | sort >"$work/verbs"
	"$O/wavert" --help | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p' | sort >"$work/help.verbs"
	plain $user/man/wavert.1 | sed -n '/^\.SH VERBS/,/^\.SH OPTIONS/{/^\.TP/{n;s/^[^ ]* \([a-z-]*\).*/\1/p;};}' |
		sort >"$work/man.verbs"
	same "$work/verbs" "$work/help.verbs" && same "$work/verbs" "$work/man.verbs" &&
		bash -c '. "$1"; COMP_WORDS=(wavert "") COMP_CWORD=1; _wavert; printf "%s\n" "${COMPREPLY[@]}"' - \
			$user/completions/wavert.bash | sort | same "$work/verbs" -
}

zsh_has_verbs()
{
	zsh -c '_arguments() { }; _describe() { print -l -- ${${(P)4}%%:*} }; words=(wavert) CURRENT=2
		. $1; _wavert_verb' - ./$user/completions/_wavert | sort | same "$work/verbs" -
}

fish_has_verbs()
{
	fish -c "source $user/completions/wavert.fish; complete -C 'wavert '" | cut -f 1 | sort |
		same "$work/verbs" -
}

bash_completes()
{
	bash -c '. '$user'/completions/wavert.bash
		COMP_WORDS=(wavert watch --thr) COMP_CWORD=2; _wavert; [ "${COMPREPLY[*]}" = --threshold ] || exit
		COMP_WORDS=(wavert list --thr) COMP_CWORD=2; _wavert; [ "${COMPREPLY[*]}" = "" ] || exit
		COMP_WORDS=(wavert do) COMP_CWORD=1; _wavert; [ "${COMPREPLY[*]}" = doctor ] || exit
		COMP_WORDS=(wavert help do) COMP_CWORD=2; _wavert; [ "${COMPREPLY[*]}" = doctor ] || exit
		COMP_WORDS=(wavert record -f S2) COMP_CWORD=3; _wavert; [ "${COMPREPLY[*]}" = "S20_32 S24_3 S24_32" ] || exit
		COMP_WORDS=(wavert compare -f m) COMP_CWORD=3; _wavert; [ "${COMPREPLY[*]}" = markdown ]'
}

fish_completes()
{
	[ "$(fish -c "source $user/completions/wavert.fish; complete -C 'wavert record -f S2'" | cut -f 1 | tr '\n' ' ')" = "S20_32 S24_3 S24_32 " ] &&
		[ "$(fish -c "source $user/completions/wavert.fish; complete -C 'wavert compare -f m'" | cut -f 1)" = markdown ]
}

verb_tests()
{
	check "Help, man page and completions for bash have the same verbs" verbs_agree
	optional zsh "the completions for zsh have the same verbs" zsh_has_verbs
	optional fish "the completions for fish have the same verbs" fish_has_verbs
	check "wavert(1) explains each option of each help" man_explains
	for verb in $verbs; do
		check "$verb: all three ways to print its help print the same" help_is_the_same $verb
		help_of $verb >"$work/help"
		check "$verb: the parser accepts the options of its help and refuses those of other verbs" parser_agrees $verb
		check "$verb: wavert(1) lists them" man_agrees $verb
		check "$verb: bash completes them" bash_agrees $verb
		optional zsh "$verb: zsh completes them" zsh_agrees $verb
		optional fish "$verb: fish completes them" fish_agrees $verb
	done
	check "bash completes verbs and values" bash_completes
	optional fish "fish completes values" fish_completes
}

# ---- wrong usage ------------------------------------------------------------------------------

# Exit code 2, nothing on standard output, no file created; the message names the wrong value
# and the expected ones, and ends with a reference to the help.
misuse()	# MESSAGE ARGUMENT...
{
	message=$1
	shift
	check "wavert $*: $message" misused "$message" "$@"
}

misused()	# MESSAGE ARGUMENT...
{
	message=$1
	shift
	rm -rf "$work/cwd" && mkdir "$work/cwd"
	(cd "$work/cwd" && "$O/wavert" "$@") >"$work/out" 2>"$work/err" </dev/null
	code=$?
	echo "exit code $code"
	cat "$work/err"
	case ${1-} in
	-* | '' | nonsense) where="wavert --help" ;;
	help) where="wavert (help )?--help" ;;
	*) where="wavert $1 --help" ;;
	esac
	[ "$code" = 2 ] && [ ! -s "$work/out" ] && [ -z "$(ls "$work/cwd")" ] &&
		head -n 1 "$work/err" | grep -qF -- "$message" &&
		tail -n 1 "$work/err" | grep -qE "[Ss]ee $where\.?\$"
}

# The second line lists the options.
shows_options()	# VERB OPTION
{
	"$O/wavert" "$1" --nothing 2>&1 | tr -d '\n' | grep -qF -- "$2"
}

wrong_uses()
{
	all="list, info, play, record, watch, attach, detach, bind, unbind, doctor, compare, silicon-report, help"
	misuse "no verb is given; one of $all is expected"
	misuse "there is no verb \"nonsense\"; one of $all is expected" nonsense
	misuse "there is no verb \"Play\"; one of $all is expected" help Play
	misuse "argument \"bind\": at most one verb is expected, no more" help list bind
	misuse "unrecognized option '--pin'" --pin 0 list
	misuse "invalid option -- 'q'" -q play x.wav
	misuse "unrecognized option '--loud'" play --loud x.wav
	check "the message lists the options" shows_options play "[--buffer-time=MS]"
	misuse "invalid option -- 'x'" play -qx x.wav
	misuse "unrecognized option '--force'" bind --force 0000:00:04.0
	misuse "unrecognized option '--json'" play --json x.wav
	misuse "unrecognized option '--rate=44100'" play --rate=44100 x.wav
	misuse "unrecognized option '--device=0'" list --device=0
	misuse "unrecognized option '--dry-run'" doctor --dry-run
	misuse "option '--pin' requires an argument" info --pin
	misuse "option requires an argument -- 'D'" watch -D
	misuse "option '--json' doesn't allow an argument" list --json=x
	misuse "argument \"all\": no argument is expected" list all
	misuse "argument \"0\": no argument is expected" info 0
	misuse "argument \"hw:0\": no argument is expected" watch hw:0
	misuse "one sound file is expected" play
	misuse "argument \"b.wav\": one sound file is expected, no more" play a.wav b.wav
	misuse "one file to write is expected" record -d 1
	misuse "argument \"b.wav\": one file to write is expected, no more" record a.wav b.wav
	misuse "one PCI address is expected" bind
	misuse "one PCI address is expected" unbind --force
	misuse "hw:0 is not a PCI address; one such as 0000:00:04.0 is expected" bind hw:0
	misuse "00:04.8 is not a PCI address; one such as 0000:00:04.0 is expected" unbind 00:04.8
	misuse "argument \"b.ko\": at most one module file is expected, no more" doctor a.ko b.ko
	misuse "--fix and \"a.ko\": --fix is for the installed module, no file is expected" doctor --fix a.ko
	misuse "--pin=32: a number from 0 to 31 is expected" play --pin 32 x.wav
	misuse "--pin=-1: a number from 0 to 31 is expected" info --pin=-1
	misuse "--pin=one: a number from 0 to 31 is expected" watch -p one
	misuse "--pin=: a number from 0 to 31 is expected" watch --pin=
	misuse "--notifications=1: a number from 2 to 1048576 is expected" play -n 1 x.wav
	misuse "--notifications=2x: a number from 2 to 1048576 is expected" record -n 2x x.wav
	misuse "--buffer-time=0: a number from 1 to 600000 is expected" play -b 0 x.wav
	misuse "--buffer-time=0x10: a number from 1 to 600000 is expected" record --buffer-time=0x10 x.wav
	misuse "--rate=0: a number from 1 to 10000000 is expected" record -r 0 x.wav
	misuse "--rate=44.1k: a number from 1 to 10000000 is expected" record -r 44.1k x.wav
	misuse "--format=S8: U8, S16, S20_32, S24_3, S24_32, S32 or FLOAT is expected" record -f S8 x.wav
	misuse "--channels=257: a number from 1 to 256 is expected" record -c 257 x.wav
	misuse "--frames=0: a number from 1 to 4611686018427387904 is expected" record -s 0 x.wav
	misuse "--frames=18446744073709551616: a number from 1 to" record -s 18446744073709551616 x.wav
	misuse "--duration=-1: seconds above 0 are expected" record --duration=-1 x.wav
	misuse "--duration=nan: seconds above 0 are expected" watch -d nan
	misuse "--duration=10s: seconds above 0 are expected" watch -d 10s
	misuse "--count=0: a number from 1 to" watch --count=0
	misuse "--threshold=1ms: a number from 0 to 1000000000 is expected" watch --threshold 1ms
	misuse "--format=xml: text, markdown, json, html or tap is expected" compare --format xml a b
	misuse "--json and --format=html: one of them is expected" compare --json -f html a b
	misuse "number of traces 0: 2 to 8 are expected, with --run 1 to 7" compare
	misuse "number of traces 1: 2 to 8 are expected, with --run 1 to 7" compare a
	misuse "number of traces 0: 2 to 8 are expected, with --run 1 to 7" compare --run a.scn
	misuse "argument \"i\": a list of 2 to 8 traces is expected, no more" compare a b c d e f g h i
}

# ---- tables and documents -----------------------------------------------------------------------

# No line is longer than the width; at the maximum width no line needs wrapping.
keeps_to()	# WIDTH COMMAND...
{
	width=$1
	shift
	COLUMNS=$width "$@" >"$work/table" 2>&1
	awk -v w="$width" 'length > w { print length ": " $0; bad = 1 } END { exit bad || NR < 3 }' "$work/table"
}

# Wrapping a line loses none of its words.
same_words()	# COMMAND...
{
	COLUMNS=60 "$@" 2>&1 | tr -d ' \n' >"$work/narrow"
	COLUMNS=200 "$@" 2>&1 | tr -d ' \n' >"$work/wide"
	cmp "$work/narrow" "$work/wide"
}

limited_to()	# COLUMNS SAME-AS
{
	COLUMNS=$1 "$O/wavert" doctor "$work/no/module" >"$work/one"
	COLUMNS=$2 "$O/wavert" doctor "$work/no/module" >"$work/two"
	cmp "$work/one" "$work/two"
}

coloured()	# yes|no COMMAND...
{
	want=$1
	shift
	"$@" >"$work/shown"
	esc=$(printf '\033')
	if grep -q "$esc" "$work/shown"; then is=yes; else is=no; fi
	cat "$work/shown"
	[ $is = "$want" ]
}

terminal_width()	# COLUMNS
{
	"$O/with" terminal sh -c "stty cols $1; NO_COLOR=1 '$O/wavert' doctor" | tr -d '\r' >"$work/one"
	COLUMNS=$1 "$O/wavert" doctor >"$work/two"
	cmp "$work/one" "$work/two"
}

# Every text and every command of the document is in the text.
doctor_texts()
{
	"$O/wavert" doctor --json >"$work/doctor.json"
	"$O/wavert" doctor >"$work/doctor.text"
	n=0
	while text=$("$O/json_value" "$work/doctor.json" checks $n text 2>/dev/null); do
		text=${text#\"}
		grep -qF -- "${text%\"}" "$work/doctor.text" || { echo "missing $text"; return 1; }
		n=$((n + 1))
	done
	[ $n -ge 2 ]
}

valid()	# COMMAND...
{
	"$@" >"$work/valid.json" 2>"$work/err"
	$here/valid_json.py "$work/valid.json"
}

# A document that violates the schema has to be refused.
spoiled()	# SED-COMMAND COMMAND...
{
	spoil=$1
	shift
	"$@" 2>"$work/err" | sed "$spoil" >"$work/spoiled.json"
	! $here/valid_json.py "$work/spoiled.json"
}

full_disk()
{
	"$O/wavert" "$@" >/dev/full 2>"$work/err"
	code=$?
	cat "$work/err"
	[ $code = 1 ] && grep -q '^wavert: standard output: No space left on device' "$work/err"
}

table_tests()
{
	for width in 60 61 80 132 200; do
		check "doctor prints at most $width columns" keeps_to $width "$O/wavert" doctor "$work/no/such/directory/with/a/long/name/snd-wavert.ko"
	done
	for verb in $verbs; do
		check "$verb --help prints at most 60 columns" keeps_to 60 "$O/wavert" $verb --help
	done
	check "wavert --help prints at most 60 columns" keeps_to 60 "$O/wavert" --help
	check "doctor prints everything at 60 columns" same_words "$O/wavert" doctor
	check "Below 60 columns the output is that of 60" limited_to 20 60
	check "Above 200 columns the output is that of 200" limited_to 1000 200
	check "COLUMNS is ignored if it is not a number" limited_to wide ''
	check "The width is that of the terminal" terminal_width 72
	check "The output has colours on a terminal" coloured yes env TERM=xterm "$O/with" terminal "$O/wavert" doctor
	check "NO_COLOR turns colours off" coloured no env TERM=xterm NO_COLOR=1 "$O/with" terminal "$O/wavert" doctor
	check "an empty NO_COLOR does not" coloured yes env TERM=xterm NO_COLOR= "$O/with" terminal "$O/wavert" doctor
	check "a dumb terminal gets no colours" coloured no env TERM=dumb "$O/with" terminal "$O/wavert" doctor
	check "none in a pipe" coloured no env TERM=xterm "$O/wavert" doctor
	check "doctor has the same contents in JSON" doctor_texts
	check "A full disk is an error of help" full_disk --help
	check "and of doctor" full_disk help doctor
	check "The document of doctor is valid by the schema" valid "$O/wavert" doctor --json
	check "that for a wrong module is valid" valid "$O/wavert" doctor --json /etc/passwd
	check "that of list without a card is valid" valid "$O/wavert" list --json
	check "The schema refuses a text that is not a sentence" \
		spoiled 's/"text": "\([^"]*\)\."/"text": "\1"/' "$O/wavert" doctor --json
	check "it refuses a number as text" spoiled 's/"wrong": \([0-9]*\)/"wrong": "\1"/' "$O/wavert" doctor --json
	check "it refuses an unknown member" spoiled 's/"verb"/"more": 1, &/' "$O/wavert" doctor --json
	check "it refuses an unknown verb" spoiled 's/"verb": "list"/"verb": "lists"/' "$O/wavert" list --json
}
