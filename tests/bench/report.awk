# SPDX-License-Identifier: GPL-2.0-only
# report.awk - joins what the guest printed (bench.c) with what was counted (plugin.c),
# prints the tables and the aims, writes JSON to the file named by the variable json.
# Called by run.sh: awk -v json=FILE -v baseline=FILE [-v only=ROWS] [-v lines=yes] -f report.awk COUNTS
# GUEST. Exit code 1: not valid, or a row is dearer than in the baseline. lines: print the rows as in that
# file instead.

BEGIN {
	hardware = 0
	split("user vdso kernel modules core backend copy", class, " ")
	classes = 7
	while ((getline line <baseline) > 0)
		if (line !~ /^#/ && split(line, word, " ") >= 2)
			add_baseline()
}

# kernel RELEASE, or: driver client frames streams p50 why it last changed
function add_baseline() {
	if (word[1] == "kernel")
		base_kernel = word[2]
	else
		base[word[1], word[2], word[3], word[4]] = word[5]
}

# ---- counts: id records means.. syscalls mean p50 p99 most window-count -mean -most accesses window-p50

FNR == NR {
	for (i = 2; i <= NF; i++)
		count[$1, i] = $i
	counted[$1] = 1
	next
}

FNR == 1 {
	FS = "\t"
	$0 = $0
}

$1 == "kernel" {
	kernel = $2
}

$1 == "hardware" {
	hardware = 1
}

$1 == "row" {
	add_row()
}

$1 == "read" {
	id = $2
	nreads++
	read_id[nreads] = id
	driver[id] = $3
	client[id] = $4
	of_hardware[id] = hardware
	check(id, $6, $3 ", " $4)
	total[id] = count[id, 11]
	reader[$3, $4] = id
}

$1 == "late" {
	nlate++
	late_frames[nlate] = $2
	for (i = 3; i <= 7; i++)
		late[nlate, i] = $i
	if ($5 + 0 >= 0 && $6 + 0 > late_most)
		late_most = $6 + 0
	if ($8 != "-")
		bad("lateness at " $2 " frames: " $8)
}

function add_row(    id) {
	id = $2
	nrows++
	row_id[nrows] = id
	driver[id] = $3
	client[id] = $4
	frames[id] = $5
	streams[id] = $6
	rounds[id] = $8
	periods[id] = $9
	wakes[id] = $10
	signals[id] = $11
	starts[id] = $12
	beside[id] = $14
	interrupts[id] = $15
	of_hardware[id] = hardware
	check(id, $13, $3 ", " $4 ", " $5 " frames, " $6 " streams")
	if (count[id, 2] + 0 != rounds[id])
		bad("row " id ": " count[id, 2] + 0 " records of " rounds[id] " rounds")
	if (has_event(id) && count[id, 15] < rounds[id])
		bad("row " id ": from interrupt to eventfd_signal seen " count[id, 15] + 0 " times")
	if (hardware && interrupts[id] && !(count[id, 18] > 0))
		bad("row " id ": interrupts, but no access to a register was seen")
	if ($3 == "snd-wavert-attach" && $4 ~ /^alsa-/)
		costs_nothing(id)
	# a record is a wake-up; some drivers let several periods pass between two
	scale[id] = periods[id] ? rounds[id] / periods[id] : 0
	total[id] = count[id, 11] * scale[id]
	at[$3, $4, $5, $6] = id
}

# Attached, without observers: not an instruction of ours, and none more of ALSA and the driver.
function costs_nothing(id,    alone, more) {
	alone = at[beside[id], client[id], frames[id], streams[id]]
	if (alone)
		more = count[id, 6] + count[id, 8] - count[alone, 6] - count[alone, 8]
	if (count[id, 7] != 0 || more > 0.5)
		bad("row " id ": attached, without observers: " count[id, 7] " instructions of ours a period, " \
			more + 0 " more of ALSA and the driver")
}

function check(id, fault, what) {
	if (fault != "-")
		bad(what ": " fault)
	if (!(id in counted))
		bad(what ": nothing counted")
}

function bad(what) {
	faults[++nfaults] = what
}

# ---- tables ------------------------------------------------------------------------------

function of(id, c) {
	return count[id, c + 2] * scale[id]
}

function ratio(id, other) {
	return other && total[other] ? total[id] / total[other] : 0
}

function floor_of(id) {
	return at["none", "timerfd", frames[id], streams[id]]
}

function raw_of(id) {
	return at[driver[id], "alsa-raw", frames[id], streams[id]]
}

function shown(x) {
	return x ? sprintf("%.3f", x) : "-"
}

# Our own instructions from the interrupt to the first signal, median.
function to_signal(id) {
	return count[id, 15] ? count[id, 19] : "-"
}

function print_row(id) {
	printf "%3d  %-15s %-12s %5d %8.0f %6.0f %6.0f %6.0f %6.0f %6.0f %5.2f %5.2f %6s %6d %6d %6s %6s\n",
		id, driver[id], client[id], frames[id], total[id], of(id, 1) + of(id, 2), of(id, 3),
		of(id, 4), of(id, 5), of(id, 6) + of(id, 7), of(id, 8),
		wakes[id] / periods[id], to_signal(id), count[id, 12], count[id, 13],
		shown(ratio(id, floor_of(id))), shown(ratio(id, raw_of(id)))
}

function print_rows(n,    i, f, done, id) {
	printf "%d stream%s\n", n, (n > 1 ? "s" : "")
	printf "row  %-15s %-12s %5s %8s %6s %6s %6s %6s %6s %5s %5s %6s %6s %6s %6s %6s\n", "driver",
		"client", "frame", "total", "user", "kernel", "ALSA", "core", "engine", "calls",
		"wakes", "signal", "p50", "p99", "/floor", "/raw"
	for (i = 1; i <= nrows; i++)
		if (streams[row_id[i]] == n && !of_hardware[row_id[i]])
			print_row(row_id[i])
	print ""
}

function print_reads(hw,    i, id) {
	printf "a position read%s\n\n", hw ? ", emulated hardware" : ""
	printf "row  %-15s %-26s %8s %6s %6s %6s %6s %6s %6s %5s%s\n", "driver", "way", "total",
		"user", "vDSO", "kernel", "ALSA", "core", "engine", "calls", hw ? "   regs" : ""
	for (i = 1; i <= nreads; i++) {
		id = read_id[i]
		if (of_hardware[id] != hw)
			continue
		printf "%3d  %-15s %-26s %8.0f %6.0f %6.0f %6.0f %6.0f %6.0f %6.0f %5.2f%s\n", id,
			driver[id], client[id], total[id], count[id, 3], count[id, 4],
			count[id, 5], count[id, 6], count[id, 7], count[id, 8] + count[id, 9],
			count[id, 10], hw ? sprintf(" %6.2f", count[id, 18]) : ""
	}
	print ""
}

# ---- hardware: beside the in-tree driver of the same device -------------------------------

# A WaveRT client beside the cheapest client of the other.
function in_tree_of(id) {
	return at[beside[id], client[id] ~ /^wavert-/ ? "alsa-raw" : client[id], frames[id], streams[id]]
}

function print_hardware(    i, id) {
	print "emulated hardware, 1 stream\n"
	printf "row  %-17s %-14s %5s %8s %6s %6s %6s %6s %6s %5s %5s %5s %6s %6s %6s %6s %6s\n",
		"driver", "client", "frame", "total", "user", "kernel", "ALSA", "core", "engine",
		"calls", "irqs", "regs", "signal", "p50", "p99", "/floor", "/tree"
	for (i = 1; i <= nrows; i++) {
		id = row_id[i]
		if (!of_hardware[id])
			continue
		printf "%3d  %-17s %-14s %5d %8.0f %6.0f %6.0f %6.0f %6.0f %6.0f %5.2f %5.2f %5.2f %6s %6d %6d %6s %6s\n",
			id, driver[id], client[id], frames[id], total[id], of(id, 1) + of(id, 2),
			of(id, 3), of(id, 4), of(id, 5), of(id, 6) + of(id, 7), of(id, 8),
			periods[id] ? interrupts[id] / periods[id] : 0, of(id, 16),
			to_signal(id), count[id, 12], count[id, 13],
			shown(ratio(id, floor_of(id))), shown(ratio(id, in_tree_of(id)))
	}
	print ""
}

function print_late(    i) {
	print "interrupts of snd-wavert-sim, ns behind their ideal time (one stream)\n"
	printf "%6s %6s %6s %6s %6s   %s\n", "frames", "count", "mean", "p99", "most",
		"ideal time known to"
	for (i = 1; i <= nlate; i++)
		printf "%6d %6d %6d %6d %6d   %d\n", late_frames[i], late[i, 3], late[i, 4],
			late[i, 5], late[i, 6], late[i, 7]
	print ""
}

# ---- aims --------------------------------------------------------------------------------

# Mean of a client of ours in relation to another, the worst of these frames and streams; 0: all.
function worst_ratio(of_driver, from, to_driver, to, nframes, nstreams,    i, id, r, worst) {
	for (i = 1; i <= nrows; i++) {
		id = row_id[i]
		if (driver[id] != of_driver || client[id] != from || (nframes && frames[id] != nframes) ||
		    (nstreams && streams[id] != nstreams))
			continue
		r = ratio(id, at[to_driver, to, frames[id], streams[id]])
		if (r > worst)
			worst = r
	}
	return worst
}

# Worst of the rows of one stream: median, or most.
function worst_window(column,    i, id, worst) {
	for (i = 1; i <= nrows; i++) {
		id = row_id[i]
		if (has_event(id) && streams[id] == 1 && !of_hardware[id] &&
		    count[id, column] > worst)
			worst = count[id, column]
	}
	return worst
}

# What a stream more costs where several of one card have their points together.
function further_stream(    i, id, one, more, worst) {
	for (i = 1; i <= nrows; i++) {
		id = row_id[i]
		if (driver[id] != "snd-wavert-sim" || client[id] != "wavert-read" || streams[id] == 1)
			continue
		one = total[at[driver[id], client[id], frames[id], 1]]
		more = (total[id] - one) / (streams[id] - 1)
		if (more > worst)
			worst = more
	}
	return worst
}

# Accesses to registers a period, most of a driver's clients.
function registers(of_driver,    i, id, most) {
	for (i = 1; i <= nrows; i++) {
		id = row_id[i]
		if (driver[id] == of_driver && count[id, 18] > most)
			most = count[id, 18]
	}
	return most
}

function aim(what, value, bound, strict, format,    met) {
	met = value > 0 && (strict ? value < bound : value <= bound)
	naims++
	aim_text[naims] = what
	aim_value[naims] = value
	aim_bound[naims] = bound
	aim_met[naims] = met
	printf "%-8s " format "  (aim " (strict ? "under " : "at most ") format ")  %s\n",
		met ? "met" : "NOT MET", value, bound, what
}

# A position now, less what the clock alone costs read in the same way; the vDSO is in both.
function position_cost(    now, clock) {
	now = reader["snd-wavert-sim", "libwavert, page and clock"]
	clock = reader["snd-wavert-sim", "clock_gettime alone"]
	position_calls = count[now, 10] + 0
	return position_calls > 0 ? 1e6 : total[now] - total[clock]
}

# read() of the stream file needs no event.
function has_event(id) {
	return client[id] ~ /^wavert-/ && client[id] != "wavert-own"
}

function worst_of(a, b) {
	return a > b ? a : b
}

function print_aims(    cost, d, p, n) {
	cost = position_cost()
	print "aims: means, each by its worst row"
	aim("one stream, read of the stream file: of a timerfd, 64 frames", worst_ratio("snd-wavert-sim",
		"wavert-own", "none", "timerfd", 64, 1), 0.99, 0, "%7.3f")
	aim("the same, 256 and 1024 frames", worst_of(worst_ratio("snd-wavert-sim",
		"wavert-own", "none", "timerfd", 256, 1), worst_ratio("snd-wavert-sim",
		"wavert-own", "none", "timerfd", 1024, 1)), 1.005, 0, "%7.3f")
	aim("one stream, read of the stream file: of snd-dummy's raw ALSA", worst_ratio("snd-wavert-sim",
		"wavert-own", "snd-dummy", "alsa-raw", 0, 1), 0.935, 0, "%7.3f")
	aim("one stream, event and progress: of a timerfd", worst_ratio("snd-wavert-sim",
		"wavert-lean", "none", "timerfd", 0, 1), 1.05, 0, "%7.3f")
	aim("one stream, event and snapshot: of snd-dummy's raw ALSA", worst_ratio("snd-wavert-sim",
		"wavert-read", "snd-dummy", "alsa-raw", 0, 1), 0.97, 0, "%7.3f")
	aim("raw ALSA on our card, one stream: of snd-dummy's", worst_ratio("snd-wavert-sim",
		"alsa-raw", "snd-dummy", "alsa-raw", 0, 1), 1.01, 0, "%7.3f")
	aim("raw ALSA on our card, four streams: of snd-dummy's", worst_ratio("snd-wavert-sim",
		"alsa-raw", "snd-dummy", "alsa-raw", 0, 4), 0.95, 0, "%7.3f")
	aim("raw ALSA on our card, eight streams: of snd-dummy's", worst_ratio("snd-wavert-sim",
		"alsa-raw", "snd-dummy", "alsa-raw", 0, 8), 0.95, 0, "%7.3f")
	aim("four streams on one event: of snd-dummy's poll", worst_ratio("snd-wavert-sim",
		"wavert-read", "snd-dummy", "alsa-raw", 64, 4), 0.78, 0, "%7.3f")
	aim("eight streams on one event: of snd-dummy's poll", worst_ratio("snd-wavert-sim",
		"wavert-read", "snd-dummy", "alsa-raw", 64, 8), 0.72, 0, "%7.3f")
	aim("each further stream of one card", further_stream(), 900, 0, "%7.0f")
	n = split("snd-wavert-hda snd-hda-intel snd-wavert-ich snd-intel8x0", d, " ")
	for (p = 1; p < n; p += 2) {
		aim(d[p] ", WaveRT: of the in-tree driver's raw ALSA", worst_ratio(d[p],
			"wavert-lean", d[p + 1], "alsa-raw", 0, 1), 1, 0, "%7.3f")
		aim(d[p] ", raw ALSA: of the in-tree driver's", worst_ratio(d[p],
			"alsa-raw", d[p + 1], "alsa-raw", 0, 1), 1.02, 0, "%7.3f")
	}
	aim("register accesses a period, HD Audio", registers("snd-wavert-hda"), 6, 0, "%7.2f")
	aim("register accesses a period, AC'97", registers("snd-wavert-ich"), 11, 0, "%7.2f")
	aim("our instructions from interrupt to eventfd_signal, one stream, median (most: " \
		worst_window(17) ")", worst_window(19), 600, 0, "%7.0f")
	aim("a position read in user space, less the clock's part, " \
		(position_calls > 0 ? "WITH" : "without") " a system call", cost, 60, 1, "%7.0f")
	aim("a position by the mapped register", total[reader["snd-wavert-hda",
		"libwavert, mapped register"]], 120, 0, "%7.0f")
	aim("lateness of the simulator's interrupts, ns", late_most, 1250, 0, "%7.0f")
}

# ---- baseline: rows of ours by their p50, which does not move from run to run -------------------

function print_baseline_lines(    i, id) {
	print "kernel " kernel
	for (i = 1; i <= nrows; i++) {
		id = row_id[i]
		if (driver[id] ~ /^snd-wavert-/)
			print driver[id], client[id], frames[id], streams[id], count[id, 12]
	}
}

function compare_with_baseline(    i, id, was, key) {
	if (kernel != base_kernel) {
		print "baseline: of another kernel (" base_kernel "), not compared"
		return
	}
	for (i = 1; i <= nrows; i++) {
		id = row_id[i]
		was = base[driver[id], client[id], frames[id], streams[id]]
		if (driver[id] !~ /^snd-wavert-/)
			continue
		key = driver[id] " " client[id] ", " frames[id] " frames, " streams[id] " streams"
		if (!was) {
			bad("baseline: no line for " key)
			continue
		}
		ncompared++
		if (count[id, 12] > was * 1.01)
			bad("baseline: " key ": p50 " count[id, 12] ", was " was)
		else if (count[id, 12] < was * 0.99)
			print "cheaper than the baseline: " key ": p50 " count[id, 12] ", was " was
	}
	print "baseline: " ncompared + 0 " rows compared"
}

# ---- JSON ----------------------------------------------------------------------------------

function json_counts(id, factor,    c, text) {
	for (c = 1; c <= classes; c++)
		text = text sprintf("\"%s\": %.2f, ", class[c], count[id, c + 2] * factor)
	text = text sprintf("\"system_calls\": %.3f, ", count[id, 10] * factor)
	if (of_hardware[id])
		text = text sprintf("\"register_accesses\": %.3f, ", count[id, 18] * factor)
	return text sprintf("\"total\": %.2f", total[id])
}

function write_json(    i, id) {
	printf "{\n\"kernel\": \"%s\", \"valid\": %s,\n\"rows\": [\n", kernel,
		nfaults ? "false" : "true" >json
	for (i = 1; i <= nrows; i++) {
		id = row_id[i]
		printf "{\"id\": %d, \"driver\": \"%s\", \"client\": \"%s\", \"frames\": %d, \"streams\": %d, \"rounds\": %d, \"periods\": %d, \"wakes\": %d, \"signals\": %d, \"starts\": %d, ",
			id, driver[id], client[id], frames[id], streams[id], rounds[id],
			periods[id], wakes[id], signals[id], starts[id] >json
		if (of_hardware[id])
			printf "\"interrupts\": %d, ", interrupts[id] >json
		printf "%s, \"p50\": %d, \"p99\": %d, \"most\": %d, \"to_signal\": {\"count\": %d, \"mean\": %.2f, \"p50\": %d, \"most\": %d}}%s\n",
			json_counts(id, scale[id]), count[id, 12], count[id, 13], count[id, 14],
			count[id, 15], count[id, 16], count[id, 19], count[id, 17], i < nrows ? "," : "" >json
	}
	printf "],\n\"reads\": [\n" >json
	for (i = 1; i <= nreads; i++) {
		id = read_id[i]
		printf "{\"id\": %d, \"driver\": \"%s\", \"way\": \"%s\", %s}%s\n", id, driver[id],
			client[id], json_counts(id, 1), i < nreads ? "," : "" >json
	}
	printf "],\n\"lateness_ns\": [\n" >json
	for (i = 1; i <= nlate; i++)
		printf "{\"frames\": %d, \"count\": %d, \"mean\": %d, \"p99\": %d, \"most\": %d, \"unsure\": %d}%s\n",
			late_frames[i], late[i, 3], late[i, 4], late[i, 5], late[i, 6], late[i, 7],
			i < nlate ? "," : "" >json
	printf "],\n\"aims\": [\n" >json
	for (i = 1; i <= naims; i++)
		printf "{\"aim\": \"%s\", \"value\": %.4f, \"bound\": %.4f, \"met\": %s}%s\n",
			aim_text[i], aim_value[i], aim_bound[i], aim_met[i] ? "true" : "false",
			i < naims ? "," : "" >json
	printf "]\n}\n" >json
	close(json)
}

END {
	if (!nrows)
		bad("no row")
	if (lines) {
		print_baseline_lines()
		exit nfaults > 0
	}
	printf "Instructions a period, emulated, Linux %s, 48 kHz S16 stereo\n\n", kernel
	for (s = 1; s <= 64; s++)
		for (i = 1; i <= nrows; i++)
			if (streams[row_id[i]] == s && !of_hardware[row_id[i]]) {
				print_rows(s)
				break
			}
	print_reads(0)
	print_late()
	print_hardware()
	print_reads(1)
	if (!only)
		print_aims()
	compare_with_baseline()
	write_json()
	for (i = 1; i <= nfaults; i++)
		print "INVALID  " faults[i]
	exit nfaults > 0
}
