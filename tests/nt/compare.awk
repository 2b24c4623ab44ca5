# SPDX-License-Identifier: GPL-2.0-only
# Compares traces of the same scenarios (scenario.c), call by call, and says where they differ,
# where that is expected, and where it no longer does. Called by compare.sh.
#
#   awk -v format=text|markdown|json|html|tap [-v sides="nt alsa"] [-v core="LINUX HOST NT"] \
#       [-v host=HOST-TRACE] -f compare.awk DIVERGENCES LINUX-TRACE NT-TRACE [ALSA-TRACE]
#
# The core traces and the host's, which has no binding, tell in which layer a difference begins.
# Exit code 1: something differs that is not expected, or does not that should.

function strip(s)
{
	gsub(/^[ \t]+|[ \t\r]+$/, "", s)
	return s
}

# What is behind `before` in s, up to `after`.
function between(s, before, after,    i)
{
	i = index(s, before)
	if (!i)
		return ""
	s = substr(s, i + length(before))
	i = index(s, after)
	return i ? substr(s, 1, i - 1) : s
}

function add_scenario(name)
{
	if (!(name in known)) {
		known[name] = 1
		scenario[++nscenarios] = name
	}
}

function note(side, name, kind, text)
{
	if (kind == "bad")
		bad[side, name]++
	else
		expected[side, name]++
	notes[++nnotes] = text
	note_side[nnotes] = side
	note_scenario[nnotes] = name
	note_kind[nnotes] = kind
}

FNR == 1 { file++; this = file == 1 ? "" : file == 2 ? "linux" : side_of[file - 2] }

BEGIN {
	nsides = split(sides ? sides : "nt", side_of, " ")
	label["nt"] = "NT"
	label["alsa"] = "ALSA"
	label["core"] = "core"
	split(core, core_file, " ")
}

# ---- the table of expected differences -------------------------------------------------

file == 1 && (/^#/ || /^$/) { next }

file == 1 {
	n = split($0, part, "|")
	for (i = 1; i <= n; i++)
		part[i] = strip(part[i])
	if (part[1] == "core" && n == 4) {
		core_only[part[2], part[3]] = part[4]
		core_unused[part[2], part[3]] = 1
		next
	}
	if (n != 6) {
		print "divergences:" FNR ": six fields are wanted" >"/dev/stderr"
		failed = 2
		exit
	}
	key = part[1] SUBSEP part[2] SUBSEP part[3]
	want_linux[key] = part[4]
	want_there[key] = part[5]
	reason[key] = part[6]
	unused[key] = 1
	next
}

# ---- traces ------------------------------------------------------------------------------

/^{"where":/ {
	where[this] = between($0, "\"where\":\"", "\"")
	runs[this] = between($0, "\"runs\":", "}") + 0
	next
}

{
	gsub(/\r/, "")
	name = between($0, "{\"scenario\":\"", "\"")
	n = between($0, "\"n\":", ",") + 0
	what = between($0, "\"call\":\"", "\"")
	answer = substr($0, index($0, "\"call\":\"") + length(what) + 10)
	sub(/}$/, "", answer)
	if (this == "linux") {
		add_scenario(name)
		ncalls[name] = n
	}
	call[name, n] = what
	answers[this, name, n] = answer
	has[this, name] = n
	if (match(answer, /"signals":{[^}]*}/))
		count_signals(this, name, substr(answer, RSTART, RLENGTH))
}

function count_signals(side, name, text,    k, m, w)
{
	m = split(text, w, /[:,}]/)
	for (k = 1; k <= m; k++)
		if (w[k] ~ /^[0-9]+$/)
			signals[side, name] += w[k]
}

# ---- comparing ---------------------------------------------------------------------------

# Whoever shows what the host does not has done so himself, if core and miniport did the same.
function layer(side, name, n,    h)
{
	h = host_answer[name, n]
	if (!core || side == "alsa" || bad["core", name])
		return ""
	if (h == answers["linux", name, n])
		return " [layer: binding of " label[side] "]"
	if (h == answers[side, name, n])
		return " [layer: binding of Linux]"
	return " [layer: both bindings]"
}

function read_host(path,    line, name, n, what)
{
	while ((getline line <path) > 0) {
		name = between(line, "{\"scenario\":\"", "\"")
		n = between(line, "\"n\":", ",") + 0
		what = between(line, "\"call\":\"", "\"")
		what = substr(line, index(line, "\"call\":\"") + length(what) + 10)
		sub(/}$/, "", what)
		host_answer[name, n] = what
	}
	close(path)
}

function compare_call(side, name, n,    a, b, key)
{
	a = answers["linux", name, n]
	b = answers[side, name, n]
	if (side == "alsa") {	# without words that this model does not have
		if (b ~ /"status":"(LACKS|NOT_OPEN)"/)
			return
		gsub(/,"(ns|barrier)":[0-9]+/, "", a)
		gsub(/,"(ns|barrier)":[0-9]+/, "", b)
	}
	key = side SUBSEP name SUBSEP n
	if (key in reason) {
		delete unused[key]
		if (a == want_linux[key] && b == want_there[key])
			note(side, name, "expected", n ". " call[name, n] ": Linux " a ", " label[side] " " b ": " reason[key])
		else if (a == b)
			note(side, name, "bad", n ". " call[name, n] ": no longer differs: " a)
		else
			note(side, name, "bad", n ". " call[name, n] ": differs, but not as expected: Linux " a ", " label[side] " " b layer(side, name, n))
	} else if (a != b) {
		note(side, name, "bad", n ". " call[name, n] ": Linux " a ", " label[side] " " b layer(side, name, n))
	}
}

function compare(side, name,    n)
{
	if (!has[side, name])
		return
	if (has[side, name] != ncalls[name])
		note(side, name, "bad", "Linux made " ncalls[name] " calls, " label[side] " " has[side, name])
	for (n = 1; n <= ncalls[name]; n++)
		compare_call(side, name, n)
}

# Core traces, a text for each scenario.
function read_core(path, text,    name, line)
{
	name = ""
	while ((getline line <path) > 0) {
		sub(/\r$/, "", line)
		if (line ~ /^scenario /) {
			name = substr(line, 10)
			text[name] = ""
			cores[path]++
		} else {
			text[name] = text[name] line "\n"
		}
	}
	close(path)
}

function first_difference(a, b,    x, y, i, n)
{
	n = split(a, x, "\n")
	split(b, y, "\n")
	for (i = 1; i <= n; i++)
		if (x[i] != y[i])
			return "event " i ": should be " told(x[i]) ", is " told(y[i]) " [layer: " layer_of(x[i] == "" ? y[i] : x[i]) "]"
	return "there is more: " y[n] " [layer: " layer_of(y[n]) "]"
}

function told(event)
{
	return event == "" ? "nothing" : event
}

function layer_of(event)
{
	return event ~ /^(state|packet|glitch) / ? "miniport" : "core"
}

function compare_core(name,    text, key, part, i)
{
	if (linux_core[name] != host_core[name])
		note("core", name, "bad", "kernel: " first_difference(host_core[name], linux_core[name]))
	text = linux_core[name]
	for (key in core_only) {
		split(key, part, SUBSEP)
		if (part[1] != name)
			continue
		i = index(text, part[2] "\n")
		if (!i)
			continue
		delete core_unused[key]
		text = substr(text, 1, i - 1) substr(text, i + length(part[2]) + 1)
		note("core", name, "expected", part[2] ": on Linux only: " core_only[key])
	}
	if (text != nt_core[name])
		note("core", name, "bad", "driver: " first_difference(text, nt_core[name]))
}

function verdict(side, name)
{
	if (side != "core" && !has[side, name])
		return "-"
	if (bad[side, name])
		return "differs"
	return expected[side, name] ? "as expected" : "same"
}

END {
	if (failed)
		exit failed
	if (core) {
		read_core(core_file[1], linux_core)
		read_core(core_file[2], host_core)
		read_core(core_file[3], nt_core)
	}
	if (host)
		read_host(host)
	for (i = 1; i <= nscenarios; i++) {
		if (core)
			compare_core(scenario[i])
		for (j = 1; j <= nsides; j++)
			compare(side_of[j], scenario[i])
	}
	for (key in unused) {
		split(key, part, SUBSEP)
		for (j = 1; j <= nsides; j++)
			if (side_of[j] == part[1])
				note(part[1], part[2], "bad", part[3] ". of `divergences` was not called")
	}
	if (core)
		for (key in core_unused) {
			split(key, part, SUBSEP)
			note("core", part[1], "bad", "`divergences` expects on Linux only: " part[2])
		}
	if (core)
		side_of[++nsides] = "core"
	for (k = 1; k <= nnotes; k++)
		failed = failed || note_kind[k] == "bad"
	if (nscenarios == 0) {
		print "no scenario in the Linux trace" >"/dev/stderr"
		exit 2
	}
	if (format == "tap")
		tap()
	else if (format == "json")
		json()
	else if (format == "html")
		html()
	else
		text_table(format == "markdown")
	exit failed
}

# ---- telling -------------------------------------------------------------------------------

function tap(    i, j, k, v, side, name, count, why)
{
	for (i = 1; i <= nscenarios; i++) {
		name = scenario[i]
		for (j = 1; j <= nsides; j++) {
			side = side_of[j]
			v = verdict(side, name)
			if (v == "-")
				continue
			count++
			if (side == "core")
				why = "core and miniport did the same on the host, in the kernel and in the driver"
			else
				why = label[side] " shows the client what Linux does"
			if (v == "as expected")
				why = why ", but for what is expected"
			print (v == "differs" ? "not ok " : "ok ") count " - scenario " name ": " why
			for (k = 1; k <= nnotes; k++)
				if (note_side[k] == side && note_scenario[k] == name)
					print "# " (note_kind[k] == "bad" ? "" : "expected: ") notes[k]
		}
	}
}

function cell(side, name)
{
	if (side != "core" && !has[side, name])
		return "-"
	return signals[side, name] + 0
}

function text_row(md, a, b, c, d, e, f, g, h)
{
	if (md)
		print "| " a " | " b " | " c " | " d " | " e " | " f " | " g " | " h " |"
	else
		printf "%-32s %5s %5s %5s %5s  %-12s %-20s %s\n", a, b, c, d, e, f, g, h
}

function sentence(v)
{
	return v == "as expected" ? "differs as expected" : v
}

function text_table(md,    i, j, k, name)
{
	for (j = 0; j <= nsides; j++) {
		if (side_of[j] == "core")
			continue
		k = j ? side_of[j] : "linux"
		print (md ? "* " : "") (j ? label[k] : "Linux") ": " where[k] ", " runs[k] " runs"
	}
	print ""
	text_row(md, "scenario", "calls", "Linux", "NT", "ALSA", "core", "NT client", "ALSA client")
	if (md)
		text_row(md, "---", "---", "---", "---", "---", "---", "---", "---")
	for (i = 1; i <= nscenarios; i++) {
		name = scenario[i]
		text_row(md, name, ncalls[name], cell("linux", name), cell("nt", name), cell("alsa", name),
			 core ? sentence(verdict("core", name)) : "-",
			 sentence(verdict("nt", name)), sentence(verdict("alsa", name)))
	}
	print ""
	print (md ? "## What differs\n" : "What differs:")
	for (k = 1; k <= nnotes; k++)
		print (md ? "* " : "  ") note_scenario[k] ", " label[note_side[k]] ", " \
			(note_kind[k] == "bad" ? (md ? "**not expected**" : "NOT EXPECTED") : "expected") ": " \
			(md ? quoted(notes[k]) : notes[k])
	if (!nnotes)
		print "nothing"
}

function quoted(s)
{
	gsub(/"/, "", s)
	return s
}

function escaped(s)
{
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return s
}

function json(    i, j, k, name, sep)
{
	printf "{\"linux\":\"%s\"", escaped(where["linux"])
	for (j = 1; j <= nsides; j++)
		if (side_of[j] != "core")
			printf ",\"%s\":\"%s\"", side_of[j], escaped(where[side_of[j]])
	printf ",\"scenarios\":["
	for (i = 1; i <= nscenarios; i++) {
		name = scenario[i]
		printf "%s{\"scenario\":\"%s\",\"calls\":%d", (i > 1 ? "," : ""), name, ncalls[name]
		for (j = 1; j <= nsides; j++)
			printf ",\"%s\":\"%s\"", side_of[j], verdict(side_of[j], name)
		printf "}"
	}
	printf "],\"differences\":["
	for (k = 1; k <= nnotes; k++) {
		printf "%s{\"scenario\":\"%s\",\"side\":\"%s\",", sep, note_scenario[k], note_side[k]
		printf "\"expected\":%s,\"what\":\"%s\"}", note_kind[k] == "bad" ? "false" : "true", escaped(notes[k])
		sep = ","
	}
	print "]}"
}

function safe(s)
{
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	return s
}

# One bar for each side: same, as expected, differs.
function bars(    i, j, x, v, colour)
{
	print "<svg width=\"" 120 + 12 * nscenarios "\" height=\"" 24 * nsides + 4 "\" role=\"img\">"
	for (j = 1; j <= nsides; j++) {
		printf "<text x=\"0\" y=\"%d\">%s</text>", 24 * j - 6, label[side_of[j]]
		for (i = 1; i <= nscenarios; i++) {
			v = verdict(side_of[j], scenario[i])
			colour = v == "same" ? "#4a8" : v == "differs" ? "#c33" : v == "-" ? "#ddd" : "#db4"
			printf "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"18\" fill=\"%s\"><title>%s: %s</title></rect>",
				60 + 12 * i, 24 * j - 20, colour, scenario[i], v
		}
		print ""
	}
	print "</svg>"
}

function html(    i, j, k, name)
{
	print "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Scenarios compared</title>"
	print "<style>body{font:15px sans-serif;margin:2em}td,th{padding:2px 10px;text-align:left}"
	print "tr:nth-child(even){background:#f4f4f4}.bad{color:#c33;font-weight:bold}</style></head><body>"
	print "<h1>The same scenarios on Linux and in a Windows driver</h1><ul>"
	print "<li>Linux: " safe(where["linux"]) "</li>"
	for (j = 1; j <= nsides; j++)
		if (side_of[j] != "core")
			print "<li>" label[side_of[j]] ": " safe(where[side_of[j]]) "</li>"
	print "</ul>"
	bars()
	printf "<table><tr><th>scenario</th><th>calls</th>"
	for (j = 1; j <= nsides; j++)
		printf "<th>%s</th>", label[side_of[j]]
	print "</tr>"
	for (i = 1; i <= nscenarios; i++) {
		name = scenario[i]
		printf "<tr><td>%s</td><td>%d</td>", safe(name), ncalls[name]
		for (j = 1; j <= nsides; j++)
			printf "<td%s>%s</td>", bad[side_of[j], name] ? " class=\"bad\"" : "", verdict(side_of[j], name)
		print "</tr>"
	}
	print "</table><h2>What differs</h2><ul>"
	for (k = 1; k <= nnotes; k++)
		print "<li" (note_kind[k] == "bad" ? " class=\"bad\"" : "") ">" safe(notes_title(k)) "</li>"
	print "</ul></body></html>"
}

function notes_title(k)
{
	return note_scenario[k] ", " label[note_side[k]] ": " notes[k]
}
