#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Removes both modules while the ALSA core holds a reference of their card, in environment uml.
# The callbacks that free the card are code of snd-wavert. TAP. Called by tests/check.sh.
#
#   card_held.sh MODULES    directory of modules built for uml
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/hold_card/* "$work"
if ! make -s -C "$("$here/run" --bed uml --print-kdir)" ARCH=um "M=$work" modules >"$work/log" 2>&1; then
	sed 's/^/# /' "$work/log"
	echo "Bail out! the module that holds the card cannot be built"
	exit 1
fi
# shellcheck disable=SC2016 # expanded in the guest
"$here/run" --bed uml --timeout 100 --module "$1/snd-wavert.ko" --module "$1/snd-wavert-sim.ko" \
	--module "$work/hold_card.ko" -- sh -c '
		rmmod snd_wavert_sim && ! dmesg | grep -q "the card is released" || exit 1
		rmmod snd_wavert && dmesg | grep -q "the card is released" || exit 2
		sleep 5' >"$work/out" 2>&1
code=$?
if [ $code = 0 ]; then
	echo "ok 1 - a module whose card is still held is removed when the card has been freed"
else
	echo "not ok 1 - a module whose card is still held is removed when the card has been freed"
	echo "# exit code $code"
	tail -n 30 "$work/out" | sed 's/^/# /'
fi
echo 1..1
exit $code
