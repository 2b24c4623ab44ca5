#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Tests of libwavert, the wavert command, its man pages and completions. TAP on stdout.
# Called by tests/check.sh.
#
# usage: run.sh host		tests that need no card; symbols and man pages of the source
#        run.sh guest MODULES [RUN-OPTION...]
#				examples and command in a guest, modules from that directory
#        run.sh update		writes the list of symbols that the library exports
#        run.sh release		after a release: writes its declarations, to which later releases only add
#
# environment: O	build directory of userspace/ (default build/userspace)
set -u
cd "$(dirname "$0")/../.." || exit
here=tests/userspace
O=${O:-$PWD/build/userspace}
cc=${WRT_CC:-gcc}	# of another architecture: tests/check.sh
user=userspace
header=$user/include/wavert.h
lib=$O/libwavert.so.1
includes="-I$user/include -Icompat/uapi"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/guest/tap.sh
. $here/compare_test.sh
. $here/command_test.sh

build()
{
	make -s -C $user "O=$O" "CC=$cc" "AR=${WRT_TOOLS-}ar" all examples && $cc -O1 -g -Wall -Wextra -Werror -I$user/include \
		-Icompat/uapi -o "$O/lib_test" $here/lib_test.c "$O/libwavert.a" &&
		$cc -O1 -g -Wall -Wextra -Werror -o "$O/with" $here/with.c -lutil &&
		$cc -O1 -g -Wall -Wextra -Werror -o "$O/frames" $here/frames.c &&
		$cc -O1 -g -Wall -Wextra -Werror -o "$O/json_value" $here/json_value.c -ljansson &&
		test_sound "$O/test_sound"
}

test_sound()	# PROGRAM FLAGS...
{
	program=$1
	shift
	# shellcheck disable=SC2086 # flags
	$cc -O1 -g -Wall -Wextra -Werror $includes -Icompat "$@" -o "$program" $here/test_sound.c \
		$user/tool/input.c $user/tool/source.c $user/tool/sink.c $user/lib/status.c -lsndfile -lm
}

# shellcheck disable=SC2086 # a list of files
guest()	# MODULES RUN-OPTIONS...
{
	modules=$1
	shift
	files="--file $O/lib_test"
	for example in "$user"/examples/*.c; do
		files="$files --file $O/examples/$(basename "$example" .c)"
	done
	tests/guest/run --timeout 400 --no-insmod "$@" --module "$modules/snd-wavert.ko" \
		--module "$modules/snd-wavert-sim.ko" --tool aplay --file "$O/wavert" --file "$O/wavert-trace" $files \
		--file "$O/with" --file "$O/frames" --file "$O/json_value" --file "$O/test_sound" \
		--file "${WRT_SYSROOT-}/bin/kmod=depmod" \
		--file /usr/share/sounds/alsa/Front_Center.wav --file tests/guest/tap.sh \
		--file tests/guest/streams.sh --out "$work/out" \
		--file $here/doctor_test.sh --file $here/sound_test.sh --file $here/guest.sh -- sh guest.sh >"$work/tap"
	code=$?
	grep -v '^1\.\.' "$work/tap"
	count=$(grep -cE '^(not )?ok ' "$work/tap")
	failed=$code
	for verb in list info busy silicon watch compare doctor doctor_busy doctor_fix doctor_hwdep; do
		check "$verb.json of the guest is as the schema says" $here/valid_json.py "$work/out/$verb.json"
	done
	the_end
}

# ---- the library -----------------------------------------------------------------------

# name@@VERSION of the symbols that the library exports
symbols()
{
	nm -D --defined-only --with-symbol-versions "$lib" | sed 's/.* [A-Z] //' | sort
}

# What the header declares: types and functions, one a line.
declarations()
{
	gcc -fpreprocessed -dD -E -P -w $header | grep -v '^#\|^extern\|^}$' | awk '
		{ line = line " " $0; depth += gsub(/{/, "{") - gsub(/}/, "}") }
		/;/ && !depth {
			gsub(/WAVERT_MUST_CHECK|[ \t]+/, " ", line)
			gsub(/  +/, " ", line)
			print substr(line, 2)
			line = ""
		}' | sed 's/^ //'
}

# Prototypes without spaces
prototypes()
{
	declarations | grep '(' | tr -d ' \t'
}

functions()
{
	prototypes | sed 's/(.*//; s/.*\(wavert_\)/\1/' | sort
}

same()	# FILE FILE
{
	diff "$1" "$2"
}

symbols_as_written()
{
	symbols >"$work/symbols"
	same $here/symbols "$work/symbols"
}

header_declares_all()
{
	symbols | sed -n 's/@@.*//; /^wavert_/p' >"$work/exported"
	functions >"$work/declared"
	[ -s "$work/declared" ] && same "$work/exported" "$work/declared"
}

# The declarations of the last release. A client breaks if a line of it differs.
only_added()
{
	declarations | sort >"$work/declared"
	sort $here/released | comm -23 - "$work/declared" >"$work/gone"
	cat "$work/gone"
	[ -s $here/released ] && [ ! -s "$work/gone" ]
}

# Every call of the interface is made somewhere in the library.
whole_abi()
{
	grep -o 'WAVERT_IOC_[A-Z_]*' compat/uapi/sound/wavert.h | grep -vx WAVERT_IOC_TYPE | sort -u >"$work/calls"
	[ "$(wc -l <"$work/calls")" -ge 16 ] || return
	missing=0
	while read -r call; do
		grep -qw "$call" $user/lib/*.c || { echo "missing $call"; missing=1; }
	done <"$work/calls"
	# the snapshot has every member of the register page
	sed -n '/^struct wavert_page {/,/^};/s/^\t__u[36][24] \([a-z_]*\);.*/\1/p' compat/uapi/sound/wavert.h |
		grep -vxE 'seq|version|page_bytes|ring_offset|ring_entries|entry_bytes' >"$work/members"
	[ "$(wc -l <"$work/members")" -ge 20 ] || return
	while read -r member; do
		grep -qE "= page->$member;" $user/lib/stream.c || { echo "missing $member"; missing=1; }
	done <"$work/members"
	return $missing
}

# A declaration is preceded by the end of a comment.
all_commented()
{
	awk '/^(WAVERT_MUST_CHECK )?[a-z].*wavert_[a-z_]*\(/ && before !~ /\*\/$/ { print; bad = 1 }
		{ before = $0 }
		END { exit bad }' $header
}

compiles_as()	# COMPILER LANGUAGE STANDARD
{
	# shellcheck disable=SC2086 # flags
	echo '#include <wavert.h>' | "$1" -x "$2" -std="$3" -Wall -Wextra -Wpedantic -Werror \
		$includes -fsyntax-only -
}

cplusplus_links()
{
	# shellcheck disable=SC2086 # flags
	g++ -Wall -Wextra -Werror $includes -o "$work/link" $here/link.cc "$lib" &&
		LD_LIBRARY_PATH=$O "$work/link"
}

# As in README and man pages, with the library of the build tree.
builds_by_pkg_config()
{
	# shellcheck disable=SC2046 # flags
	gcc -Wall -Wextra -Werror -o "$work/client" $user/examples/play_file.c \
		$(PKG_CONFIG_PATH=$O pkg-config --cflags --libs libwavert sndfile) || return
	ldd "$work/client"
	[ "$(ldd "$work/client" | sed -n 's/.*libwavert.so.1 => \([^ ]*\) .*/\1/p')" = "$lib" ] || return
	! "$work/client" /nowhere 2>"$work/said_client" && says "$work/said_client" '^play_file: .*No such file'
}

# ---- man pages ----------------------------------------------------------------------------

plain()	# MAN-PAGE: its words without the markup of hyphens
{
	sed 's/\\-/-/g; s/\\f.//g' "$1"
}

names()	# names in the section NAME of the pages of section 3
{
	for page in "$user"/man/*.3; do
		plain "$page" | sed -n '/^\.SH NAME/{n;s/ - .*//;s/, */\n/g;p}'
	done | sort
}

man_names_all()
{
	functions >"$work/declared"
	names >"$work/named"
	same "$work/declared" "$work/named"
}

man_has_prototypes()
{
	prototypes | sort >"$work/declared"
	for page in "$user"/man/*.3; do
		awk '/^\.BI "/ { on = 1; line = line $0 }
			on && /;"$/ { print line; line = ""; on = 0 }' "$page"
	done | sed 's/\.BI//g; s/["\t ]//g' | sort >"$work/written"
	same "$work/declared" "$work/written"
}

man_is_clean()	# PAGE: the check of lintian
{
	LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$1" \
		2>&1 >/dev/null | tee "$work/warnings"
	[ ! -s "$work/warnings" ]
}

optional()	# COMMAND NAME TEST...: a test that needs the command
{
	command=$1
	shift
	if command -v "$command" >/dev/null; then
		check "$@"
	else
		skip "$1" "there is no $command"
	fi
}

sound()
{
	test_sound "$work/test_sound" -fsanitize=address,undefined -fno-sanitize-recover=all &&
		mkdir "$work/sounds" && (cd "$work/sounds" && "$work/test_sound")
}

# Runs a program that prints TAP, and continues its numbering.
tap_of()	# NAME COMMAND
{
	"$2" >"$work/tap" 2>&1 || failed=1
	grep -q '^1\.\.' "$work/tap" || check "$1 complete" cat "$work/tap" /nowhere
	awk -v n="$count" '/^(not )?ok / { n++; sub(/ok [0-9]+/, "ok " n) } /^1\.\./ { next } { print }
		END { print n >"'"$work/count"'" }' "$work/tap"
	count=$(cat "$work/count")
}

unit()
{
	# shellcheck disable=SC2086 # flags
	gcc -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -Wall -Wextra -Werror \
		-DWAVERT_TOOL_VERSION='""' $includes -Icompat -o "$work/test_tool" \
		$here/test_tool.c $user/tool/hist.c $user/tool/report.c $user/tool/table.c $user/lib/status.c -ljansson &&
		"$work/test_tool"
}

library()
{
	# shellcheck disable=SC2086 # flags
	gcc -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -Wall -Wextra -Werror \
		$includes -Icompat -o "$work/test_lib" $here/test_lib.c $user/lib/*.c \
		-Wl,--wrap=ioctl -lcmocka && "$work/test_lib"
}

# ---- modules of another interface version ----------------------------------------------------

# The command on a card whose modules have this version (tests/abi/old_module.c).
with_modules()	# VERSION COMMAND...
{
	interface=$1
	shift
	gcc -O1 -Wall -Wextra -Werror -shared -fPIC -Icompat/uapi -o "$work/old_module.so" \
		tests/abi/old_module.c -ldl || return
	env "LD_PRELOAD=$work/old_module.so" "INTERFACE=$interface" "$@"
}

# One line, exit code 1, both versions and the remedy.
one_error()	# VERSION REGEX COMMAND...
{
	version=$1
	regex=$2
	shift 2
	with_modules "$version" "$@" >"$work/out" 2>&1
	code=$?
	cat "$work/out"
	[ $code = 1 ] && [ "$(wc -l <"$work/out")" = 1 ] && grep -qE "$regex" "$work/out"
}

have="the modules have interface version"
built="this (command|program) was built for 1\.[0-9]+"

host()
{
	check "Modules of version 0.3: wavert info names both versions and the package to install" \
		one_error 0.3 "^wavert: $have 0\.3, $built; sudo apt install alsa-wavert-dkms" "$O/wavert" info
	check "wavert list reports the same, not a missing card" \
		one_error 0.3 "^wavert: $have 0\.3, $built" "$O/wavert" list
	check "for modules of version 2.0 it reports that the command is the older one" \
		one_error 2.0 "^wavert: $have 2\.0, $built; sudo apt install alsa-wavert-utils" "$O/wavert" info
	check "wavert-trace names both versions" \
		one_error 0.3 "^wavert-trace: $have 0\.3, $built" "$O/wavert-trace" --list
	check "The library exports exactly the listed symbols" symbols_as_written
	check "The header declares exactly these symbols" header_declares_all
	check "Types and functions of the last release are unchanged" only_added
	check "The library makes every call and shows every member of the page" whole_abi
	check "A comment stands before every function of the header" all_commented
	check "The header compiles as C99" compiles_as gcc c c99
	optional clang "The header compiles by clang as C11" compiles_as clang c c11
	optional g++ "and as C++" compiles_as g++ c++ c++11
	optional g++ "A C++ program links and runs" cplusplus_links
	check "A client is built by pkg-config in the build tree and finds libwavert.so.1 there" \
		builds_by_pkg_config
	check "Every public function is named in a page of section 3, and no page has a wrong name" man_names_all
	check "the prototypes are those of the header" man_has_prototypes
	for page in "$user"/man/*.[1-8]; do
		optional man "$(basename "$page") is free of warnings" man_is_clean "$page"
	done
	verb_tests
	wrong_uses
	table_tests
	compare_tests
	tap_of "The tests of the library" library
	tap_of "The unit tests" unit
	tap_of "The tests of sound files" sound
	the_end
}

case ${1-} in
host)
	build && host
	;;
guest)
	[ $# -ge 2 ] || { echo "run.sh: a directory of modules is expected" >&2 && exit 2; }
	shift
	build && guest "$@"
	;;
update)
	build && symbols >$here/symbols
	;;
release)
	declarations >$here/released
	;;
*)
	sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0"
	exit 2
	;;
esac
