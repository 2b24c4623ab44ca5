#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make coverage: the lines that the tests execute. OS-neutral directories are counted in the unit
# tests on the host, the others in uml, where only our modules are compiled for gcov.
# Writes and prints build/coverage/table, and writes build/coverage/FILE.gcov for each source.
#
#   tests/coverage.sh            run everything, print the table
#   tests/coverage.sh --table    print the table of the last run again
#
# Fails when a directory is below 90 %.
set -u
cd "$(dirname "$0")/.." || exit
top=$PWD
out=$top/build/coverage

gcov_lines()	# OBJECT-DIRECTORY SOURCE: writes the annotated source, prints "RUN ALL"
{
	local name=${2//\//#}
	(cd "$out" && gcov -o "$1/$(dirname "$2")" "$1/${2%.c}.o" >/dev/null 2>&1 || exit
	mv "$(basename "$2").gcov" "$name.gcov" 2>/dev/null
	rm -f ./*.h.gcov
	awk -F: '{ gsub(/[ *]/, "", $1) } $1 ~ /^[0-9]+$/ { n++; r++ } $1 ~ /^(#####|=====)$/ { n++ }
		END { print r + 0, n + 0 }' "$name.gcov" 2>/dev/null)
}

host()
{
	make -s --no-print-directory -C tests/unit "O=$top/build/unit" coverage
}

modules=$top/build/coverage-uml

guest()
{
	rm -rf "$out/runs"
	mkdir -p "$out/runs"
	WRT_GCOV=$out/runs MODULE_FLAGS=GCOV_PROFILE=y MODULE_DIR=${modules##*/} \
		LOGS=$out/logs tests/check.sh guest-uml >"$out/guest.log" && return
	tail -n 40 "$out/guest.log"
	return 1
}

# Every run of the guest has written its counts to a separate directory; they are added.
add_up()
{
	local run counts total=$out/total
	rm -rf "$total"
	for run in "$out"/runs/*; do
		counts=$run$modules
		[ -d "$counts" ] || continue
		if [ ! -d "$total" ]; then
			cp -r "$counts" "$total"
			continue
		fi
		gcov-tool merge -o "$out/merged" "$total" "$counts" >/dev/null 2>&1 || return
		rm -rf "$total"
		mv "$out/merged" "$total"
	done
	cp -r "$total/." "$modules"
}

table()
{
	local room where dir file
	printf '%-18s %-6s %-36s %6s %6s %7s\n' room run file lines run %
	while read -r room where; do
		dir=$top/build/unit/gcov
		[ "$where" = host ] || dir=$modules
		for file in "$room"/*.c; do
			echo "$room $where $file $(gcov_lines "$dir" "$file")"
		done
	done <<-END | awk '
		function line(room, where, file, run, all) {
			printf "%-18s %-6s %-36s %6d %6d %6.1f%%\n", room, where, file, all, run, all ? 100 * run / all : 0
		}
		$5 > 0 { line($1, $2, $3, $4, $5); r[$1, $2] += $4; n[$1, $2] += $5 }
		!(($1, $2) in seen) { seen[$1, $2]; room[++rooms] = $1; where[rooms] = $2 }
		END {
			print ""
			for (i = 1; i <= rooms; i++) {
				run = r[room[i], where[i]]
				all = n[room[i], where[i]]
				line(room[i], where[i], "whole room", run, all)
				low += run < 0.9 * all
			}
			exit low > 0
		}'
		kernel/core host
		compat/miniport host
		kernel/hw/sim host
		kernel/hw/sim guest
		kernel/alsa guest
		kernel/bus guest
		compat/hwdep guest
	END
}
case ${1-} in
--table) add_up ;;
'')
	mkdir -p "$out"
	host && guest && add_up || exit
	;;
*)
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
	exit 2
	;;
esac
set -o pipefail
table | tee "$out/table"
