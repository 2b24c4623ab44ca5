#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The results of all modes as a table. Called by run.sh --table.
# Fails if a mode has not been run, or has no result for a statement.
#
#   table.sh RESULTS MODE... >table.md
set -eu
cd "$(dirname "$0")"
contract=../../Documentation/contract.md
results=$1
shift
files=()
for mode; do
	[ -s "$results/$mode.tap" ] || { echo "table.sh: mode $mode has not been run" >&2; exit 1; }
	files+=("$results/$mode.tap")
done
echo '# Results of the conformance tests'
echo
awk -F ' *[|] *' -v modes="$*" -v contract="$contract" '
	BEGIN { nmodes = split(modes, mode, " ") }
	FILENAME == contract && /^### / { group = substr($0, 5) }
	FILENAME == contract && /^[|] WRT-[0-9]+ / {
		id[++n] = $2; text[$2] = $3; source[$2] = $4; class[$2] = $5; in_group[$2] = group
	}
	FILENAME == contract { next }
	FNR == 1 { m++ }
	/^(not )?ok [0-9]+ - WRT-/ {
		match($0, /WRT-[0-9]+/)
		s = substr($0, RSTART, RLENGTH)
		if (/^not ok/) {
			what = "**fail**"; failed[m]++
		} else if (at = index($0, " # violated on ")) {
			why = substr($0, at + 15)
			if (!(why in letter)) { letter[why] = ++letters; reason[letters] = why }
			what = "**deviates** [" letter[why] "](#reasons)"
			deviates[m]++
		} else if (at = index($0, " # SKIP ")) {
			why = substr($0, at + 8)
			if (!(why in letter)) { letter[why] = ++letters; reason[letters] = why }
			what = "[" letter[why] "](#reasons)"
			if (why ~ /^untestable/) untestable[m]++; else lacks[m]++
		} else {
			what = "pass"; passed[m]++
			shown[s] = 1
		}
		result[s, m] = what
	}
	END {
		print "| mode | statements | tested | passed | deviates | failed | not shown in this mode | untestable |"
		print "|---|---|---|---|---|---|---|---|"
		for (m = 1; m <= nmodes; m++)
			printf "| %s | %d | %d | %d | %d | %d | %d | %d |\n", mode[m], n,
				passed[m] + deviates[m] + failed[m], passed[m], deviates[m], failed[m], lacks[m], untestable[m]
		for (i = 1; i <= n; i++)
			if (id[i] in shown) some++; else none = none " " id[i]
		printf "\n%d of %d statements are shown in at least one mode; in none:%s. Numbers in the tables are reasons, see the end.\n", some, n, none
		for (i = 1; i <= n; i++) {
			s = id[i]
			if (in_group[s] != last) {
				last = in_group[s]
				printf "\n## %s\n\n| id | statement | class | source |", last
				for (m = 1; m <= nmodes; m++) printf " %s |", mode[m]
				printf "\n|---|---|---|---|"
				for (m = 1; m <= nmodes; m++) printf "---|"
				print ""
			}
			printf "| %s | %s | %s | %s |", s, text[s], class[s], source[s]
			for (m = 1; m <= nmodes; m++) {
				if (!((s, m) in result)) {
					print "table.sh: " mode[m] " says nothing of " s >"/dev/stderr"
					silent = 1
				}
				printf " %s |", result[s, m]
			}
			print ""
		}
		print "\n## Reasons\n"
		for (i = 1; i <= letters; i++) printf "%d. %s\n", i, reason[i]
		exit silent
	}
' "$contract" "${files[@]}"
printf '\n## Other implementations\n'
for profile in $(sed -n 's/^\([a-z]*\) |.*/\1/p' deviations | uniq); do
	printf '\n### %s\n\n' "$profile"
	if [ -s "$results/host.$profile" ]; then
		printf '%d statements as listed, %d not.\n\n' \
			"$(grep -c '^ok.*# differs from' "$results/host.$profile")" \
			"$(grep -c '^not ok' "$results/host.$profile" || true)"
	fi
	echo '| id | what it does |'
	echo '|---|---|'
	awk -F ' *[|] *' -v p="$profile" '$1 == p && !seen[$2 $5]++ { printf "| %s | %s |\n", $2, $5 }' deviations
done
