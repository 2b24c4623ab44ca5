#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Static checks of the kernel code, TAP on stdout: no warning with W=1, none from sparse,
# none from checkpatch --strict but those in checkpatch-exceptions. Called by tests/check.sh.
set -u
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work" .checkpatch-camelcase.*' EXIT
count=0
bad=0

result()	# ok|not ok, name
{
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || bad=1
}

detail()
{
	sed 's/^/# /' "$1" | head -n 20
}

# every object anew, or there is nothing to warn about
quiet_build()	# name, directory, kbuild arguments
{
	name=$1
	dir=$2
	shift 2
	rm -rf "$dir"
	if scripts/build-modules.sh "$(tests/guest/run --print-kdir)" "$dir" "$@" >"$work/log" 2>&1 &&
		! grep -E 'warning|error' "$work/log" >"$work/found"; then
		result ok "$name"
	else
		result "not ok" "$name"
		grep -E 'warning|error' "$work/log" >"$work/found" || tail "$work/log" >"$work/found"
		detail "$work/found"
	fi
}

quiet_build "kbuild with W=1 says nothing" build/lint W=1
quiet_build "sparse says nothing" build/lint C=2 CF=-Wsparse-error

if tree=$(tests/guest/bed-uml.sh --path 2>/dev/null) && [ -f "$tree/scripts/checkpatch.pl" ]; then
	git ls-files 'kernel/*.[ch]' 'compat/*.[ch]' |
		xargs perl "$tree/scripts/checkpatch.pl" --no-tree --strict --terse --show-types \
			--no-summary -f >"$work/checkpatch" 2>&1
	sed -n 's/^\([^:]*\):[0-9]*: [A-Z]*:\([A-Z_]*\):.*/\1 \2/p' "$work/checkpatch" |
		sort -u >"$work/seen"
	grep -v '^#' scripts/checkpatch-exceptions | cut -d' ' -f1,2 | sort -u >"$work/known"
	if comm -23 "$work/seen" "$work/known" >"$work/new" && [ ! -s "$work/new" ]; then
		result ok "checkpatch --strict says nothing but the listed exceptions"
	else
		result "not ok" "checkpatch --strict says nothing but the listed exceptions"
		while read -r f type; do grep "^$f:.*:$type:" "$work/checkpatch"; done <"$work/new" >"$work/found"
		detail "$work/found"
	fi
	if comm -13 "$work/seen" "$work/known" >"$work/stale" && [ ! -s "$work/stale" ]; then
		result ok "every listed exception still occurs"
	else
		result "not ok" "every listed exception still occurs"
		detail "$work/stale"
	fi
else
	count=$((count + 1))
	echo "ok $count - checkpatch --strict # SKIP checkpatch.pl comes with the UML bed (tests/guest/bed-uml.sh)"
fi
echo "1..$count"
exit $bad
