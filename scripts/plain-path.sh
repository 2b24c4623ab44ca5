#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Prints a path of a directory without blanks and colons, which make and kbuild do not accept:
# its own path, or that of a link to it in the cache. Called by test scripts.
#
# usage: plain-path.sh DIRECTORY
set -eu
dir=$(cd "$1" && pwd)
link=${WRT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/alsa-wavert}/trees/$(printf %s "$dir" | cksum | tr ' ' -)
case $dir in
*[[:space:]:]*) ;;
*) echo "$dir" && exit ;;
esac
case $link in
*[[:space:]:]*)
	echo "plain-path.sh: $link has a blank or a colon; a directory without them is expected in WRT_CACHE" >&2
	exit 1
	;;
esac
mkdir -p "${link%/*}"
ln -sfn "$dir" "$link"
echo "$link"
