#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Static checks, TAP on stdout; called by tests/check.sh. The kernel code: no warning with
# W=1, none from sparse, none from checkpatch --strict but those in checkpatch-exceptions; it
# builds for 32 bits as well. No dangling label (check-labels.sh)
# and no dangling link (check-links.sh).
# Then each tool of lint-host.sh: no finding but those in lint-suppressions. What is listed
# and does not occur any more is an error as well.
set -u
cd "$(dirname "$0")/.." || exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
count=0
bad=0

result()	# ok|not ok, name
{
	count=$((count + 1))
	echo "$1 $count - $2"
	[ "$1" = ok ] || bad=1
}

detail()
{
	sed 's/^/# /' "$1" | head -n 40
}

# every object anew, or there is nothing to warn about
quiet_build()	# name, directory, kbuild arguments
{
	name=$1
	dir=$2
	shift 2
	rm -rf "$dir"
	if scripts/build-modules.sh "$(tests/guest/run --print-kdir)" "$dir" "$@" >"$work/log" 2>&1 &&
		! grep -E 'warning|error' "$work/log" >"$work/found"; then
		result ok "$name"
	else
		result "not ok" "$name"
		grep -E 'warning|error' "$work/log" >"$work/found" || tail "$work/log" >"$work/found"
		detail "$work/found"
	fi
}

# A 64-bit division takes a function that no kernel of 32 bits has: the module cannot be loaded.
# Of the kernel's own symbols there is no list here, so that modpost is no judge.
for_32_bits()
{
	name="all modules build for a kernel of 32 bits, with W=1, without a 64-bit division"
	if ! tree=$(tests/guest/bed-build.sh x86-32 2>"$work/log"); then
		result ok "$name # SKIP $(tail -n 1 "$work/log")"
		return
	fi
	rm -rf build/lint-32
	scripts/build-modules.sh "$tree" build/lint-32 ARCH=i386 W=1 KBUILD_MODPOST_WARN=1 "-j$(nproc)" \
		>"$work/log" 2>&1 || echo "error: no modules" >>"$work/log"
	grep -v '^WARNING: \(modpost: .*undefined\|modpost: suppressed\|Module.symvers is missing\)' "$work/log" |
		grep -E 'warning:|error:|WARNING|ERROR' >"$work/found"
	nm -A -u build/lint-32/*.ko | grep -E ' __u?(div|mod)[a-z0-9]*$' >>"$work/found"
	if [ -s "$work/found" ] || [ "$(find build/lint-32 -maxdepth 1 -name '*.ko' | wc -l)" != 4 ]; then
		result "not ok" "$name"
		detail "$work/found"
	else
		result ok "$name"
	fi
}

# Findings that are not listed fail one test, listed ones that do not occur another.
# $work/findings: "KEY<tab>finding"; $work/known: keys, sorted.
compare()	# NAME
{
	cut -f1 "$work/findings" | sort -u >"$work/seen"
	comm -23 "$work/seen" "$work/known" >"$work/new"
	comm -13 "$work/seen" "$work/known" >>"$work/stale"
	if [ -s "$work/new" ]; then
		result "not ok" "$1 says nothing but what is listed"
		while read -r key; do
			grep -F "$key	" "$work/findings" | cut -f2-
		done <"$work/new" >"$work/found"
		detail "$work/found"
	else
		result ok "$1 says nothing but what is listed"
	fi
}

no_stale()	# LIST
{
	if [ -s "$work/stale" ]; then
		result "not ok" "everything in $1 still occurs"
		detail "$work/stale"
	else
		result ok "everything in $1 still occurs"
	fi
	: >"$work/stale"
}

# It leaves a cache in the current directory.
checkpatch()	# KERNEL-TREE
{
	git ls-files 'kernel/*.[ch]' 'compat/*.[ch]' | sed "s|^|$PWD/|" |
		(cd "$work" && xargs perl "$1/scripts/checkpatch.pl" --no-tree --strict --terse \
			--show-types --no-summary -f) 2>&1 | sed "s|^$PWD/||" >"$work/checkpatch"
	sed -n 's/^\([^:]*\):[0-9]*: [A-Z]*:\([A-Z_]*\):.*/\1 \2	&/p' "$work/checkpatch" \
		>"$work/findings"
	grep -v '^#' scripts/checkpatch-exceptions | cut -d' ' -f1,2 | sort -u >"$work/known"
	compare "checkpatch --strict"
	no_stale checkpatch-exceptions
}

host_tool()	# TOOL
{
	scripts/lint-host.sh "$1" >"$work/raw" 2>"$work/err"
	code=$?
	if [ $code = 77 ]; then
		grep -v "^$1 " "$work/suppressed" >"$work/rest"
		mv "$work/rest" "$work/suppressed"
		result ok "$1 # SKIP its rules come with the UML bed (tests/guest/bed-build.sh uml)"
		return
	fi
	[ $code = 0 ] || { echo "-:0: failed with exit code $code" && cat "$work/err"; } >>"$work/raw"
	sed "s/^\([^: ]*\):[0-9]*: \([^ ]*\).*/$1 \1 \2	&/" "$work/raw" >"$work/findings"
	grep "^$1 " "$work/suppressed" | sort -u >"$work/known"
	compare "$1"
}

: >"$work/stale"
quiet_build "kbuild with W=1 says nothing" build/lint W=1 "-j$(nproc)"
quiet_build "sparse says nothing" build/lint C=2 CF=-Wsparse-error "-j$(nproc)"
for_32_bits
if tree=$(tests/guest/bed-build.sh --path uml 2>/dev/null) && [ -f "$tree/scripts/checkpatch.pl" ]; then
	checkpatch "$tree"
else
	result ok "checkpatch --strict # SKIP it comes with the UML bed (tests/guest/bed-build.sh uml)"
fi
if tests/abi/check.sh >"$work/found" 2>&1; then
	result ok "the binary interface has changed by additions only (tests/abi)"
else
	result "not ok" "the binary interface has changed by additions only (tests/abi)"
	detail "$work/found"
fi
if { scripts/check-labels.sh && scripts/check-labels.sh --selftest; } >"$work/found" 2>&1; then
	result ok "every label cited is defined in Documentation/contract.md, once"
else
	result "not ok" "every label cited is defined in Documentation/contract.md, once"
	detail "$work/found"
fi
if scripts/check-links.sh >"$work/found" 2>&1; then
	result ok "every link of a page has its file and its heading"
else
	result "not ok" "every link of a page has its file and its heading"
	detail "$work/found"
fi
if tests/conformance/mutate.sh --check >"$work/found" 2>&1; then
	result ok "every defect of tests/conformance/mutations and tests/nt/plants can be injected"
else
	result "not ok" "every defect of tests/conformance/mutations and tests/nt/plants can be injected"
	detail "$work/found"
fi
grep -v '^#' scripts/lint-suppressions | cut -d' ' -f1-3 >"$work/suppressed"
for tool in cppcheck clang-tidy analyzer coccinelle shellcheck; do
	host_tool $tool
done
no_stale lint-suppressions
echo "1..$count"
exit $bad
