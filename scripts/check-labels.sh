#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Checks the labels of Documentation/contract.md (WRT-017, Q2, M11, 5.3(4), D-KSM): each label that
# is cited in the tree is defined there, exactly once. The first column of a table defines
# a label. Prints TAP, with the offending lines below. Called by lint.sh and by hand.
#
# usage: check-labels.sh [ROOT]       check the tree (default: the one this script is in)
#        check-labels.sh --selftest   inject each error into a small tree; the check must find it
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
where='kernel compat userspace tests Documentation README.md'

# Tests write WRT_017 and wrt_017_; "WRT-045..048, 213" are three labels.
statement='\b[Ww][Rr][Tt][-_][0-9]{3,}((\.\.|, | and )[0-9]{3}\b)*'
others='\bEXT-[0-9]+\b|\b[QM][0-9]{1,2}\b|\b[DWROH]-[A-Z]{2,}[A-Z0-9]*\b|\b5\.3\([0-9]+\)'

defined() {
	sed -nE 's/^\| (WRT-[0-9]+|EXT-[0-9]+|[QM][0-9]+|[DWROH]-[A-Z0-9]+|5\.3\([0-9]+\)) \|.*/\1/p' Documentation/contract.md
}

twice() {
	defined | sort | uniq -d | sed 's/^/Documentation\/contract.md: /'
}

undefined() {
	defined >"$work/defined"
	[ -s "$work/defined" ] || echo "Documentation/contract.md: no label"
	# shellcheck disable=SC2086 # words
	grep -rInoE "$statement|$others" $where >"$work/cited" || :
	awk -F: '
		FILENAME == ARGV[1] { known[$0] = 1; next }
		{
			n = 1
			label[1] = $3
			if (tolower($3) ~ /^wrt/)
				n = split(substr($3, 5), label, /[^0-9]+/)
			for (i = 1; i <= n; i++) {
				if (tolower($3) ~ /^wrt/)
					label[i] = "WRT-" label[i]
				if (!(label[i] in known))
					print $1 ":" $2 ": " label[i]
			}
		}' "$work/defined" "$work/cited"
}

check() { # ROOT
	cd "$1"
	echo "1..2"
	failed=0
	count=0
	for rule in undefined twice; do
		count=$((count + 1))
		case $rule in
		undefined) title='every label that is cited is defined in Documentation/contract.md' ;;
		twice) title='no label is defined twice' ;;
		esac
		if $rule >"$work/found" && [ ! -s "$work/found" ]; then
			echo "ok $count - $title"
		else
			echo "not ok $count - $title"
			sed 's/^/# /' "$work/found"
			failed=1
		fi
	done
	return $failed
}

# ---- selftest -------------------------------------------------------------------------

# Adds a line to a file of the tree; prints the findings.
with() { # FILE LINE
	rm -rf "$work/tree"
	mkdir -p "$work/tree"
	# shellcheck disable=SC2086 # words
	(cd "$work/tree" && mkdir -p ${where%README.md} && touch README.md)
	cp "$here/Documentation/contract.md" "$work/tree/Documentation"
	echo "$2" >>"$work/tree/$1"
	(check "$work/tree") | grep '^#' | tr '\n' ' '
}

same() { # NAME EXPECTED FOUND
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		echo "# expected \"$2\", found \"$3\""
		failed=1
	fi
}

selftest() {
	count=0
	failed=0
	contract=Documentation/contract.md
	last=$(($(wc -l <"$here/$contract") + 1))
	same 'a statement' '# kernel/a.c:1: WRT-009 ' "$(with kernel/a.c '/* WRT-009 */')"
	same 'in a list' '# compat/a.h:1: WRT-009 # compat/a.h:1: WRT-219 ' \
		"$(with compat/a.h '/* WRT-001..009, 010 and 219, Q1 */')"
	same 'the name of a test' '# tests/a.c:1: WRT-219 ' "$(with tests/a.c 'TEST(WRT_219)')"
	same 'an extension' '# tests/a.c:1: EXT-99 ' "$(with tests/a.c '/* EXT-10, EXT-99 */')"
	same 'a ruling' '# userspace/a.c:1: Q99 ' "$(with userspace/a.c '/* (Q99) */')"
	same 'a rule for eventfds' '# README.md:1: M16 ' "$(with README.md 'See M16.')"
	same 'a source' "# $contract:$last: D-KSN " "$(with $contract 'As in D-KSN.')"
	same 'a defect' '# tests/a:1: 5.3(14) ' "$(with tests/a 'x | 5.3(14)')"
	same 'a label that is defined twice' "# $contract: Q2 " "$(with $contract '| Q2 | again |')"
	same 'labels that are defined, and look-alikes' '' \
		"$(with kernel/a.c '/* WRT-004, 005, M1, Q47, W-SET; WRT_STATUS, FREQ48, wrt_mp, VM16, PD-KSN */')"
	echo "1..$count"
	return $failed
}

case ${1-} in
--selftest) selftest ;;
--help) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" ;;
*) check "${1:-$here}" ;;
esac
