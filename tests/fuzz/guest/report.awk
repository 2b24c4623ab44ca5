# SPDX-License-Identifier: GPL-2.0-only
# The verdict on coverage. Reads floors, unreached, the missed blocks and the table of all
# blocks ("MODULE SECTION OFFSET FILE:LINE"), each after its "input="; tree: the sources.
# Prints a table, then the missed blocks as comments, and "below" lines for files that are
# below their floor. Called by run.sh.

# Text and enclosing function of every line. A function's name stands in the first column.
function load(file,   line, n, name)
{
	while ((getline line <(tree file)) > 0) {
		n++
		if (line ~ /^[a-zA-Z].*\(/ && line !~ /;$/) {
			name = line
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
		}
		sub(/^[ \t]+/, "", line)
		text[file, n] = line
		owner[file, n] = name
	}
	close(tree file)
	loaded[file] = 1
}

input <= 2 && (/^#/ || /^$/) {
	next
}

input == 1 {
	floor[$1] = $2
	next
}

input == 2 {
	reasons++
	split($0, field, "\t")
	r_file[reasons] = field[1]
	r_function[reasons] = field[2]
	r_text[reasons] = field[3]
	reason[reasons] = field[4]
	next
}

input == 3 {
	is_missed[$1 " " $2 " " $3] = 1
	missed++
	next
}

{
	split($4, where, ":")
	total[where[1]]++
	if (!($1 " " $2 " " $3 in is_missed)) {
		reached[where[1]]++
		next
	}
	if (!($4 in times))
		order[++n] = $4
	times[$4]++
}

function explain(file, line,   k)
{
	for (k = 1; k <= reasons; k++)
		if (r_file[k] == file &&
		    (r_function[k] == "*" || r_function[k] == owner[file, line]) &&
		    (r_text[k] == "*" || index(text[file, line], r_text[k])))
			return reason[k]
	return ""
}

# What is known to be out of reach here is not asked for.
function count_explained(   k, part)
{
	for (k = 1; k <= n; k++) {
		split(order[k], part, ":")
		if (!(part[1] in loaded))
			load(part[1])
		if (explain(part[1], part[2]) != "")
			known[part[1]] += times[order[k]]
	}
}

END {
	count_explained()
	for (file in total) {
		if (total[file] == known[file])
			continue
		percent = int(100 * reached[file] / (total[file] - known[file]))
		least = file in floor ? floor[file] : floor["*"]
		all += total[file]
		all_reached += reached[file]
		printf "# %-32s %4d of %4d blocks, %d of them known to be out of reach: %3d %% (at least %d)\n",
		       file, reached[file], total[file], known[file], percent, least | "sort"
		if (percent < least)
			low[++lows] = file ": " percent " %, but " least " are asked for"
	}
	close("sort")
	printf "# all: %d of %d blocks, %d %%\n", all_reached, all, 100 * all_reached / all
	for (k = 1; k <= n; k++) {
		split(order[k], part, ":")
		why = explain(part[1], part[2])
		line = "# " order[k] " " owner[part[1], part[2]] "(): " text[part[1], part[2]]
		if (why != "") {
			explained += times[order[k]]
			print line "\n#\t" why
		} else {
			unexplained += times[order[k]]
			later[++laters] = line
		}
	}
	printf "# never reached: %d blocks explained, %d not explained\n", explained, unexplained
	for (k = 1; k <= laters; k++)
		print later[k]
	if (unexplained > floor["unexplained"])
		low[++lows] = unexplained " blocks are neither reached nor explained, " \
			floor["unexplained"] " may be"
	for (k = 1; k <= lows; k++)
		print "below " low[k]
}
