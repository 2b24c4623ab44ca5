#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Checks the includes and names that each directory may use (Documentation/design.md), the size of
# functions and files, and that version numbers agree, from the text alone. Prints TAP, one line
# for each rule, with the offending lines below. Called by hand and by CI.
#
# usage: check-layers.sh [ROOT]       check the tree (default: the one this script is in)
#        check-layers.sh --objects DIR...   only check for cycles, in the object files below DIR, by nm
#        check-layers.sh --selftest   add a violation of each rule to a copy; it must be found
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# ---- input of the rules ------------------------------------------------------------

sources() { # DIRECTORY...: C files below those that exist
	for dir; do
		[ ! -d "$dir" ] || find "$dir" -name '*.[ch]' ! -name '*.mod.c' | sort
	done
}

# Prints every line of code as FILE:LINE: TEXT, without comments; */ in a string ends none.
code() {
	# shellcheck disable=SC2016 # awk
	sources "$@" | xargs awk '
		FNR == 1 { inside = 0 }
		{
			text = $0
			out = ""
			while (text != "") {
				if (inside) {
					end = index(text, "*/")
					if (!end)
						break
					text = substr(text, end + 2)
					inside = 0
				} else if (match(text, /^[^"\/\047]+/) || match(text, /^"([^"\\]|\\.)*"/) ||
					   match(text, /^\047([^\047\\]|\\.)*\047/)) {
					out = out substr(text, 1, RLENGTH)
					text = substr(text, RLENGTH + 1)
				} else if (text ~ /^\/\//) {
					break
				} else if (text ~ /^\/\*/) {
					text = substr(text, 3)
					inside = 1
				} else {
					out = out substr(text, 1, 1)
					text = substr(text, 2)
				}
			}
			if (out ~ /[^ \t]/)
				print FILENAME ":" FNR ": " out
		}'
}

# The #include lines of the files in a directory, as FILE LINE NAME, NAME with its brackets.
includes() { # DIRECTORY
	sed -n "s|^\($1[^:]*\):\([0-9]*\):[ 	]*#[ 	]*include[ 	]*\([<\"][^>\"]*[>\"]\).*|\1 \2 \3|p" "$work/code"
}

# Lines of code that match a pattern, except in files that match another one.
named() { # PATTERN-OF-FILES PATTERN PATTERN-OF-EXEMPT-FILES
	grep -E "^($1)[^:]*:[0-9]*:.*($2)" "$work/code" | grep -Ev "^($3)" || :
}

# ---- the rules: each prints its violations --------------------------------------------

core_includes() {
	includes kernel/core/ | while read -r file line name; do
		case $file,$name in
		kernel/core/os_*.h,\<*) continue ;;
		*,\"*/*) ;;
		*,\"*) [ ! -f "kernel/core/$(unquote "$name")" ] || continue ;;
		esac
		echo "$file:$line: $name"
	done
}

hw_includes() {
	includes kernel/hw/ | while read -r file line name; do
		room=$(dirname "$file")
		case $name in
		\"core/hw.h\" | \"core/os.h\") continue ;;
		\"*/*) [ "kernel/$(dirname "$(unquote "$name")")" != "$room" ] || continue ;;
		\"*) [ ! -f "$room/$(unquote "$name")" ] || continue ;;
		esac
		echo "$file:$line: $name"
	done
}

miniport_includes() {
	includes compat/miniport/ | while read -r file line name; do
		case $name in
		\"core/*) [ ! -f "kernel/$(unquote "$name")" ] || continue ;;
		\"../status.h\") continue ;;
		\"*/*) ;;
		\"*) [ ! -f "compat/miniport/$(unquote "$name")" ] || continue ;;
		esac
		echo "$file:$line: $name"
	done
}

unquote() { # NAME
	name_only=${1#?}
	echo "${name_only%?}"
}

pcm_names() {
	named 'kernel/|compat/' '[^A-Za-z0-9_]snd_(pcm|timer)_' 'kernel/alsa/|kernel/attach/|kernel/kernel_version\.h:'
}

attach_includes() {
	includes kernel/attach/ | while read -r file line name; do
		case $name in
		\<*) case $name in *wavert*) ;; *) continue ;; esac ;;
		\"adapter.h\" | \"kernel_version.h\" | \"alsa/formats.h\") continue ;;
		\"*/*) ;;
		\"*) [ ! -f "kernel/attach/$(unquote "$name")" ] || continue ;;
		esac
		echo "$file:$line: $name"
	done
}

eventfd_names() {
	named 'kernel/|compat/' '[Ee][Vv][Ee][Nn][Tt][Ff][Dd]' \
		'compat/hwdep/notify\.c:|kernel/kernel_version\.h:'
}

version_names() {
	named 'kernel/|compat/' 'LINUX_VERSION_CODE|KERNEL_VERSION\(|linux/version\.h' \
		'kernel/kernel_version\.h:'
}

hwdep_includes() {
	includes compat/hwdep/ | grep -E '["</]alsa/|"alsa\.h"' || :
}

alsa_includes() {
	includes kernel/alsa/ | grep -E '(compat|hwdep|miniport)/|"(hwdep|miniport|status)\.h"|wavert\.h' |
		grep -v '<sound/hwdep\.h>' || :
}

join_includes() {
	{ includes kernel/ && includes compat/; } | grep -E '"(compat/)?(hwdep/)?hwdep\.h"' |
		grep -Ev '^(kernel/main\.c|compat/hwdep/)' || :
}

# Names of Linux, ALSA, NT and libc: prefixes, whole words, and functions.
begins='spin_(lock|unlock|trylock)|raw_spin_|mutex_(init|lock|unlock)|pthread_|smp_|GFP_'
begins="$begins|k[mzv]?[mzc]alloc|kv?free|printk|pr_(err|warn|info|debug)|dev_(err|warn|info|dbg)"
begins="$begins|copy_(to|from)_user|container_of|ktime_|hrtimer|jiffies|wake_up|snd_|SNDRV_"
begins="$begins|EXPORT_SYMBOL|MODULE_|READ_ONCE|WRITE_ONCE|(Ke|Ex|Io|Mm|Rtl|Ob|Zw|Ps)[A-Z][a-z]"
words='struct (snd_[a-z_]*|device|module|file|inode|page)|__user|__iomem|NTSTATUS|K?EVENT|P?MDL'
words="$words|U?LONG(LONG)?|DWORD|K?IRQL|P?IRP|HANDLE"
functions='schedule|malloc|calloc|realloc|free|memcpy|memset|memmove|printf|usleep'
system_names="linux/|[<\"]sound/|[^A-Za-z0-9_]($begins|($words)([^A-Za-z0-9_]|\$)|($functions)\\()"

neutral() { # DIRECTORY PATTERN-OF-EXEMPT-FILES
	named "$1" "$system_names" "$2" | grep -Ev ':[ 	]*#[ 	]*include "' || :
}

core_names() {
	neutral kernel/core/ 'kernel/core/os_[a-z_]*\.h:'
}

hw_names() {
	neutral kernel/hw/ none
}

miniport_names() {
	neutral compat/miniport/ none
}

userspace_includes() {
	includes userspace/ | while read -r file line name; do
		case $name in
		*miniport/*) ;;
		\"*) [ -f "compat/miniport/$(unquote "$name")" ] || continue ;;
		*) continue ;;
		esac
		echo "$file:$line: $name"
	done
}

# ---- cycles ----------------------------------------------------------------------------

# From code: FOLDER FROM TO SYMBOL for each use in file FROM of a symbol of file TO. A word counts
# as a use of the symbol unless it is a member, or the file declares such a name itself.
uses_of_code() {
	awk '
	function name_of(text,   parts) {
		sub(/[ \t]*\(.*/, "", text)
		return parts[split(text, parts, /[ \t*]+/)]
	}
	function edge(use, folder,   at, to) {
		split(use, at, SUBSEP)
		to = home[folder, at[2]]
		if (to != "" && to != at[1])
			print folder, at[1], to, at[2]
	}
	{
		file = $0
		sub(/:.*/, "", file)
		if (file !~ /\.c$/)
			next
		text = $0
		sub(/^[^:]*:[0-9]*: /, "", text)
		if (file != last) {
			last = file
			candidate = ""
			folder = file
			sub(/\/[^\/]*$/, "", folder)
		}
		gsub(/"([^"\\]|\\.)*"/, "", text)
		if (text ~ /^{/ && candidate != "") {
			home[folder, candidate] = file
			candidate = ""
		} else if (text ~ /^[A-Za-z_]/) {
			candidate = ""
			if (text ~ /^(static|extern|typedef)[ \t]/ || text ~ /^(struct|union|enum) [A-Za-z_0-9]*;/)
				;
			else if (text ~ /\(/ && text !~ /;$/)
				candidate = name_of(text)
			else if (text !~ /\(/ && match(text, /(\[.*)?( =.*|;)$/))
				home[folder, name_of(substr(text, 1, RSTART - 1))] = file
		}
		word = ""
		while (match(text, /[A-Za-z_][A-Za-z_0-9]*/)) {
			between = substr(text, 1, RSTART - 1)
			previous = word
			word = substr(text, RSTART, RLENGTH)
			text = substr(text, RSTART + RLENGTH)
			if (previous ~ /^(struct|enum|union|goto)$/ || between ~ /(\.|->)$/)
				continue
			if (text ~ /^\(/)
				called[file, word] = folder
			else if (between ~ /^[ \t]+\**$/ && previous != "" && previous !~ /^(return|case|else)$/)
				own[file, word] = 1
			else
				named[file, word] = folder
		}
	}
	END {
		for (use in called)
			edge(use, called[use])
		for (use in named)
			if (!(use in called) && !(use in own))
				edge(use, named[use])
	}'
}

# The same from object files, by nm.
uses_of_objects() { # OBJECT...
	for object; do
		nm "$object" | awk -v object="$object" 'NF > 1 { print object, $(NF - 1), $NF }'
	done | awk '
	{
		folder = $1
		sub(/\/[^\/]*$/, "", folder)
		if ($2 == "U")
			uses[$1, $3] = folder
		else if ($2 ~ /[A-Z]/)
			home[folder, $3] = $1
	}
	END {
		for (use in uses) {
			split(use, at, SUBSEP)
			to = home[uses[use], at[2]]
			if (to != "")
				print uses[use], at[1], to, at[2]
		}
	}'
}

# The uses that close a cycle, from lines FOLDER FROM TO SYMBOL on stdin.
circles() {
	sort -u >"$work/uses"
	cut -d' ' -f2,3 "$work/uses" | tsort 2>&1 >/dev/null |
		sed -n 's/^tsort: \(.*\.[co]\)$/\1/p' | sort -u >"$work/in_circle"
	awk 'NR == FNR { inside[$1] = 1; next }
		inside[$2] && inside[$3] { print $2 ": uses " $4 " of " $3 }' "$work/in_circle" "$work/uses"
}

no_circles() {
	uses_of_code <"$work/code" | circles
}

# A function is what lies between { and } in the first column.
long_functions() {
	# shellcheck disable=SC2016 # awk
	sources kernel compat userspace | xargs awk '
		/^{/ { start = FNR }
		/^}/ && start {
			if (FNR - start + 1 > 80)
				print FILENAME ":" start ": " FNR - start + 1 " lines"
			start = 0
		}'
}

long_files() {
	# shellcheck disable=SC2016 # awk
	sources kernel compat userspace | xargs awk '
		FNR == 601 { print FILENAME ": more than 600 lines" }'
}

# The newest version of debian/changelog is that of the release.
versions() {
	version=$(sed -n '1s/^alsa-wavert (\(.*\)) .*/\1/p' debian/changelog)
	{
		grep -n '^VERSION := ' userspace/Makefile | sed 's|^|userspace/Makefile:|'
		grep -n -m 1 '^## ' NEWS.md | sed 's|^|NEWS.md:|'
		grep -rn '^MODULE_VERSION(' kernel
		grep -rn '^\.TH .*"alsa-wavert ' userspace/man
	} | grep -Ev "(:= |:## |\"|alsa-wavert )$version(\$|\"| )" || :
}

# Without that, the packages cannot be built.
package_symbols() {
	grep -o 'wavert_[a-z_]*;' userspace/lib/libwavert.map | tr -d ';' | sort -u >"$work/exported"
	grep -o '^ wavert_[a-z_]*@' debian/libwavert1.symbols | tr -d ' @' | sort -u >"$work/packaged"
	comm -3 "$work/exported" "$work/packaged"
}

rules='
core_includes     kernel/core includes only itself, its system headers only in os_*.h
hw_includes       a backend includes only core/hw.h, core/os.h and its own room
miniport_includes compat/miniport includes only itself, compat/status.h and kernel/core
pcm_names         snd_pcm_ and snd_timer_ occur in kernel/alsa, kernel/attach and kernel_version.h only
attach_includes   kernel/attach includes only itself, adapter.h, kernel_version.h and alsa/formats.h
eventfd_names     eventfd occurs in compat/hwdep/notify.c and kernel_version.h only
version_names     kernel versions are tested in kernel/kernel_version.h only
hwdep_includes    compat/hwdep includes nothing of kernel/alsa
alsa_includes     kernel/alsa includes nothing of compat
join_includes     kernel/main.c alone joins the two models
userspace_includes userspace includes nothing of compat/miniport
no_circles        no circle between the files of a folder, by the symbols they use
core_names        kernel/core names no system
hw_names          kernel/hw names no system
miniport_names    compat/miniport names no system
long_functions    no function is longer than 80 lines
long_files        no file is longer than 600 lines
versions          Makefile, modules, manual pages and NEWS have the version of debian/changelog
package_symbols   debian/libwavert1.symbols names the functions of libwavert.map
'

count_rules() {
	echo "$rules" | grep -c .
}

check() { # ROOT
	cd "$1"
	code kernel compat userspace >"$work/code"
	[ -s "$work/code" ] || {
		echo "Bail out! no source in $1"
		return 1
	}
	echo "1..$(count_rules)"
	count=0
	failed=0
	while read -r rule title; do
		[ "$rule" ] || continue
		count=$((count + 1))
		if $rule >"$work/found" && [ ! -s "$work/found" ]; then
			echo "ok $count - $title"
		else
			echo "not ok $count - $title"
			sed 's/^/# /' "$work/found"
			failed=1
		fi
	done <<-END
	$rules
	END
	return $failed
}

# ---- selftest -------------------------------------------------------------------------

copy() {
	mkdir "$work/tree" "$work/tree/debian"
	for dir in kernel compat userspace; do
		cp -r "$here/$dir" "$work/tree/"
	done
	cp "$here/debian/changelog" "$here/debian/libwavert1.symbols" "$work/tree/debian"
	cp "$here/NEWS.md" "$work/tree"
	cp -r "$work/tree" "$work/clean"
	cd "$work/tree"
}

# Restores the copy: files that were changed or added since the last time.
restore() {
	find . -newer "$work/planted" -type f | while read -r file; do
		if [ -f "$work/clean/$file" ]; then
			cp -p "$work/clean/$file" "$file"
		else
			rm "$file"
		fi
	done
}

lines() { # COUNT
	awk -v n="$1" 'BEGIN { while (n--) print "\twrt();" }'
}

# Writes a violation of a rule to the current directory; a second form if $2 is 2.
plant() { # RULE FORM
	case $1-$2 in
	core_includes-1) echo '#include <string.h>' >>kernel/core/position.c ;;
	core_includes-2) echo '#include "hw/sim/sim.h"' >>kernel/core/stream.h ;;
	hw_includes-1) echo '#include "core/stream.h"' >>kernel/hw/sim/sim.c ;;
	hw_includes-2) echo '#include "bus/platform.h"' >>kernel/hw/sim/mover.c ;;
	miniport_includes-1) echo '#include "hw/sim/sim.h"' >>compat/miniport/events.c ;;
	miniport_includes-2) echo '#include <string.h>' >>compat/miniport/miniport.h ;;
	pcm_names-1) echo 'int x = snd_pcm_running(s);' >>kernel/core/stream.c ;;
	pcm_names-2) echo 'int x = snd_timer_start(t, 1);' >>compat/hwdep/pin.c ;;
	attach_includes-1) echo '#include "hwdep.h"' >>kernel/attach/follow.c ;;
	attach_includes-2) echo '#include "alsa/alsa.h"' >>kernel/attach/attach.h ;;
	eventfd_names-1) echo 'struct eventfd_ctx *ctx;' >>compat/hwdep/pin.c ;;
	eventfd_names-2) echo '#include <linux/eventfd.h>' >>kernel/alsa/pcm.c ;;
	version_names-1) echo '#if LINUX_VERSION_CODE < 5' >>kernel/bus/sim.c ;;
	version_names-2) echo '#if KERNEL_VERSION(5, 1, 0)' >>compat/hwdep/page.c ;;
	hwdep_includes-1) echo '#include "alsa/alsa.h"' >>compat/hwdep/filter.c ;;
	hwdep_includes-2) echo '#include "../../kernel/alsa/alsa.h"' >>compat/hwdep/page.c ;;
	alsa_includes-1) echo '#include "miniport.h"' >>kernel/alsa/pcm.c ;;
	alsa_includes-2) echo '#include <uapi/sound/wavert.h>' >>kernel/alsa/alsa.h ;;
	join_includes-1) echo '#include "hwdep.h"' >>kernel/bus/sim.c ;;
	join_includes-2) echo '#include "compat/hwdep/hwdep.h"' >>kernel/adapter.h ;;
	core_names-1) echo 'void *p = kzalloc(1, 2);' >>kernel/core/device.c ;;
	core_names-2) echo 'x = KeQueryPerformanceCounter(0);' >>kernel/core/hw.h ;;
	hw_names-1) echo 'struct snd_card *card;' >>kernel/hw/sim/engine.h ;;
	hw_names-2) echo 'spin_lock_irqsave(&l, f);' >>kernel/hw/sim/sim.c ;;
	miniport_names-1) echo 'NTSTATUS s;' >>compat/miniport/events.c ;;
	miniport_names-2) echo 'mutex_lock(&m);' >>compat/miniport/stream.c ;;
	long_functions-1) (echo 'void wrt(void)'; echo '{'; lines 79; echo '}') >>kernel/main.c ;;
	long_functions-2) (echo 'void wrt(void)'; echo '{'; lines 79; echo '}') >>compat/hwdep/pin.c ;;
	long_files-1) lines 601 >kernel/core/new.h ;;
	long_files-2) lines 601 >compat/hwdep/new.c ;;
	package_symbols-1) sed -i '/ wavert_device_set_states@/d' debian/libwavert1.symbols ;;
	package_symbols-2) sed -i '0,/wavert_open;/s///' userspace/lib/libwavert.map ;;
	versions-1) echo 'MODULE_VERSION("0.0.1");' >>kernel/bus/ich.c ;;
	userspace_includes-1) echo '#include "miniport.h"' >>userspace/trace/calls.c ;;
	userspace_includes-2) echo '#include "../../compat/miniport/miniport.h"' >>userspace/lib/event.c ;;
	no_circles-1) echo 'int x = wrt_call(a, b, c);' >>compat/hwdep/control.c ;;
	no_circles-2) printf 'void put_it(void)\n{\n}\n' >>userspace/tool/common.c &&
		echo 'void (*x)(void) = put_it;' >>userspace/tool/json.c &&
		echo 'void f(void) { json_print(0, 0); }' >>userspace/tool/common.c ;;
	versions-2) sed -i '1s/(.*)/(9.0.0)/' debian/changelog ;;
	esac
}

# Comments and similar names that violate no rule.
plant_innocent() {
	echo '/* spin_lock, snd_pcm_period_elapsed, eventfd: <linux/version.h> */' >>kernel/core/stream.c
	printf '/*\n * KeSetEvent is what an eventfd stands for; KERNEL_VERSION(1)\n */\n' >>compat/miniport/events.c
	echo 'int wrt_mutex_lock_count; // kmalloc' >>kernel/core/device.c
	(echo 'void wrt(void)'; echo '{'; lines 78; echo '}') >>kernel/core/device.c
}

# True if the rule finds something in the current directory.
finds() { # RULE
	code kernel compat userspace >"$work/code"
	$1 >"$work/found"
	[ -s "$work/found" ]
}

# Two files whose objects call each other, and one that both call.
objects_selftest() {
	mkdir "$work/objects"
	(
		cd "$work/objects"
		echo 'int b(void), c(void); int a(void) { return b() + c(); }' >a.c
		echo 'int a(void), c(void); int b(void) { return a() + c(); }' >b.c
		echo 'int c(void) { return 0; }' >c.c
		gcc -c a.c b.c c.c
	)
	uses_of_objects "$work"/objects/[ac].o | circles >"$work/found"
	[ ! -s "$work/found" ] || return 1
	uses_of_objects "$work"/objects/[abc].o | circles >"$work/found"
	grep -q '/a\.o: uses b of .*/b\.o' "$work/found" && ! grep -q 'c\.o' "$work/found"
}

verdict() { # ok|"not ok" SENTENCE
	count=$((count + 1))
	[ "$1" = ok ] || failed=1
	echo "$1 $count - $2"
}

selftest() {
	count=0
	failed=0
	echo "1..$((2 * $(count_rules) + 3))"
	copy
	if (check "$work/tree") >"$work/all"; then verdict ok 'the copy violates no rule'; else verdict 'not ok' 'the copy offends no rule'; fi
	for rule in $(echo "$rules" | sed 's/ .*//'); do
		for form in 1 2; do
			touch -d '1 second ago' "$work/planted"
			plant "$rule" "$form"
			if finds "$rule"; then found=ok; else found='not ok'; fi
			verdict "$found" "$rule finds a violation, form $form"
			restore
		done
	done
	plant_innocent
	if (check "$work/tree") >"$work/all"; then found=ok; else found='not ok'; fi
	verdict "$found" 'comments and similar names violate no rule'
	if objects_selftest; then found=ok; else found='not ok'; fi
	verdict "$found" '--objects finds two files that call each other'
	return $failed
}

case ${1-} in
--selftest) selftest ;;
--objects)
	shift
	find "$@" -name '*.o' ! -name '*.mod.o' >"$work/list"
	# shellcheck disable=SC2046 # names without blanks
	uses_of_objects $(cat "$work/list") | circles >"$work/found"
	echo 1..1
	[ ! -s "$work/found" ] || { echo "not ok 1 - no circle between the objects of a folder" && sed 's/^/# /' "$work/found" && exit 1; }
	echo "ok 1 - no circle between the objects of a folder"
	;;
--help) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" ;;
*) check "${1:-$here}" ;;
esac
