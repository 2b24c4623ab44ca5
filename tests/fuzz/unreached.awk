# SPDX-License-Identifier: GPL-2.0-only
# Reads the lcov export of llvm-cov: the lines of core/ and miniport/ that no input reached,
# with their text, and a sum for each file.
function close_file() {
	if (shown && lines)
		printf "# %s: %d of %d lines reached\n", name, lines - missed, lines
	close(path)
}
/^SF:/ {
	path = substr($0, 4)
	shown = path ~ /(kernel\/core|compat\/miniport)\/[^\/]*$/
	name = path
	sub(/.*\/(\.\.\/)*/, "", name)
	lines = missed = at = 0
}
/^DA:/ && shown {
	split(substr($0, 4), field, ",")
	lines++
	if (field[2] != 0)
		next
	missed++
	while (at < field[1] && (getline text < path) > 0)
		at++
	printf "%s:%d:%s\n", name, field[1], text
}
/^end_of_record/ {
	close_file()
}
