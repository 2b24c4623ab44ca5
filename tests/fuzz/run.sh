#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs the fuzz targets one after the other and prints TAP. Called by the Makefile, with
# O, SEED and TIME (seconds in all) in the environment.
#
# usage: run.sh TARGET:PERCENT-OF-THE-TIME:LONGEST-INPUT...
set -u
cd "$(dirname "$0")" || exit
count=0
failed=0

# The last number that follows a label in the log.
number()	# LABEL LOG
{
	sed -n "s/.*$1 *\([0-9][0-9]*\).*/\1/p" "$2" | tail -n 1
}

fuzz()	# TARGET SECONDS LONGEST
{
	rm -rf "$O/corpus-$1" "$O"/found-"$1"-*
	mkdir -p "$O/corpus-$1" "corpus/$1"
	"$O/$1" -seed="$SEED" -max_total_time="$2" -max_len="$3" -timeout=30 -rss_limit_mb=1500 \
		-artifact_prefix="$O/found-$1-" "$O/corpus-$1" "corpus/$1" >"$O/$1.log" 2>&1
}

report_failure()	# TARGET
{
	failed=1
	echo "not ok $count - $1: $(number 'calls:' "$O/$1.log") calls"
	grep -E 'violated:|ERROR:|runtime error:|SUMMARY:' "$O/$1.log" | sed 's/^/# /'
	for input in "$O"/found-"$1"-*; do
		[ ! -f "$input" ] || echo "# again with: $O/$1 $input"
	done
}

one()	# TARGET PERCENT LONGEST
{
	count=$((count + 1))
	log=$O/$1.log
	if fuzz "$1" $((TIME * $2 / 100)) "$3" && [ "$(number 'calls:' "$log")" -gt 0 ]; then
		echo "ok $count - $1: $(number 'calls:' "$log") calls, coverage $(number 'cov:' "$log")" \
			"edges, no violated invariant in $(number 'runs in' "$log") s"
	else
		report_failure "$1"
	fi
}

echo "1..$#"
for job; do
	IFS=: read -r target percent longest <<-END
		$job
	END
	one "$target" "$percent" "$longest"
done
exit $failed
