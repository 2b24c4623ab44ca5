# SPDX-License-Identifier: GPL-2.0-only
# Reads "addr2line -i -a", prints "FILE:LINE" once an address: the innermost place in out,
# the directory of our sources. Called by run.sh.

function finish()
{
	if (address != "")
		print (found != "" ? found : "generated:0")
	found = ""
}

/^0x[0-9a-f]+$/ {
	finish()
	address = $1
	next
}

found == "" && index($1, out) == 1 {
	found = substr($1, length(out) + 1)
	sub(/\/\.\//, "/", found)
}

END {
	finish()
}
