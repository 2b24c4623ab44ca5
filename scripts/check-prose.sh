#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Counts the phrases of prose-words in comments (C, shell, Python, make), man pages and Markdown.
# Each directory and each page may have at most 1.5 in 1000 words, or the ceiling that
# prose-ceilings has for it. A phrase in a small page may be right, so one is always allowed.
# Prints TAP, with the phrases below a line that fails. Called by lint.sh and by hand.
#
# usage: check-prose.sh [ROOT]        check the tree (default: the one this script is in)
#        check-prose.sh --list [ROOT] print every phrase as FILE:LINE: PHRASE (REPLACEMENT)
#        check-prose.sh --selftest    check small trees in which each rule is violated
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
general=1.5
words=$here/scripts/prose-words
ceilings=$here/scripts/prose-ceilings

# "KIND UNIT FILE" of each file with prose. tests/abi has frozen copies of headers.
files()
{
	if [ -e .git ]; then git ls-files; else find . -type f | sed 's|^\./||'; fi |
		grep -vE '^(LICENSES|tests/abi/[0-9.]+)/' | while read -r file; do
		unit=${file%%/*}
		[ "$unit" != "$file" ] || unit=packaging
		[ "$unit" != debian ] || unit=packaging
		case $file in
		*.md) echo "markdown $file $file" ;;
		*.[ch] | *.cc) echo "c $unit $file" ;;
		*.py) echo "python $unit $file" ;;
		*.[137]) echo "man $unit $file" ;;
		*.sh | *.config | *.conf | *Makefile | *Kbuild | debian/rules) echo "hash $unit $file" ;;
		*.*) ;;
		*) ! head -n 1 "$file" | grep -q '^#!.*sh$' || echo "hash $unit $file" ;;
		esac
	done
}

# Reads the list of files(). Prints "words UNIT NUMBER" for each block of prose and
# "hit UNIT FILE LINE PHRASE<tab>REPLACEMENT" for each phrase.
count()
{
	awk -v list="$words" '
	BEGIN {
		while ((getline line <list) > 0) {
			if (line == "" || line ~ /^#/)
				continue
			n = split(line, part, "\t")
			if (sub(/^! */, "", part[1]))
				allowed[" " part[1] " "]
			else
				instead[" " part[1] " "] = part[2]
		}
	}

	# Words with other signs than letters, and words in capitals, are names: they end a phrase.
	function tokens(text,    n, i, word, end, list, out) {
		n = split(text, list, /[ \t]+/)
		out = " . "
		for (i = 1; i <= n; i++) {
			word = list[i]
			gsub(/^[("`*\[]+/, "", word)
			gsub(/\047s$|[])"`*\047]+$/, "", word)
			end = word ~ /[.!?:]$/ ? " . " : word ~ /[,;]$/ ? " , " : " "
			gsub(/[])"`*\047]*[.,;:!?]+$/, "", word)
			if (word == "")
				continue
			if (word !~ /^[A-Za-z][a-z\047-]*$/)
				word = "0"
			out = out tolower(word) end
			number++
		}
		return out ". "
	}

	# A block ends; its lines are in text, the first one was line first.
	function block(    phrase, at, out) {
		if (text == "")
			return
		number = 0
		out = tokens(text)
		text = ""
		print "words", unit, number
		for (phrase in allowed)
			while ((at = index(out, phrase)) > 0)
				out = substr(out, 1, at) "0" substr(out, at + length(phrase) - 1)
		for (phrase in instead)
			while ((at = index(out, phrase)) > 0) {
				print "hit", unit, name, first, substr(phrase, 2, length(phrase) - 2) "\t" instead[phrase]
				out = substr(out, 1, at) "0" substr(out, at + length(phrase) - 1)
			}
	}

	function add(words) {
		if (text == "")
			first = line_number
		text = text " " words
	}

	# A comment of C: strings are skipped.
	function c_line(line,    at) {
		while (line != "") {
			if (inside) {
				at = index(line, "*/")
				add(at ? substr(line, 1, at - 1) : line)
				if (!at)
					return
				inside = 0
				block()
				line = substr(line, at + 2)
			} else if (match(line, /"([^"\\]|\\.)*"|\/\*|\/\//)) {
				at = substr(line, RSTART, 2)
				line = substr(line, RSTART + (at ~ /^"/ ? RLENGTH : 2))
				if (at == "//") {
					add(line)
					block()
					return
				}
				inside = at == "/*"
			} else {
				return
			}
		}
	}

	# A run of lines with a comment is one block.
	function hash_line(line) {
		if (line ~ /^[ \t]*#/ && line !~ /^#!/) {
			sub(/^[ \t]*#+/, "", line)
			add(line)
		} else {
			block()
			if (match(line, /[ \t]#[ \t][^\047"]*$/)) {
				add(substr(line, RSTART + 3))
				block()
			}
		}
	}

	function python_line(line,    quotes) {
		quotes = gsub(/"""/, " ", line)
		if (inside || quotes) {
			add(line)
			inside = quotes == 1 ? !inside : inside
			if (!inside)
				block()
		} else {
			hash_line(line)
		}
	}

	function markdown_line(line) {
		if (line ~ /^```/)
			inside = !inside
		if (inside || line ~ /^```|^    |^[ \t]*$/) {
			block()
			return
		}
		gsub(/\|/, " : ", line)
		gsub(/`[^`]*`/, " 0 ", line)
		gsub(/\]\([^)]*\)/, " ", line)
		if (line ~ /^ *([#*-]|[0-9]+\.) /)
			block()
		sub(/^ *([#*-]+|[0-9]+\.) /, "", line)
		add(line)
	}

	function man_line(line) {
		if (line ~ /^\.(TH|SH|SS|TP|PP|TS|TE|nf|fi|br)/)
			block()
		if (line ~ /^\.TH/ || line ~ /^[.\047]\\"/)
			return
		sub(/^\.[A-Z]+/, "", line)
		gsub(/\\f./, "", line)
		gsub(/\|/, " : ", line)
		gsub(/\\/, "", line)
		add(line)
	}

	{
		unit = $2
		name = $3
		inside = line_number = 0
		while ((getline line <name) > 0) {
			line_number++
			if ($1 == "c")
				c_line(line)
			else if ($1 == "hash")
				hash_line(line)
			else if ($1 == "python")
				python_line(line)
			else if ($1 == "markdown")
				markdown_line(line)
			else
				man_line(line)
		}
		close(name)
		block()
	}'
}

# A line of TAP for each unit: its rate against its ceiling. A ceiling may only fall: one above
# the general ceiling that is not needed any more has to be removed.
judge()
{
	awk -v general=$general -v list="$ceilings" '
	BEGIN {
		while ((getline line <list) > 0)
			if (line !~ /^#|^$/) {
				split(line, part)
				ceiling[part[1]] = part[2]
			}
	}
	$1 == "words" { words[$2] += $3 }
	$1 == "hit" {
		hits[$2]++
		unit = $2
		file = $3
		line = $4
		sub(/^hit [^ ]* [^ ]* [^ ]* /, "")
		split($0, part, "\t")
		detail[unit] = detail[unit] "# " file ":" line ": " part[1] " (" part[2] ")\n"
	}
	END {
		for (unit in words)
			order[++n] = unit
		for (unit in ceiling)
			if (!(unit in words))
				order[++n] = unit
		for (i = 2; i <= n; i++)
			for (k = i; k > 1 && order[k] < order[k - 1]; k--) {
				unit = order[k]
				order[k] = order[k - 1]
				order[k - 1] = unit
			}
		for (i = 1; i <= n; i++) {
			unit = order[i]
			rate = words[unit] ? 1000 * hits[unit] / words[unit] : 0
			limit = unit in ceiling ? ceiling[unit] : general
			good = rate <= limit || hits[unit] == 1
			stale = unit in ceiling && rate <= general
			printf "%s %d - %s: at most %s phrases of prose-words in 1000 words: %.1f (%d in %d)\n",
				good && !stale ? "ok" : "not ok", i, unit, limit, rate, hits[unit], words[unit]
			if (!good)
				printf "%s", detail[unit]
			if (stale)
				print "# its line in prose-ceilings has to be removed"
			bad = bad || !good || stale
		}
		print "1.." n
		exit bad || !n
	}'
}

# ---- selftest -------------------------------------------------------------------------

# NAME good|bad FILE TEXT [LINE of prose-ceilings]: a tree of one file.
try()
{
	rm -rf "$work/tree"
	mkdir -p "$work/tree/$(dirname "$3")"
	printf '%b' "$4" >"$work/tree/$3"
	printf '%b' "${5-}" >"$work/ceilings"
	n=$((n + 1))
	verdict=good
	(cd "$work/tree" && ceilings=$work/ceilings && files | count >"$work/counts" && judge <"$work/counts") \
		>"$work/out" || verdict=bad
	if [ $verdict = "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1: $verdict"
		sed 's/^/# /' "$work/out"
		failed=1
	fi
}

# shellcheck disable=SC2016 # text of the trees
selftest()
{
	n=0 failed=0
	try "a comment of C is counted" bad kernel/a.c '/* Nobody\n * goes on. */\n'
	try "a line comment of C is counted" bad kernel/a.c 'int a; // whoever was told\n'
	try "a phrase over two lines is counted" bad kernel/a.c '/* it goes\n * on, goes\n * on */\n'
	try "strings and names of C are not counted" good kernel/a.c \
		'char *s = "/* nobody told whoever"; /* told_at, nobody(), tests/plants/, BED, PLANT */\nint told, nobody;\n'
	try "a comment of shell is counted" bad scripts/a.sh '# nobody\n# told\n'
	try "a comment after a command is counted" bad scripts/a.sh 'a=1\t# nobody told\n'
	try "commands are not counted" good scripts/a.sh 'nobody told "$#" ${told#nobody}\n# plain\n'
	try "a script without a suffix is counted" bad tests/run '#!/bin/sh\n# nobody told\n'
	try "a comment of Python is counted" bad tests/a.py 'a = 1  # nobody told\n'
	try "a docstring of Python is counted" bad tests/a.py '"""Nobody\n\ntold.\n"""\nnobody = told\n'
	try "a page is counted" bad README.md 'Nobody was told.\n'
	try "code of a page is not counted" good README.md '```\nnobody told\n```\n\n    nobody told\n\n`nobody` `told`\n'
	try "a man page is counted" bad userspace/man/a.1 '.SH NAME\nnobody\n.B told\n'
	try "\"too\" is counted at the end of a sentence" bad a.md 'This too. That as well.\n'
	try "\"too\" is not counted inside" good a.md 'This is too long. That as well as this.\n'
	try "\"who\" is counted at the beginning of a sentence" bad a.md 'Who unlinks waits. Who links too.\n'
	try "one phrase is allowed" good a.md 'Nobody.\n'
	try "a ceiling is kept" good a.md 'Nobody told somebody nothing.\n' 'a.md 800\n'
	try "a ceiling must not be exceeded" bad a.md 'Nobody told somebody nothing.\n' 'a.md 500\n'
	try "a ceiling that is not needed is found" bad a.md 'Plain words.\n' 'a.md 2\n'
	try "a ceiling of a missing file is found" bad a.md 'Plain words.\n' 'b.md 2\n'
	echo "1..$n"
	return $failed
}

case ${1-} in
--selftest) selftest ;;
--list)
	cd "${2:-$here}"
	files | count | sed -n 's/^hit [^ ]* \([^ ]*\) \([0-9]*\) \(.*\)	\(.*\)/\1:\2: \3 (\4)/p'
	;;
*)
	cd "${1:-$here}"
	files >"$work/files"
	count <"$work/files" >"$work/counts"
	judge <"$work/counts"
	;;
esac
