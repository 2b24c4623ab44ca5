# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# TAP on stdout, for test scripts in guests and on the host. Sourced.
count=0
failed=0
work=${work:-/tmp}

check()	# NAME COMMAND...: one line, ok if the command succeeds
{
	name=$1
	shift
	count=$((count + 1))
	if "$@" >"$work/said" 2>&1; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		echo "# $*"
		sed 's/^/#   /' "$work/said"
		failed=1
	fi
}

skip()	# NAME REASON
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

not()
{
	! "$@"
}

says()	# FILE REGEX
{
	grep -qE -- "$2" "$1" || { cat "$1"; return 1; }
}

the_end()
{
	echo "1..$count"
	exit $failed
}
