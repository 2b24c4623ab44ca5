#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Writes one HTML page of the interfaces between folders and of the library, from their kernel-doc:
# OUT/index.html. Called by make doc.
#
# usage: doc.sh KDIR OUT     KDIR: a kernel's build directory, which has scripts/kernel-doc
set -eu
cd "$(dirname "$0")/.."
kernel_doc=$1/scripts/kernel-doc
out=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

title() { # TEXT CHARACTER
	printf '%s\n' "$1"
	printf '%s\n\n' "$1" | sed "s/./$2/g"
}

{
	title "alsa-wavert: interfaces" =
	echo ".. contents::"
	echo "   :depth: 1"
	echo
	echo "What each folder is for: Documentation/design.md. Labels such as WRT-010, Q2 and M11:"
	echo "Documentation/contract.md. The calls of the binary interface: compat/uapi/sound/wavert.h."
	echo
	scripts/check-kernel-doc.py --list | sort -r | while read -r header; do
		title "$header" -
		# the comment at the top of the file, after the licence
		sed -n '2,/^ \*\//{s/^\/\*$//; s/^ \*\/$//; s/^ \* \{0,1\}/   /p}' "$header" | sed '1i ::\n'
		echo
		perl "$kernel_doc" -rst "$header" | sed 's/\(c:function:: \)WAVERT_MUST_CHECK /\1/'
	done
} >"$work/index.rst"
echo "project = 'alsa-wavert'" >"$work/conf.py"
echo "html_theme_options = {'nosidebar': True}" >>"$work/conf.py"
mkdir -p "$out"
sphinx-build -q -W --keep-going -b singlehtml -d "$work/cache" "$work" "$out"
echo "$out/index.html"
