#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Checks that the binary interface has changed only by additions (Documentation/abi.md).
# Compares the live header with the newest frozen copy: members, sizes, ioctl numbers and
# constants, for 64 and 32 bit. TAP on stdout; called by scripts/lint.sh.
#
#   tests/abi/check.sh             check the live header, and the check itself with injected changes
#   tests/abi/check.sh --freeze    add a frozen copy of the live header, if its version has none
#   tests/abi/check.sh --facts HEADER-DIRECTORY    print the facts that are compared
set -u
here=$(cd "$(dirname "$0")" && pwd)
live=$here/../../compat/uapi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
bad=0

result()	# ok|not ok, SENTENCE
{
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || bad=1
}

# ---- facts --------------------------------------------------------------------------------

# Writes a program that prints the facts: members come from the text of the header, constants from
# the preprocessor, their values from the compiler.
program()	# HEADER-DIRECTORY
{
	echo '#include <stddef.h>'
	echo '#include <stdio.h>'
	echo '#include <sound/wavert.h>'
	echo 'int main(void) {'
	awk '
	/^struct wavert_[a-z_]* {$/ {
		s = $2
		printf "printf(\"size %s %%zu\\n\", sizeof(struct %s));\n", s, s
		next
	}
	/^}/ { s = "" }
	s && match($0, /^\t(struct )?[a-z_0-9]+ [a-z_0-9]+(\[[A-Z_0-9]*\])?;/) {
		text = substr($0, 2, RLENGTH - 2)
		name = text
		sub(/\[.*/, "", name)
		type = name
		sub(/.* /, "", name)
		sub(/ [^ ]*$/, "", type)
		printf "printf(\"member %s %s %s %%zu %%zu\\n\", offsetof(struct %s, %s), " \
			"sizeof(((struct %s *)0)->%s));\n", s, name, type, s, name, s, name
		next
	}
	s && /^\t[^\/ \t]/ { print "#error not understood: " $0 }
	' "$1/sound/wavert.h"
	gcc -E -dM -I"$1" "$1/sound/wavert.h" | LC_ALL=C sort | awk '
	$2 !~ /^WAVERT_[A-Z0-9_]*$/ { next }
	$3 ~ /^"/ { printf "puts(\"constant %s text %s\");\n", $2, substr($3, 2, length($3) - 2); next }
	$2 ~ /^WAVERT_IOC_/ && $2 !~ /_TYPE$/ {
		printf "printf(\"call %s %%u 0x%%x 0x%%x\\n\", (unsigned int)_IOC_DIR(%s), " \
			"(unsigned int)_IOC_TYPE(%s), (unsigned int)_IOC_NR(%s));\n", $2, $2, $2, $2
		next
	}
	NF > 2 { printf "printf(\"constant %s 0x%%llx\\n\", (unsigned long long)(%s));\n", $2, $2 }'
	echo 'printf("constant WAVERT_MMAP_REGISTER(1) 0x%llx%c", WAVERT_MMAP_REGISTER(1) + 0ull, 10);'
	echo '}'
}

facts()	# HEADER-DIRECTORY -m64|-m32
{
	program "$1" >"$work/facts.c"
	gcc -Wall -Wpadded -Werror "$2" -static -I"$1" -o "$work/facts" "$work/facts.c" && "$work/facts"
}

# Prints violations of the rules, one a line. Reserved words may get a meaning, structs may
# grow at their end, and the minor version has to be higher if anything is new.
compare()	# OLD NEW
{
	awk '
	function key() { return $1 == "member" ? $1 " " $2 " " $3 : $1 " " $2 }
	FNR == NR { old[key()] = $0; size[key()] = $3; next }
	{ new[key()] = $0; newer[key()] = $3 }
	END {
		for (k in old) {
			split(old[k], o, " ")
			if (!(k in new)) {
				if (o[1] == "member" && o[3] == "reserved" && o[2] != "wavert_version")
					continue
				print "gone: " old[k]
			} else if (old[k] == new[k]) {
				continue
			} else if (o[1] == "size" && o[2] != "wavert_version" && newer[k] + 0 > size[k] + 0) {
				changes++
			} else if (o[1] == "member" && o[3] == "reserved" && o[2] != "wavert_version") {
				changes++
			} else if (k == "constant WAVERT_ABI_MINOR") {
				raised = length(newer[k]) > length(size[k]) || newer[k] > size[k]
				if (!raised)
					print "lower: " old[k] " is " new[k]
			} else {
				print "changed: " old[k] " is " new[k]
			}
		}
		for (k in new)
			changes += !(k in old)
		if (changes && !raised)
			print "the minor version is not raised: " changes " additions"
	}' "$1" "$2" | LC_ALL=C sort
}

# ---- the live header ----------------------------------------------------------------------

version_of()	# HEADER-DIRECTORY
{
	sed -n 's/^#define WAVERT_ABI_M[AI][JN]OR[ \t]*//p' "$1/sound/wavert.h" | paste -sd .
}

newest()
{
	basename -a "$here"/[0-9]*.[0-9]* | sort -t . -k 1,1n -k 2,2n | tail -n 1
}

live_header()	# -m64|-m32
{
	local frozen
	frozen=$(newest)
	if ! facts "$here/$frozen" "$1" >"$work/old" || ! facts "$live" "$1" >"$work/new"; then
		result "not ok" "the headers compile with $1"
		return
	fi
	compare "$work/old" "$work/new" >"$work/found"
	if [ -s "$work/found" ]; then
		result "not ok" "since version $frozen the interface has changed by additions only ($1)"
		sed 's/^/# /' "$work/found"
	else
		result ok "since version $frozen the interface has changed by additions only ($1, $(wc -l <"$work/old") facts)"
	fi
}

freeze()
{
	local version
	version=$(version_of "$live")
	[ ! -e "$here/$version" ] || { echo "$version has a copy, which must not change" >&2; exit 1; }
	mkdir -p "$here/$version/sound"
	cp "$live/sound/wavert.h" "$here/$version/sound/"
}

# ---- the check itself ---------------------------------------------------------------------

planted()	# good|bad SENTENCE SED-SCRIPT
{
	mkdir -p "$work/changed/sound"
	sed "$3" "$live/sound/wavert.h" >"$work/changed/sound/wavert.h"
	if cmp -s "$live/sound/wavert.h" "$work/changed/sound/wavert.h"; then
		result "not ok" "$2: nothing is planted"
		return
	fi
	facts "$live" -m64 >"$work/old"
	if ! facts "$work/changed" -m64 >"$work/new"; then
		result "not ok" "$2: it does not compile"
		return
	fi
	compare "$work/old" "$work/new" >"$work/found"
	if { [ "$1" = bad ] && [ -s "$work/found" ]; } || { [ "$1" = good ] && [ ! -s "$work/found" ]; }; then
		result ok "$2"
	else
		result "not ok" "$2"
		sed 's/^/# /' "$work/found"
	fi
}

selftest()
{
	local minor='s/\(ABI_MINOR\t\)\([0-9]*\)/\199/'
	local state='/^struct wavert_state {/,/^}/'
	planted good "a member at the end of a struct, in a higher minor version, is allowed" \
		"$minor; $state s/^}/\t__u32 more;\n}/"
	planted good "a reserved word of the page may get a meaning" \
		"$minor; /^struct wavert_page {/,/^}/ s/__u64 reserved\[/__u64 more[/"
	planted good "a new call and a new flag are allowed" \
		"$minor; s/^#define WAVERT_IOC_SET_STATE.*/&\n#define WAVERT_IOC_MORE WAVERT_IOWR(0x40, struct wavert_state)\n#define WAVERT_MORE 2/"
	planted bad "a member without a higher minor version is found" \
		"$state s/^}/\t__u32 more;\n}/"
	planted bad "an inserted member is found" \
		"$minor; $state s/^struct.*/&\n\t__u32 more;/"
	planted bad "a removed member is found" \
		"$minor; /^struct wavert_format {/,/^}/ s/^\t__u32 channels;.*//"
	planted bad "a member of another type is found" "$minor; $state s/__u32 state/__s32 state/"
	planted bad "a wider member is found" "$minor; $state s/__u32 state/__u64 state/"
	planted bad "another number of a call is found" \
		"$minor; s/WAVERT_IOWR(0x15, /WAVERT_IOWR(0x35, /"
	planted bad "another type of all calls is found" "$minor; s/0xd7/0xd6/"
	planted bad "another value of a flag is found" "$minor; s/\(WAVERT_EVENT_ALL\t\).*/\10x2/"
	planted bad "a removed constant is found" "$minor; /define WAVERT_OFFERS_READ/d"
	planted bad "another id of the node is found" "$minor; s/\"WaveRT\"/\"WaveRT2\"/"
	planted bad "a longer struct of VERSION is found" "$minor; s/reserved\[6\]/reserved[7]/"
}

case ${1-} in
--freeze) freeze && exit ;;
--facts) facts "$2" -m64 && exit ;;
'') ;;
*) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit 2 ;;
esac
live_header -m64
live_header -m32
selftest
echo "1..$count"
exit $bad
