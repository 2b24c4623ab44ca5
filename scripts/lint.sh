#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Static checks, TAP on stdout; called by tests/check.sh. The kernel code: no warning with
# W=1, none from sparse, none from checkpatch --strict except those in checkpatch-exceptions; it
# also builds for 32 bits. No dangling label (check-labels.sh), no dangling link (check-links.sh),
# few unusual words (check-prose.sh).
# Then each tool of lint-host.sh: no finding except those in lint-suppressions. An entry of a list
# that does not occur any more is also an error. The output of a step is kept until its input
# changes (kept.sh); WRT_KEPT=no runs every step.
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
	sed '/^ok /d; s/^/# /' "$1" | head -n 40
}

# Runs a step of lint-kernel.sh, or skips it if it had no finding the last time and neither the sources
# nor the build scripts have changed.
kernel_step()	# NAME STEP [ARG...]
{
	name=$1
	shift
	# shellcheck disable=SC2046 # files
	agrees "$name" scripts/kept.sh "$(tests/guest/run --print-kdir)" scripts/lint-kernel.sh \
		scripts/build-modules.sh Kbuild $(find kernel compat -name '*.[ch]' | sort) -- \
		scripts/lint-kernel.sh "$@"
}

for_32_bits()
{
	name="all modules build for a kernel of 32 bits, with W=1, without a 64-bit division"
	if tree=$(tests/guest/bed-build.sh x86-32 2>"$work/log"); then
		kernel_step "$name" build-32 "$tree"
	else
		result ok "$name # SKIP $(tail -n 1 "$work/log")"
	fi
}

# Runs a check that prints its findings
agrees()	# NAME COMMAND...
{
	name=$1
	shift
	if "$@" >"$work/found" 2>&1; then
		result ok "$name"
	else
		result "not ok" "$name"
		detail "$work/found"
	fi
}

# A finding that is not listed fails one test, a listed one that does not occur another test.
# $work/findings: "KEY<tab>finding"; $work/known: keys, sorted.
compare()	# NAME
{
	cut -f1 "$work/findings" | sort -u >"$work/seen"
	comm -23 "$work/seen" "$work/known" >"$work/new"
	comm -13 "$work/seen" "$work/known" >>"$work/stale"
	if [ -s "$work/new" ]; then
		result "not ok" "$1 reports only listed findings"
		while read -r key; do
			grep -F "$key	" "$work/findings" | cut -f2-
		done <"$work/new" >"$work/found"
		detail "$work/found"
	else
		result ok "$1 reports only listed findings"
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

checkpatch()	# KERNEL-TREE
{
	git ls-files 'kernel/*.[ch]' 'compat/*.[ch]' | xargs -P "$(nproc)" -I '{}' scripts/kept.sh checkpatch \
		'{}' scripts/lint-kernel.sh "$1/scripts/checkpatch.pl" -- \
		scripts/lint-kernel.sh checkpatch "$1" '{}' >"$work/checkpatch" 2>&1
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
		result ok "$1 # SKIP its rules come with the kernel of uml (tests/guest/bed-build.sh uml)"
		return
	fi
	[ $code = 0 ] || { echo "-:0: failed with exit code $code" && cat "$work/err"; } >>"$work/raw"
	sed "s/^\([^: ]*\):[0-9]*: \([^ ]*\).*/$1 \1 \2	&/" "$work/raw" >"$work/findings"
	grep "^$1 " "$work/suppressed" | sort -u >"$work/known"
	compare "$1"
}

: >"$work/stale"
kernel_step "kbuild with W=1 and sparse prints no warning" build build/lint W=1 C=2 CF=-Wsparse-error
for_32_bits
if tree=$(tests/guest/bed-build.sh --path uml 2>/dev/null) && [ -f "$tree/scripts/checkpatch.pl" ]; then
	checkpatch "$tree"
else
	result ok "checkpatch --strict # SKIP it comes with the kernel of uml (tests/guest/bed-build.sh uml)"
fi
agrees "the binary interface has changed by additions only (tests/abi)" tests/abi/check.sh
agrees "every cited label is defined in Documentation/contract.md, exactly once" \
	sh -c "scripts/check-labels.sh && scripts/check-labels.sh --selftest"
agrees "every link of a page leads to a file and a heading" scripts/check-links.sh
agrees "every defect of tests/plants, tests/conformance/mutations and tests/nt/plants can be injected" \
	tests/conformance/mutate.sh --check
agrees "every mutant of tests/mutants/known exists" tests/mutants/run.py --check
agrees "the INF files and the project for Windows refer to what exists" \
	sh -c "scripts/check-windows.py && scripts/check-windows.py --selftest"
kernel_doc=$(tests/guest/run --print-kdir)/scripts/kernel-doc
agrees "every function that another folder calls has kernel-doc, which is well formed" \
	sh -c "scripts/check-kernel-doc.py '$kernel_doc' && scripts/check-kernel-doc.py --selftest '$kernel_doc'"
agrees "comments and documents are in plain words (scripts/prose-words)" \
	sh -c "scripts/check-prose.sh && scripts/check-prose.sh --selftest"
grep -v '^#' scripts/lint-suppressions | cut -d' ' -f1-3 >"$work/suppressed"
for tool in cppcheck clang-tidy analyzer msvc coccinelle shellcheck; do
	host_tool $tool
done
no_stale lint-suppressions
echo "1..$count"
exit $bad
