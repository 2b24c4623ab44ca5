# SPDX-License-Identifier: GPL-2.0-only
# Hexadecimal addresses, less one: the call itself, for addr2line. Called by run.sh.
{
	digits = "0123456789abcdef"
	n = length($1)
	out = ""
	for (borrow = 1; n > 0; n--) {
		d = index(digits, substr($1, n, 1)) - 1 - borrow
		borrow = d < 0
		out = substr(digits, d + (borrow ? 16 : 0) + 1, 1) out
	}
	print out
}
