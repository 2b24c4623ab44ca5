#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by scripts that print the TAP of several programs as one. The caller sets count and failed
# to 0 and prints the plan; skipped is counted too.
# shellcheck disable=SC2034 # variables of the caller
skipped=0

# Each program numbers its own lines: number them again, drop their plans.
renumber()	# < TAP
{
	local line
	while IFS= read -r line; do
		case $line in
		"ok "* | "not ok "*)
			count=$((count + 1))
			case $line in
			not*) failed=$((failed + 1)) ;;
			*"# SKIP"*) skipped=$((skipped + 1)) ;;
			esac
			line=$(sed -E "s/^(not ok|ok) ?[0-9]* - /\1 $count - /" <<<"$line")
			;;
		1..*) continue ;;
		esac
		echo "$line"
	done
}
