#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the Windows driver, runs it in Wine's driver host below a stand-in port driver, and
# compares it with Linux. TAP on stdout. Called by tests/check.sh and by hand.
# Documentation/nt.md explains what this shows and what it does not show.
#
#   run.sh [OPTION...] [PART...]   parts (default: all but plants):
#     build         driver, programs and package build; imports, sections and signature of the driver
#     conformance   the conformance suite as a Windows client
#     realtime      the driver with its own clock; the calls of other authors' clients;
#                   another miniport
#     scenarios     compare ../conformance/scenarios on the host, in a guest's kernel and in the
#                   driver
#     models        conformance and scenarios with the backends for hardware over register models,
#                   compared with the same on the host; power, removal, late and lost DPCs
#     trace         wavert-trace in real time: for Windows in Wine, for Linux in guests
#     engine        one page: WaveRT and ALSA on Linux, and the driver, over one model of HD Audio. A
#                   browser renders it.
#     plants        a defect in each layer is caught, and the layer named (long)
#
#   --runs N        number of runs of each scenario, on the host, in guests and in the driver (3)
#   --table         write build/nt/comparison.md as well
#   --report FORMAT print the comparison, as wavert compare does: text, json, html ...; no TAP
#   --suite [ARG...]  only the conformance program, with these arguments
#
# O=DIR: build directory (build/nt). MODULES=DIR: modules already built for debian.
set -u
case ${O-} in '' | /*) ;; *) O=$PWD/$O ;; esac
case ${MODULES-} in '' | /*) ;; *) MODULES=$PWD/$MODULES ;; esac
cd "$(dirname "$0")" || exit
top=$(cd ../.. && pwd)
out=${O:-$top/build/nt}
scenarios=$top/tests/conformance/scenarios
work=
runs=3
table=
report=
suite=
parts=
clock=			# CF_CLOCK in Wine
model=${CF_MODEL-}	# hda, ich: the driver over this register model; else the simulator

while [ $# -gt 0 ]; do
	case $1 in
	--runs) runs=$2 && shift ;;
	--table) table=1 ;;
	--report) report=$2 && shift ;;
	--suite) suite=1 && shift && break ;;
	--help) sed -n '3,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" && exit ;;
	build | conformance | realtime | scenarios | models | trace | engine | plants) parts="$parts $1" ;;
	*) echo "run.sh: $1? (--help)" >&2 && exit 2 ;;
	esac
	shift
done

n=0
bad=0
tell()	# GOOD(0 or else) SENTENCE [FILE: shown if bad]
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return 0
	fi
	bad=1
	echo "not ok $n - $2"
	[ -z "${3-}" ] || tail -n 30 "$3" | sed 's/^/# /'
	return 1
}

# TAP of a program on stdin, numbered through, each line with a prefix.
retell()	# PREFIX
{
	local line
	while IFS= read -r line; do
		case $line in
		'ok '* | 'not ok '*)
			n=$((n + 1))
			[ "${line#not}" = "$line" ] || bad=1
			echo "${line%%ok *}ok $n - $1${line#* - }"
			;;
		'Bail out!'*) bad=1 && echo "not ok $((n += 1)) - $1$line" ;;
		1..*) ;;
		*) echo "$line" ;;
		esac
	done
}

# ---- Wine -----------------------------------------------------------------------------

# Runs a command in Wine with a clean environment and a time limit.
in_wine()	# SECONDS COMMAND...
{
	local seconds=$1
	shift
	env -i PATH="$PATH" HOME="$work/home" LC_ALL=C TMPDIR="$work" WINEPREFIX="$work/prefix" \
		WINEARCH=win64 WINEDEBUG=-all CF_MODEL="$model" ${clock:+CF_CLOCK=$clock} \
		WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=d" \
		"$top/tests/time-limit" --mark "nt$$" "$seconds" "$@" </dev/null
}

# A separate prefix. Services can be started in it after its first server has ended.
begin_wine()
{
	[ ! -e "$work/prefix" ] || return 0
	mkdir -p "$work/home"
	in_wine 180 wineboot -i >"$work/wineboot" 2>&1 && in_wine 60 wineserver -w &&
		mkdir -p "$work/prefix/drive_c/windows/system32/drivers"
}

# With a model its driver takes the name of the other.
install_driver()	# DIRECTORY
{
	local driver=wavertmini drivers=$work/prefix/drive_c/windows/system32/drivers
	[ -z "$model" ] || driver=wavertmodel
	cp "$1/portcls.sys" "$drivers/" && cp "$1/$driver.sys" "$drivers/wavertmini.sys"
}

# shellcheck disable=SC2317 # called by trap
end_wine()
{
	[ -n "$work" ] || return
	[ ! -e "$work/prefix" ] || in_wine 20 wineserver -k
	[ ! -e "$work/prefix" ] || in_wine 20 wineserver -w
	rm -rf "$work"
}

# Runs a program with LF as the end of its lines; returns its exit code.
windows()	# SECONDS PROGRAM ARG...
{
	local seconds=$1
	shift
	in_wine "$seconds" wine "$@" 2>"$work/err" | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

missing()
{
	command -v x86_64-w64-mingw32-gcc >/dev/null || { echo "no x86_64-w64-mingw32-gcc"; return; }
	command -v wine >/dev/null && command -v wineserver >/dev/null || echo "no wine"
}

build()	# GOAL...
{
	make -s --no-print-directory "O=$out" "$@" >"$work/log" 2>&1
}

# ---- parts ---------------------------------------------------------------------------------

imports_of()	# FILE: "DLL NAME", sorted
{
	x86_64-w64-mingw32-objdump -p "$1" |
		awk '/DLL Name:/ { dll = $3 } /^\t[0-9a-f]+[ \t]+[0-9]+[ \t]+[A-Za-z_]/ { print dll, $NF }' | sort -u
}

# The folder for a Windows machine, with a signed driver.
part_package()
{
	local tool package=$work/package
	for tool in osslsigncode openssl; do
		command -v $tool >/dev/null ||
			{ echo "ok $((n += 1)) - the package for Windows # SKIP no $tool (scripts/deps.sh nt)" && return; }
	done
	O=$out "$top/packaging/windows/package.sh" "$package" >"$work/log" 2>&1
	tell $? "the package for Windows is built, and its driver's signature verifies" "$work/log" || return
	ls "$package" >"$work/said"
	[ "$(find "$package" -maxdepth 1 -type f -printf '%f\n' | sort | xargs)" = \
		'LICENSE.txt sign.ps1 wavert-trace.exe wavert.cer wavertmini.sys wavertpci.inf wavertsim.inf' ] &&
		[ "$(find "$package/scenarios" -name '*.scn' | wc -l)" = "$(find "$scenarios" -name '*.scn' | wc -l)" ] &&
		[ "$(grep -c "$(printf '\r')\$" "$package/wavertsim.inf")" = "$(wc -l <"$package/wavertsim.inf")" ]
	tell $? "the package has the files that Documentation/windows.md names" "$work/said"
	printf x | dd of="$package/wavertmini.sys" bs=1 seek=5000 conv=notrunc 2>/dev/null
	! osslsigncode verify -CAfile "$out/signing/cert.pem" -in "$package/wavertmini.sys" >"$work/log" 2>&1 &&
		grep -qi 'mismatch\|failed' "$work/log"
	tell $? "the signature of a changed driver does not verify" "$work/log"
}

part_build()
{
	imports_of "$out/wavertmini.sys" >"$work/imports"
	grep -v '^#' imports | sort >"$work/allowed"
	comm -23 "$work/imports" "$work/allowed" >"$work/more"
	[ -s "$work/imports" ] && [ ! -s "$work/more" ]
	tell $? "the driver imports only listed functions" "$work/more"
	comm -13 "$work/imports" "$work/allowed" >"$work/less"
	[ ! -s "$work/less" ]
	tell $? "the driver imports every listed function" "$work/less"
	x86_64-w64-mingw32-objdump -p "$out/wavertmini.sys" >"$work/headers"
	grep -q 'Subsystem.*NT native' "$work/headers"
	tell $? "the driver is a native image"
	x86_64-w64-mingw32-objdump -h "$out/wavertmini.sys" |
		awk '/^ +[0-9]+ / { name = $2; n++; next } name && /CODE/ && !/READONLY/ { print name; bad = 1 }
			END { exit bad || n < 5 }' >"$work/open"
	tell $? "no section of the driver is both writable and executable" "$work/open"
	part_package
	[ "$(cat ../../compat/nt/adapter.c ../../compat/nt/filter.c ../../compat/nt/stream.c | wc -l)" -lt 650 ]
	tell $? "the methods of the binding have less than 650 lines"
}

part_conformance()
{
	mkdir -p "$out/results"
	install_driver "$out"
	windows 300 "$out/conformance.exe" -d nt >"$out/results/nt.tap"
	code=$?
	retell "nt: " <"$out/results/nt.tap"
	[ $code = 0 ] || grep -q '^not ok' "$out/results/nt.tap"
	tell $? "the conformance suite completed" "$work/err"
}

test_of()	# PROGRAM PREFIX SENTENCE
{
	local code
	windows 120 "$out/$1.exe" >"$work/test"
	code=$?
	retell "$2" <"$work/test"
	[ $code = 0 ] || grep -q '^not ok' "$work/test"
	tell $? "$3" "$work/err"
}

part_realtime()
{
	install_driver "$out"
	test_of realtime "nt: " "the test of the driver's own clock completed"
	test_of foreign "nt: " "the calls of other authors' clients completed"
	cp "$out/othermini.sys" "$work/prefix/drive_c/windows/system32/drivers/wavertmini.sys"
	test_of other_test "nt: " "the test of another miniport completed"
}

host_traces()	# DIRECTORY-OF-PROGRAM RESULTS
{
	CF_CLOCK=step "$top/tests/time-limit" 300 "$1/scenario-host" -n "$runs" -c "$2/host.core" "$scenarios"/*.scn \
		>"$2/host.trace" 2>"$work/err"
}

# In a guest: the scenarios on the simulator, then, if its module is there, on the card over the
# model of HD Audio (tests/guest/model_card), where a run takes longer.
in_both()	# MODULES PROGRAM RUNS OPTION...
{
	local modules=$1 program=$2 runs=$3 fewer=$((($3 + 9) / 10)) card=()
	shift 3
	[ ! -e "$out/model_card/snd-wavert-model.ko" ] ||
		card=(--module "$out/model_card/snd-wavert-model.ko")
	rm -rf "$work/out"
	"$top/tests/guest/run" --timeout $((90 + 12 * runs)) --no-insmod --module "$modules/snd-wavert.ko" \
		--module "$modules/snd-wavert-sim.ko" "${card[@]}" --file "$out/$program" --file "$scenarios" \
		--file alsa-scenarios --out "$work/out" -- sh -c "export CF_CLOCK=step
			$program -n $runs -c /out/core $* scenarios/*.scn >/out/trace || exit
			[ -e /modules/snd-wavert-model.ko ] || exit 0
			rmmod snd-wavert-sim && rmmod snd-wavert || exit
			CF_DEVICE=hda-model $program -n $fewer -c /out/core-hda $* scenarios/*.scn >/out/trace-hda" \
		>"$work/err" 2>&1
}

# The same scenarios on the PCM model of the same devices.
alsa_traces()	# MODULES RESULTS RUNS
{
	in_both "$1" scenario-alsa "$3" -o alsa-scenarios && cp "$work/out/trace" "$2/alsa.trace" &&
		copy_if_there trace-hda "$2/alsa-hda.trace"
}

guest_traces()	# MODULES RESULTS RUNS
{
	in_both "$1" scenario-guest "$3" && cp "$work/out/core" "$2/linux.core" &&
		cp "$work/out/trace" "$2/linux.trace" && copy_if_there core-hda "$2/linux-hda.core" &&
		copy_if_there trace-hda "$2/linux-hda.trace"
}

copy_if_there()	# FILE-IN-/out FILE
{
	[ ! -e "$work/out/$1" ] || cp "$work/out/$1" "$2"
}

nt_traces()	# BUILD RESULTS RUNS [NAME]
{
	local version name=${4:-nt} wine_scenarios=("$scenarios"/*.scn)
	wine_scenarios=("${wine_scenarios[@]/#/Z:}")
	install_driver "$1"
	version=$(in_wine 20 wine --version 2>/dev/null)
	windows 600 "$out/scenario.exe" -c "Z:$2/$name.core" -n "$3" "${wine_scenarios[@]}" >"$2/$name.raw" || return
	tr -d '\r' <"$2/$name.core" >"$2/$name.core.new" && mv "$2/$name.core.new" "$2/$name.core"
	sed "1s/Wine,/$version,/" "$2/$name.raw" >"$2/$name.trace"
}

# The module of the card over a register model, for these modules.
model_card()	# MODULES
{
	local kdir source=$out/model_card.source unit=$top/tests/unit
	mkdir -p "$source"
	cp -u "$top"/tests/guest/model_card/* "$unit"/model.h "$unit"/model_{device,hda,ich}.[ch] "$source" &&
		kdir=$("$top/tests/guest/run" --print-kdir) &&
		"$top/scripts/build-modules.sh" --from "$source" --beside "$kdir" "$out/model_card" \
			"KBUILD_EXTRA_SYMBOLS=$(cd "$1" && pwd)/Module.symvers" KCFLAGS=-g0 >"$work/log" 2>&1
}

modules()	# leaves the directory in $built
{
	local kdir
	built=${MODULES:-$out/modules}
	[ -z "${MODULES-}" ] || return 0
	kdir=$("$top/tests/guest/run" --print-kdir) &&
		"$top/scripts/build-modules.sh" "$kdir" "$built" >"$work/log" 2>&1
}

compare()	# FORMAT RESULTS [NT-TRACE]
{
	"$out/userspace/wavert" compare --expected divergences --format "$1" \
		--core "$2/linux.core,$2/host.core,$2/nt.core" --host "$2/host.trace" \
		"$2/linux.trace" "${3:-$2/nt.trace}" "$2/alsa.trace"
}

build_wavert()
{
	make -s --no-print-directory -C "$top/userspace" "O=$out/userspace" "$out/userspace/wavert" \
		>"$work/log" 2>&1
}

all_traces()
{
	mkdir -p "$out/results"
	build host guest && build_wavert
	tell $? "the scenarios' programs and the wavert command build for Linux" "$work/log" || return
	host_traces "$out" "$out/results"
	tell $? "the scenarios run on the host, $runs times the same" "$work/err" || return
	modules && model_card "$built"
	tell $? "the modules build" "$work/log" || return
	guest_traces "$built" "$out/results" "$runs"
	tell $? "the scenarios run in a guest, $runs times the same" "$work/err" || return
	alsa_traces "$built" "$out/results" "$runs"
	tell $? "the scenarios run by ALSA in a guest, $runs times the same" "$work/err" || return
	nt_traces "$out" "$out/results" "$runs"
	tell $? "the scenarios run in the driver, $runs times the same" "$work/err"
}

document()
{
	echo "# The same scenarios on Linux and in a Windows driver"
	echo
	echo "How this is made and what it can show: Documentation/nt.md."
	echo
	compare markdown "$out/results"
}

# ---- scenarios -------------------------------------------------------------------------------

against_profile()	# TABLE TRACE TRACE: as TAP, and true if nothing differs unexpectedly
{
	"$out/userspace/wavert" compare --expected "$1" --format tap "$out/results/linux.trace" "$2" "$3" \
		>"$work/compared" 2>"$work/err"
}

# The table of a profile has exactly the differences of its traces: each line is needed.
part_profile()	# NAME
{
	local profile=profiles/$1 rows row render=profiles/$1-render.trace capture=profiles/$1-capture.trace
	against_profile "$profile" "$render" "$capture"
	tell $? "profile $1: its traces differ from Linux only as its table says" "$work/compared" || return
	rows=$(grep -c '^nt ' "$profile")
	[ "$(grep -c '^# expected: ' "$work/compared")" = "$rows" ]
	tell $? "profile $1: each line of the table occurs" "$work/compared"
	for row in $(grep -n '^nt ' "$profile" | cut -d: -f1) end; do
		[ "$row" != end ] || break
		sed "${row}d" "$profile" >"$work/less"
		! against_profile "$work/less" "$render" "$capture" || break
	done
	[ "$row" = end ] && [ "$rows" -gt 20 ]
	tell $? "profile $1: without any one of its $rows lines there is a difference" "$work/less"
	sed '/"register-twice"/s/"status":"UNSUCCESSFUL"/"status":"SUCCESS"/' "$render" >"$work/wrong.trace"
	! cmp -s "$render" "$work/wrong.trace" && ! against_profile "$profile" "$work/wrong.trace" "$capture"
	tell $? "profile $1: another answer in a trace is a difference" "$work/compared"
}

part_scenarios()
{
	all_traces || return
	compare tap "$out/results" >"$work/compared" 2>"$work/err"
	retell "" <"$work/compared"
	grep -q '^ok' "$work/compared" && grep -q '^1\.\.' "$work/compared"
	tell $? "there were scenarios to compare" "$work/err"
	part_profile simpleaudiosample
	CF_CLOCK=step "$out/scenario-host" <(printf 'scenario x\nopen a rendr\n') >/dev/null 2>"$work/wrong"
	grep -q ':2: rendr: is not known here$' "$work/wrong"
	tell $? "an error in a scenario is reported with line and word" "$work/wrong"
	[ -z "$table" ] || document >"$out/comparison.md"
}

# ---- injected defects -----------------------------------------------------------------------

# A copy of the tree with one defect: plants/NAME, in the format of tests/inject. Its first line
# begins with the layer.
plant()	# NAME
{
	rm -rf "$work/tree"
	mkdir -p "$work/tree/scripts"
	cp -a "$top/kernel" "$top/compat" "$top/Kbuild" "$work/tree"
	cp "$top/scripts/build-modules.sh" "$work/tree/scripts"
	changed=$(../inject "$work/tree" "plants/$1")
}

# With the objects of the driver without a defect, as far as they are the same.
planted_driver()	# NAME
{
	rm -rf "$work/planted"
	mkdir "$work/planted"
	case $changed in
	*.h*) ;;
	*) cp -a "$out/sys" "$out/libportcls.a" "$work/planted" ;;
	esac
	make -s --no-print-directory "O=$work/planted" "ROOT=$work/tree" "$work/planted/$1.sys" \
		"$work/planted/portcls.sys" >"$work/log" 2>&1
}

# The defect is only in the driver, or (binding of Linux) only in the modules.
planted_traces()	# NAME
{
	local results=$work/results kdir
	rm -rf "$results" "$work/planted"
	cp -r "$out/results" "$results"
	case $1 in
	linux-*)
		kdir=$("$top/tests/guest/run" --print-kdir) &&
			"$work/tree/scripts/build-modules.sh" "$kdir" "$work/planted" >"$work/log" 2>&1 &&
			guest_traces "$work/planted" "$results" 1
		;;
	*)
		planted_driver wavertmini && nt_traces "$work/planted" "$results" 1
		;;
	esac
}

# A defect of the binding to hardware: life.exe has a check that names its layer and fails.
planted_life()	# LAYER
{
	planted_driver wavertmodel || return
	model=hda
	install_driver "$work/planted"
	windows 60 "$out/life.exe" >"$work/named"
	model=
	grep -q "^not ok [0-9]* - $1: " "$work/named"
}

part_plants()
{
	local p name what layer
	for p in plants/model-*; do
		what=$(sed -n 1p "$p")
		plant "${p##*/}" && planted_life "${what%%: *}"
		tell $? "$what: caught, and found in that layer" "$work/named"
	done
	[ -s "$out/results/nt.trace" ] || all_traces || return
	build_wavert
	compare text "$out/results" >/dev/null
	tell $? "without a defect there is no unexpected difference" || return
	for p in plants/*; do
		case $p in */model-*) continue ;; esac
		name=${p##*/}
		what=$(sed -n 1p "$p")
		layer=${what%%: *}
		if ! plant "$name"; then
			tell 1 "$name changes the source"
		elif ! planted_traces "$name"; then
			tell 1 "$name builds and runs" "$work/log"
		else
			compare tap "$work/results" >"$work/compared" 2>/dev/null
			grep -v expected: "$work/compared" | sed -n 's/^# .*\[layer: \(.*\)\].*/\1/p' | sort | uniq -c |
				sort -rn | awk 'NR == 1 { sub(/^ *[0-9]+ /, ""); print }' >"$work/named"
			grep -q '^not ok' "$work/compared" && [ "$(cat "$work/named")" = "$layer" ]
			tell $? "$what: caught, and found in that layer" "$work/named"
		fi
	done
}

# ---- register models --------------------------------------------------------------------------

# With $model set: the scenarios on the host and in the driver.
model_traces()	# BUILD RESULTS
{
	CF_MODEL=$model CF_CLOCK=step "$top/tests/time-limit" 300 "$out/scenario-host" -n "$runs" \
		-c "$2/host-$model.core" "$scenarios"/*.scn >"$2/host-$model.trace" 2>"$work/err" || return
	clock=step
	nt_traces "$1" "$2" "$runs" "nt-$model"
	local code=$?
	clock=
	return $code
}

compare_model()	# FORMAT RESULTS
{
	"$out/userspace/wavert" compare --expected divergences-models --format "$1" \
		--core "$2/host-$model.core,$2/host-$model.core,$2/nt-$model.core" \
		--host "$2/host-$model.trace" "$2/host-$model.trace" "$2/nt-$model.trace"
}

suite_on_model()
{
	local code
	windows 600 "$out/conformance.exe" -d "nt-$model" >"$out/results/nt-$model.tap"
	code=$?
	retell "nt, $model model: " <"$out/results/nt-$model.tap"
	[ $code = 0 ] || grep -q '^not ok' "$out/results/nt-$model.tap"
	tell $? "the conformance suite completed over the model of $model" "$work/err"
}

# The suite takes 8 s: over AC'97 with many runs only (make comparison), and in make conformance.
one_model()
{
	local code
	install_driver "$out"
	if [ "$model" = hda ] || [ "$runs" -ge 10 ]; then
		suite_on_model
	fi
	test_of life "nt, $model model: " "the test of power, removal and DPCs completed over the model of $model"
	model_traces "$out" "$out/results"
	tell $? "the scenarios run over the model of $model, $runs times the same" "$work/err" || return
	compare_model tap "$out/results" >"$work/compared" 2>"$work/err"
	retell "$model model: " <"$work/compared"
	grep -q '^ok' "$work/compared" && grep -q '^1\.\.' "$work/compared"
	tell $? "there were scenarios to compare over the model of $model" "$work/err"
}

part_models()
{
	mkdir -p "$out/results"
	build host && build_wavert
	tell $? "the scenarios' program for the host builds" "$work/log" || return
	for model in hda ich; do
		one_model
	done
	model=
}

. ./trace_test.sh
. ./engine_test.sh

# ---- everything ----------------------------------------------------------------------------

why=$(missing)
if [ -n "$why" ]; then
	echo "ok 1 - the driver runs in Wine # SKIP $why (scripts/deps.sh nt)"
	echo 1..1
	exit
fi
trap end_wine EXIT
trap 'exit 1' HUP INT TERM
work=$(mktemp -d)
mkdir -p "$out"
out=$(cd "$out" && pwd)

if [ -n "$suite" ]; then
	if ! build all || ! begin_wine; then
		cat "$work/log" "$work/wineboot" 2>/dev/null
		exit 2
	fi
	install_driver "$out"
	windows 600 "$out/conformance.exe" -d "nt${model:+-$model}" "$@"
	exit
fi
if [ -n "$report" ]; then
	build_wavert || { cat "$work/log" >&2 && exit 2; }
	compare "$report" "$out/results"
	exit
fi
echo "# $(in_wine 20 wine --version 2>/dev/null), stand-in port driver, not Windows"
build all
if tell $? "driver, stand-in port driver and clients build" "$work/log"; then
	begin_wine
	if tell $? "Wine has a new prefix" "$work/wineboot"; then
		for part in ${parts:-build conformance realtime scenarios models trace engine}; do
			case $part in
			build) part_build ;;
			conformance) part_conformance ;;
			realtime) part_realtime ;;
			scenarios) part_scenarios ;;
			models) part_models ;;
			trace) part_trace ;;
			engine) part_engine ;;
			plants) part_plants ;;
			esac
		done
		in_wine 30 wineserver -w
		tell $? "no process is left in Wine"
	fi
fi
echo "1..$n"
exit $bad
