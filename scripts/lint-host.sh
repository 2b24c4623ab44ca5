#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs one static analyser on the code that it can parse; called by lint.sh. Each finding is
# a line "FILE:LINE: ID message" on stdout. Exit code 77: a tool or file that it needs is missing.
#
# usage: lint-host.sh cppcheck|clang-tidy|analyzer|msvc|coccinelle|shellcheck
#
# What a tool says of a file is kept (kept.sh) until the file, what it includes, the tool or
# this script changes.
set -eu
cd "$(dirname "$0")/.."
jobs=$(nproc)
neutral=$(git ls-files 'kernel/core/*.c' 'kernel/hw/*.c' 'compat/miniport/*.c')
userspace=$(git ls-files 'userspace/*.c' ':!userspace/trace/nt')	# those need Windows' headers
linux=$(git ls-files 'kernel/alsa/*.c' 'kernel/bus/*.c' 'kernel/main.c' 'compat/hwdep/*.c')
neutral_flags="-std=c11 -D_DEFAULT_SOURCE -Ikernel -Icompat/miniport"
user_flags="-std=gnu11 -Iuserspace/include -Iuserspace/codec -Ikernel -Icompat/uapi -Icompat"
user_flags="$user_flags -DWAVERT_TOOL_VERSION=__FILE__ -DPIC"

# Files of the Windows driver, which Microsoft's compiler has to accept, and their headers.
windows=$(git ls-files 'kernel/core/*.[ch]' 'kernel/hw/*.[ch]' 'compat/miniport/*.[ch]' 'compat/nt/*.[ch]' \
	':!kernel/core/os_linux*' ':!kernel/core/os_host*')
mingw=/usr/share/mingw-w64/include
windows_flags="-target x86_64-w64-windows-gnu -fms-extensions -std=c11 -D_WIN32_WINNT=0x0601
	-DNTDDI_VERSION=0x06010000 -isystem $mingw -isystem $mingw/ddk -Ikernel -Icompat -Icompat/miniport
	-Icompat/nt -include compat/nt/trace.h"

flags_of()	# SOURCE
{
	case $1 in
	userspace/*) echo "$user_flags" ;;
	*) echo "$neutral_flags" ;;
	esac
}

# Sources on stdin, as many at a time as there are processors.
each_source()	# TOOL
{
	LINT_VERSION=$("$command" --version) && export LINT_VERSION
	tr ' ' '\n' | xargs -P "$jobs" -I '{}' scripts/lint-host.sh kept "$1" '{}' | sort -u
}

# The headers of the system are left out: they change with the version of a tool.
# shellcheck disable=SC2046 # flags, and lists of files
kept()	# TOOL SOURCE
{
	scripts/kept.sh "$1 $LINT_VERSION" scripts/lint-host.sh $(included "$1" "$2") -- \
		scripts/lint-host.sh one "$1" "$2"
}

# shellcheck disable=SC2013,SC2046,SC2086 # words
included()	# TOOL SOURCE: it, and what it includes
{
	flags="$(flags_of "$2") -Icompat/uapi"
	[ "$1" != msvc ] || flags="$neutral_flags -D_WIN32 -Icompat -Icompat/nt -include compat/nt/trace.h"
	for word in $(gcc -MM -MG $flags "$2" 2>/dev/null); do
		[ ! -f "$word" ] || echo "$word"
	done
}

# ---- cppcheck --------------------------------------------------------------------------

# Not enabled: variableScope; declarations are at the beginning of a function, as in the kernel.
cpp()	# ARGUMENTS...
{
	cppcheck -q --enable=warning,performance,portability,style --std=c11 --platform=unix64 \
		--suppress=variableScope --template='{file}:{line}: {id} {message}' "$@" 2>&1
}

cpp_one()	# SOURCE
{
	case $1 in
	kernel/alsa/* | kernel/bus/* | kernel/main.c | compat/hwdep/*)
		cpp -D__KERNEL__ -Ikernel -Icompat/miniport -Icompat/uapi \
			'-Dlist_for_each_entry(p,head,member)=while(step(&p,head))' "$1"
		;;
	*) cpp -D__linux__ -Ikernel -Icompat/miniport -Icompat -Icompat/uapi -Iuserspace/include "$1" ;;
	esac
}

# ---- clang-tidy ------------------------------------------------------------------------

# Left out, with reasons:
#   easily-swappable-parameters   bytes, frames and counts are all u32 by contract
#   DeprecatedOrUnsafeBufferHandling   requires memset_s() and similar, which no libc here has
# Allowed: two reserved names (header guards of the kernel have this form); strcmp() as a truth
# value.
checks='-*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters'
checks=$checks,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling
names='_GNU_SOURCE;_UAPI_SOUND_WAVERT_H'
options="{key: bugprone-reserved-identifier.AllowedIdentifiers, value: $names}"
string_compare=bugprone-suspicious-string-compare.WarnOnImplicitComparison
options="$options, {key: $string_compare, value: false}"

# shellcheck disable=SC2046 # flags
tidy()	# SOURCE
{
	clang-tidy -quiet -checks="$checks" -config="{CheckOptions: [$options]}" \
		--header-filter='(kernel|compat|userspace)/' "$1" -- $(flags_of "$1") 2>/dev/null | compiler_style
}

# "/top/FILE:LINE:COLUMN: warning: message [ID]" becomes "FILE:LINE: ID message".
compiler_style()
{
	where='^\([^: ]*:[0-9]*\):[0-9]*'
	sed -n "s#^$PWD/##; s#$where: \(warning\|error\): \(.*\) \[\([^][]*\)\]\$#\1: \4 \3#p
		s#$where: \(fatal \)*error: \(.*\)#\1: error \3#p" | sort -u
}

# ---- the others ------------------------------------------------------------------------

# Callbacks do not use all parameters, as in the kernel.
# shellcheck disable=SC2046 # flags
analyse()	# SOURCE
{
	LC_ALL=C gcc $(flags_of "$1") -O2 -Wall -Wextra -Wno-unused-parameter -fanalyzer -c -o /dev/null "$1" 2>&1 | compiler_style
}

# clang with the rules of C11 and of Microsoft's extensions, for what clang accepts silently a list of
# names. The branches for GCC are those of compat/nt/atomic.h, and of core/os.h for other systems.
# shellcheck disable=SC2086 # flags
msvc_one()	# SOURCE
{
	case $1 in
	*.c) clang $windows_flags -fsyntax-only -Wall -Wextra -Wgnu -Wpedantic -Wno-unused-parameter \
		-Wno-unknown-pragmas -Wno-missing-braces "$1" 2>&1 | compiler_style ;;
	esac
	case $1 in
	kernel/core/os.h | compat/nt/atomic.h) ;;
	*) sed -n '/__builtin_\|__atomic_\|__sync_\|__attribute__\|typeof *(/=' "$1" |
		sed "s|.*|$1:&: gcc-extension|" ;;
	esac
}

# Rules of the kernel's scripts/coccinelle that can apply here.
rules="api/err_cast api/kfree_mismatch api/memdup api/memdup_user free/ifnullfree free/kfree
	free/kfreeaddr iterators/itnull iterators/list_entry_update iterators/use_after_iter
	locks/call_kern locks/double_lock locks/flags locks/mini_lock misc/boolconv
	misc/cond_no_effect misc/cstptr misc/doubleinit misc/excluded_middle misc/ifcol
	misc/noderef misc/returnvar misc/semicolon misc/test_addr misc/uninitialized_var
	null/deref_null null/eno null/kmerr tests/doublebitand tests/doubletest
	tests/odd_ptr_err tests/unsigned_lesser_than_zero"

one_rule()	# RULE.cocci SOURCES...
{
	rule=$1
	shift
	[ -f "$rule" ] || echo "$rule:0: missing"
	spatch --very-quiet --no-show-diff -D report --no-includes --include-headers \
		--cocci-file "$rule" "$@" 2>/dev/null |
		sed -n "s|^\([^: ]*:[0-9]*\):[0-9-]*: \(.*\)|\1: $(basename "$rule" .cocci) \2|p"
}

# shellcheck disable=SC2046,SC2086 # lists of names
coccinelle()
{
	tree=$(tests/guest/bed-build.sh --path uml 2>/dev/null) && [ -d "$tree/scripts/coccinelle" ] || exit 77
	for rule in $rules; do
		echo "$tree/scripts/coccinelle/$rule.cocci"
	done | xargs -P "$jobs" -I '{}' scripts/kept.sh "$(spatch --version)" '{}' scripts/lint-host.sh \
		$(git ls-files 'kernel/*.[ch]' 'compat/*.[ch]') -- scripts/lint-host.sh one-rule '{}' $neutral $linux
}

shell_scripts()
{
	git ls-files | while IFS= read -r file; do
		! head -n 1 "$file" | grep -q '^#!.*sh' || echo "$file"
	done
}

sourced()	# scripts that others read
{
	git ls-files '*.sh' | while read -r file; do
		head -n 1 "$file" | grep -q '^#!' || echo "$file"
	done
}

shellcheck_one()	# SCRIPT
{
	shellcheck -x -P SCRIPTDIR -f gcc "$1" |
		sed -n 's|^\([^: ]*:[0-9]*\):[0-9]*: [a-z]*: \(.*\) \[\(SC[0-9]*\)\]$|\1: \3 \2|p'
}

# shellcheck disable=SC2046 # list of names
shellcheck_all()
{
	shell_scripts | xargs -P "$jobs" -I '{}' scripts/kept.sh "$(shellcheck --version)" '{}' \
		scripts/lint-host.sh $(sourced) -- scripts/lint-host.sh one shellcheck '{}'
}

need()	# COMMAND
{
	command -v "$1" >/dev/null || { echo "- missing $1: scripts/deps.sh lint" && exit 1; }
}

command=${1-}
case $command in
cppcheck)
	need cppcheck
	echo "$neutral" "$userspace" "$linux" | each_source cppcheck
	;;
clang-tidy)
	need clang-tidy
	echo "$neutral" "$userspace" | each_source clang-tidy
	;;
analyzer)
	command=gcc
	echo "$neutral" "$userspace" | each_source analyzer
	;;
msvc)
	need clang
	[ -f "$mingw/ddk/ntddk.h" ] || { echo "- missing $mingw/ddk: scripts/deps.sh lint" && exit 1; }
	command=clang
	echo "$windows" | each_source msvc
	;;
coccinelle)
	need spatch
	coccinelle
	;;
shellcheck)
	need shellcheck
	shellcheck_all
	;;
kept) kept "$2" "$3" ;;
one)
	case $2 in
	cppcheck) cpp_one "$3" ;;
	clang-tidy) tidy "$3" ;;
	analyzer) analyse "$3" ;;
	msvc) msvc_one "$3" ;;
	shellcheck) shellcheck_one "$3" ;;
	esac
	;;
one-rule)
	shift
	one_rule "$@"
	;;
*)
	echo "lint-host.sh: one tool is expected" >&2
	exit 2
	;;
esac
