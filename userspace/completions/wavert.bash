# SPDX-License-Identifier: GPL-2.0-only
# bash completion for wavert

_wavert_cards()
{
	cat /proc/asound/card*/id 2>/dev/null
}

_wavert_pci()
{
	grep -lE '^0x040[13]' /sys/bus/pci/devices/*/class 2>/dev/null | awk -F / '{ print $6 }'
}

_wavert_options()	# VERB
{
	echo "-h --help -V --version"
	case $1 in
	list) echo "--json" ;;
	info) echo "-D --device -p --pin --json" ;;
	play) echo "-D --device -p --pin -n --notifications -b --buffer-time -q --quiet" ;;
	record)
		echo "-D --device -p --pin -n --notifications -b --buffer-time -r --rate -f --format"
		echo "-c --channels -s --frames -d --duration -q --quiet"
		;;
	watch)
		echo "-D --device -p --pin -d --duration --count --capture --until-stop --live"
		echo "--threshold --json -q --quiet"
		;;
	attach | detach) echo "--all -q --quiet" ;;
	bind) echo "--out --in --dry-run -q --quiet" ;;
	unbind) echo "--dry-run --force -q --quiet" ;;
	doctor) echo "--fix --json" ;;
	silicon-report) echo "-D --device -d --duration --json" ;;
	compare)
		echo "-D --device -f --format --json --expected --core --host --run -o --output --title"
		;;
	esac
}

_wavert_words()	# WORDS: those that begin as the current word
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_wavert_files()
{
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}

_wavert_verbs="list info play record watch attach detach bind unbind doctor compare silicon-report"

_wavert()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb=
	COMPREPLY=()
	[ "$COMP_CWORD" -lt 2 ] || verb=${COMP_WORDS[1]}
	case $prev in
	-D | --device) _wavert_words "$(_wavert_cards)" && return ;;
	-f | --format)
		if [ "$verb" = compare ]; then
			_wavert_words "text markdown json html tap"
		else
			_wavert_words "U8 S16 S20_32 S24_3 S24_32 S32 FLOAT"
		fi
		return
		;;
	--out) _wavert_words "headphone line-out speaker spdif" && return ;;
	--in) _wavert_words "mic line internal aux" && return ;;
	-o | --expected | --core | --host | --run | --output) _wavert_files && return ;;
	-[pnbrcsd] | --pin | --notifications | --buffer-time | --rate | --channels | --frames | --duration | --count | --threshold)
		return
		;;
	esac
	case $cur in
	-*) _wavert_words "$(_wavert_options "$verb")" && return ;;
	esac
	case $verb in
	'') _wavert_words "$_wavert_verbs help" ;;
	help) _wavert_words "$_wavert_verbs" ;;
	play | record | doctor | compare) _wavert_files ;;
	attach | detach) _wavert_words "$(_wavert_cards)" ;;
	bind | unbind) _wavert_words "$(_wavert_pci)" ;;
	esac
}

complete -F _wavert wavert
