#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make check PARTS=prove: proofs for every input, every order of memory accesses, every schedule.
# TAP on stdout.
#
#   tests/prove/run.sh [PART...]    parts: page binding arithmetic; all of them
#   tests/prove/run.sh --selftest   inject a defect for each proof, which has to fail
#
#   page        the register page's writer and reader under weak memory (weak.c)
#   binding     register, unregister, signal, close, removal in every order (binding.c)
#   arithmetic  position and geometry, by CBMC (cbmc.sh), skipped if it is not available;
#               the library's position (now.c)
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=${O:-$top/build/prove}
limit=${LIMIT:-600}	# of the last attempt at a property, seconds of processor time; no machine is that slow
# ONLY=FUNCTION: only this proof by CBMC
# WRT_KEPT=no: prove again what has not changed since it was proved (scripts/kept.sh)
count=0
bad=0

ok()	# SENTENCE
{
	count=$((count + 1))
	echo "ok $count - $*"
}

not_ok()	# SENTENCE
{
	count=$((count + 1))
	bad=1
	echo "not ok $count - $*"
}

# ---- programs that try every case ----------------------------------------------------

# Its lines are numbered again; a program that ends without a plan has failed.
try_everything()	# PROGRAM [PAGE-SHIFT]
{
	local line planned='' o=$out pages=''
	if [ "${2:-12}" != 12 ]; then
		pages=", pages of $((1 << ($2 - 10))) KiB"
		o=$out/page-shift-$2
		mkdir -p "$o"
	fi
	if ! make -s --no-print-directory -C "$here" "O=$o" "PAGE_SHIFT=${2:-12}" "$o/$1" >"$o/$1.log" 2>&1; then
		not_ok "$1 can be built$pages"
		sed 's/^/# /' "$o/$1.log" | head -n 30
		return
	fi
	while IFS= read -r line; do
		case $line in
		'ok '*) ok "${line#ok * - }$pages" ;;
		'not ok '*) not_ok "${line#not ok * - }$pages" ;;
		1..*) planned=1 ;;
		*) echo "$line" ;;
		esac
	done < <("$top/scripts/kept.sh" "PREEMPTIONS=${PREEMPTIONS-}" "$o/$1" -- \
		"$top/tests/time-limit" 300 "$o/$1" 2>&1)
	[ -n "$planned" ] || not_ok "$1 came to an end$pages"
}

# For the page sizes of kernels: 4, 16 and 64 KiB. How preemptions add up does not depend on that.
for_each_page_size()	# PROGRAM
{
	try_everything "$1" 12
	PREEMPTIONS=1 try_everything "$1" 14
	PREEMPTIONS=1 try_everything "$1" 16
}

# ---- CBMC ----------------------------------------------------------------------------

checks="--no-standard-checks --unsigned-overflow-check --signed-overflow-check --conversion-check"
checks="$checks --div-by-zero-check --unwinding-assertions --unwind 12"
proofs=()

# Starts the proofs of all properties of a function separately: a solver that gets
# all at once takes many times as long. settle() reports the results.
# SOLVER: cvc5, z3, or nothing for CBMC's own. REPLACEMENT: FUNCTION:CONTRACT or nothing.
prove()	# FILE FUNCTION SOLVER REPLACEMENT SENTENCE [FLAG...]
{
	local file=$1 function=$2 solver=$3 replacement=$4 property
	local dir=$out/$function program=$out/$function.gb
	[ "${ONLY:-$function}" = "$function" ] || return 0
	proofs+=("$function" "$5")
	shift 5
	rm -rf "$dir"
	mkdir "$dir"
	"$out/bin/goto-cc" "$@" -I"$here" -I"$top/kernel" -I"$top/compat" -I"$top/compat/uapi" --function "$function" \
		-o "$program" "$here/$file" >"$dir.log" 2>&1 || return
	[ -z "$replacement" ] || "$out/bin/goto-instrument" --replace-calls "$replacement" \
		"$program" "$program" >>"$dir.log" 2>&1 || return
	"$out/bin/goto-instrument" --drop-unused-functions "$program" "$program" >>"$dir.log" 2>&1
	# shellcheck disable=SC2086 # words
	for property in $("$out/bin/cbmc" "$program" $checks --show-properties 2>>"$dir.log" |
		sed -n 's/^Property \(.*\):$/\1/p'); do
		while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
			wait -n
		done
		! grep -qs "^VERIFICATION FAILED" "$dir"/* || break
		one_property "$program" "$property" "$solver" "$dir/$property" &
	done
}

# The limits are of processor time, so that the verdict does not depend on the load. Only a solver
# that waits for ever reaches the other limit.
one_property()	# PROGRAM PROPERTY SOLVER LOG
{
	local seconds=30 solver other=z3
	[ "$3" = cvc5 ] || other=cvc5
	# if one solver takes long, the other often finds the result at once
	for solver in "$3" $other "$3"; do
		# shellcheck disable=SC2086 # words
		(
			ulimit -t "$seconds"
			PATH=$out/bin:$PATH exec "$top/scripts/kept.sh" "$versions" "$1" -- \
				timeout -k 5 3600 "$out/bin/cbmc" "$1" $checks \
				--slice-formula --trace --property "$2" ${solver:+"--$solver"}
		) >"$4" 2>&1
		! grep -qE '^VERIFICATION (SUCCESSFUL|FAILED)' "$4" || break
		[ "$solver" = "$3" ] || seconds=$limit
	done
	times >>"$4"
}

settle()
{
	local function sentence total proved failed took
	wait
	set -- "${proofs[@]}"
	while [ $# -gt 0 ]; do
		function=$1 sentence=$2
		shift 2
		total=$(find "$out/$function" -type f | wc -l)
		proved=$(grep -l '^VERIFICATION SUCCESSFUL' "$out/$function"/* 2>/dev/null | wc -l)
		failed=$(grep -l '^VERIFICATION FAILED' "$out/$function"/* 2>/dev/null)
		took=$(cat "$out/$function"/* 2>/dev/null |
			awk -F '[ms]' '/^[0-9]+m[0-9.]+s [0-9]+m/ { sum += 60 * $1 + $2 } END { printf "%.0f", sum }')
		if [ "$total" -gt 0 ] && [ "$proved" = "$total" ]; then
			ok "$sentence ($proved properties proved by CBMC, $took s of processor time)"
		elif [ -n "$failed" ]; then
			not_ok "$sentence: CBMC found a counter-example"
			counter_example "$(echo "$failed" | head -n 1)"
		else
			not_ok "$sentence: $proved of $total properties proved, the others without a verdict"
			grep -L '^VERIFICATION SUCCESSFUL' "$out/$function"/* | sed 's/.*\//#   /'
			tail -n 5 "$out/$function.log" | sed 's/^/# /'
		fi
	done
}

# The property that failed, and the values that cause it, last assignment of each.
counter_example()	# LOG
{
	grep ': FAILURE$' "$1" | sed 's/^/#   /'
	sed -n 's/^  \([A-Za-z_.>-]*=[0-9-]*\)[ul]* .*/\1/p' "$1" |
		awk -F= '{ if (!($1 in v)) order[++n] = $1; v[$1] = $2 }
			END { for (i = 1; i <= n && i <= 40; i++) print "#     " order[i] " = " v[order[i]] }'
}


arithmetic()
{
	local reason code
	try_everything exhaust
	try_everything now
	reason=$("$here/cbmc.sh" "$out/bin" 2>&1)
	code=$?
	if [ $code -ne 0 ]; then
		ok "arithmetic for every input # SKIP no CBMC: $(echo "$reason" | tail -n 1)"
		return
	fi
	versions=$(for program in cbmc cvc5 z3; do "$out/bin/$program" --version; done | sha256sum)
	prove position.c prove_bytes_of_time cvc5 '' \
		"for every time of 64 bits and byte rate to 24.6 MB/s: bytes of a time do not overflow" \
		-DEXACT_DIVISION
	prove position.c prove_advance cvc5 '' \
		"for every reading, cycle to 4 MiB, position to 2^62: offset < size, linear never back, no overflow"
	prove position.c prove_bound '' '' \
		"for every reading of a clocked cycle to 4 MiB: moved <= longest time + a quarter + FIFO, buffers by the least time"
	prove position.c prove_end cvc5 '' \
		"for every reading and end to 2^62: the position gets to the end and no further"
	prove position.c prove_points z3 '' \
		"for every cycle to 4 MiB and position to 2^62: points = difference of floors, no overflow" \
		-DEXACT_DIVISION
	prove geometry.c prove_make z3 wrt_geometry_unit:checked_unit \
		"for every request and device of 32 bits: ActualSize <= the limit, no overflow, untouched on error" \
		-DEXACT_DIVISION
	prove register.c prove_register '' '' \
		"for every register and pages of 4, 16 and 64 KiB: a mapped page lies within the region, with the register"
	settle
}

# ---- parts ---------------------------------------------------------------------------

run_part()
{
	case $1 in
	page) for_each_page_size weak ;;
	binding) for_each_page_size binding ;;
	arithmetic) arithmetic ;;
	*)
		echo "run.sh: no part $1" >&2
		exit 2
		;;
	esac
}

[ "${1-}" != --selftest ] || exec "$here/selftest.sh"
mkdir -p "$out"
[ $# -gt 0 ] || set -- page binding arithmetic
for part in "$@"; do
	run_part "$part"
done
echo "1..$count"
exit $bad
