#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds a new corpus of a target: the smallest set of inputs that reaches every edge that the
# old corpus and the last run reach. Called by "make minimise", with O in the environment.
#
# usage: minimise.sh TARGET
set -eu
target=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/corpus"

# One input in a separate process, as libFuzzer does when it merges.
edges_of()	# INPUT
{
	printf '1\n0\n%s\n' "$1" >"$work/control"
	"$O/$target" -merge_inner=1 -merge_control_file="$work/control" -use_counters=0 \
		>"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
	sed -n "s|^FT 0|$1|p" "$work/control"
}

find "corpus/$target" "$O/corpus-$target" -type f | while IFS= read -r input; do
	edges_of "$input"
done >"$work/edges"
awk -f greedy.awk "$work/edges" | while IFS= read -r input; do
	cp "$input" "$work/corpus/$(sha1sum <"$input" | cut -c1-12)"
done
rm -rf "corpus/$target"
mv "$work/corpus" "corpus/$target"
echo "corpus/$target: $(find "corpus/$target" -type f | wc -l) inputs"
