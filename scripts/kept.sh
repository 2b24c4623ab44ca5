#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs a command, or prints its last output if nothing that it depends on has changed:
# its words, NAME, and the names and contents of the FILEs. Only the output of a command that
# succeeds is kept, in the cache, for 30 days after its last use. Called by lint.sh and lint-host.sh.
#
# usage: kept.sh NAME FILE... -- COMMAND [ARG...]
#
# environment: WRT_KEPT=no	always run the command
set -u
name=$1
shift
files=()
while [ "$1" != -- ]; do
	files+=("$1")
	shift
done
shift
dir=${WRT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/alsa-wavert}/kept
key=$dir/$({ printf '%s\n' "$name" "$*" && sha256sum "${files[@]}"; } | sha256sum | cut -c1-40)

# From a pipe, because cat copies from file to file by copy_file_range(), and two that share one
# descriptor of a file (xargs -P) overwrite each other's output.
print()	# FILE
{
	# shellcheck disable=SC2002
	cat "$1" | cat
}

if [ -e "$key" ] && [ "${WRT_KEPT-}" != no ]; then
	touch "$key"
	print "$key"
	exit
fi
mkdir -p "$dir"
find "$dir" -type f -mtime +30 -delete 2>/dev/null	# others may be at it
"$@" >"$key.$$"
code=$?
print "$key.$$"
if [ $code = 0 ]; then
	mv "$key.$$" "$key"
else
	rm "$key.$$"
fi
exit $code
