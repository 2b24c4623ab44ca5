#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Copies the sources, without build results, to a new directory. Called by
# `make deb` and tests/packages/run.sh.
#
#   packaging/source-tree.sh DIR
set -eu

[ $# = 1 ] || { echo "usage: packaging/source-tree.sh DIR" >&2; exit 2; }
rm -rf "$1"
mkdir -p "$1"
dir=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
if [ -e .git ]; then
	git ls-files --cached --others --exclude-standard
else
	find . -path ./build -prune -o -type f -print
fi | while read -r file; do
	[ ! -e "$file" ] || echo "$file"
done | tar -c --no-recursion -T - | tar -x -C "$dir"
