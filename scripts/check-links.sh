#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Checks the links of the pages: the file exists and has the heading. Prints TAP, with the
# offending links below. Called by lint.sh and by hand.
set -eu
cd "$(dirname "$0")/.."

# The names that hosts of repositories give to the headings of a page.
anchors() { # PAGE
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9_ -]//g; s/ /-/g'
}

dangling() {
	git ls-files '*.md' | xargs grep -noE '\]\([^) ]+\)' | while IFS=: read -r page line link; do
		link=${link#??}
		link=${link%)}
		case $link in
		http:* | https:*) continue ;;
		\#*) file=$page ;;
		*) file=$(dirname "$page")/${link%%#*} ;;
		esac
		if [ ! -e "$file" ]; then
			echo "# $page:$line: $link: no such file"
		elif [ "${link#*#}" != "$link" ] && ! anchors "$file" | grep -qx -- "${link#*#}"; then
			echo "# $page:$line: $link: no such heading"
		fi
	done
}

found=$(dangling)
echo "1..1"
if [ -z "$found" ]; then
	echo "ok 1 - every link of a page has its file and its heading"
else
	echo "not ok 1 - every link of a page has its file and its heading"
	echo "$found"
	exit 1
fi
