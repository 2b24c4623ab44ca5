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

# What stands before the cursor that is no option: the verb.
_wavert_verb()
{
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		list | info | play | record | watch | bind | unbind | doctor | compare)
			echo "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_wavert_options()	# VERB
{
	echo "--help --version"
	case $1 in
	list) echo "--json" ;;
	info) echo "--device --pin --json" ;;
	play) echo "--device --pin --notifications --buffer-time --quiet" ;;
	record)
		echo "--device --pin --notifications --buffer-time --rate --format --channels"
		echo "--frames --duration --quiet"
		;;
	watch)
		echo "--device --pin --duration --count --capture --until-stop --live --threshold"
		echo "--json --quiet"
		;;
	bind) echo "--dry-run --quiet" ;;
	unbind) echo "--dry-run --force --quiet" ;;
	doctor) echo "--json" ;;
	compare) echo "--device --expected --core --host --run --format --output --json" ;;
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

_wavert()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb
	verb=$(_wavert_verb)
	COMPREPLY=()
	case $prev in
	-D | --device) _wavert_words "$(_wavert_cards)" && return ;;
	-f | --format)
		if [ "$verb" = compare ]; then
			_wavert_words "text markdown json html tap"
		else
			_wavert_words "U8 S16 S20_32 S24_32 S32 FLOAT"
		fi
		return
		;;
	-o | --expected | --core | --host | --run | --output) _wavert_files && return ;;
	-[pnbrcsd] | --pin | --notifications | --buffer-time | --rate | --channels | --frames | --duration | --count | --threshold)
		return
		;;
	esac
	case $cur in
	-*) _wavert_words "$(_wavert_options "$verb")" && return ;;
	esac
	case $verb in
	'') _wavert_words "list info play record watch bind unbind doctor compare" ;;
	play | record | doctor | compare) _wavert_files ;;
	bind | unbind) _wavert_words "$(_wavert_pci)" ;;
	esac
}

complete -F _wavert wavert
