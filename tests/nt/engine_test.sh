# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # sourced by run.sh: out, work, top, scenarios, n
# One DMA engine, two systems: WaveRT and ALSA on Linux and the driver for Windows over one model of HD
# Audio, compared on a page, which a browser shows.

# ---- the report in a browser -----------------------------------------------------------------

# Runs the browser with its own home directory and a time limit, without network.
browse()	# PAGE OPTION...
{
	local page=$1
	shift
	mkdir -p "$work/browser"
	env -i PATH="$PATH" HOME="$work/browser" LC_ALL=C TMPDIR="$work/browser" \
		"$top/tests/time-limit" 60 chromium --headless --no-sandbox --disable-gpu --no-first-run \
		--disable-dev-shm-usage --disable-background-networking --disable-crash-reporter \
		--user-data-dir="$work/browser/profile" --force-device-scale-factor=1 \
		--hide-scrollbars "$@" "file://$page" </dev/null 2>"$work/err"
}

picture()	# PAGE PNG: its histogram is left in $work/colours
{
	browse "$1" --window-size=1280,1600 "--screenshot=$2" >/dev/null &&
		pngtopam "$2" >"$work/picture" && ppmhist "$work/picture" >"$work/colours"
}

pixels()	# R G B
{
	awk -v "r=$1" -v "g=$2" -v "b=$3" '$1 == r && $2 == g && $3 == b { n = $5 } END { print n + 0 }' \
		"$work/colours"
}

verdicts()	# VERDICT: how many, as a JSON report has it
{
	grep -cE "\"(NT|ALSA|attached|core)\": \"$1\",?\$" "$work/report.json"
}

# A bar has 10 by 18 pixels, in a colour that occurs nowhere else on the page.
coloured()
{
	{
		echo "same $(pixels 68 170 136) $(verdicts same)"
		echo "expected $(pixels 221 187 68) $(verdicts 'differs as expected')"
		echo "differs $(pixels 204 51 51) $(verdicts differs)"
	} >"$work/coloured"
	awk '$2 != 180 * $3 { bad = 1 } END { exit bad || NR != 3 }' "$work/coloured"
}

browser_missing()
{
	local program
	for program in chromium pngtopam ppmhist; do
		command -v $program >/dev/null || { echo "no $program (scripts/deps.sh nt)"; return; }
	done
}

# All over one model of HD Audio, or (attached) on QEMU's. The reference is WaveRT on Linux.
compare_engine()	# FORMAT [NT-TRACE]
{
	local r=$out/results
	"$out/userspace/wavert" compare --title "One DMA engine, two systems" --expected divergences-hda \
		--format "$1" --core "$r/linux-hda.core,$r/host-hda.core,$r/nt-hda.core" \
		--host "$r/host-hda.trace" "$r/linux-hda.trace" "${2:-$r/nt-hda.trace}" \
		"$r/alsa-hda.trace" "$r/attached.trace"
}

# Screenshots of the page, wide and narrow, and of one with a changed result of the driver.
part_page()
{
	local why bars page=$out/engine.html
	compare_engine html >"$page" 2>"$work/err"
	! grep -Eq 'https?:|src=|url\(' "$page" && grep -q '</html>' "$page"
	tell $? "the page refers to no other file" "$work/err"
	why=$(browser_missing)
	[ -z "$why" ] || { echo "ok $((n += 1)) - the page in a browser # SKIP $why"; return; }
	bars=$(cat "$scenarios"/*.scn | grep -c '^scenario ')
	sed 's,</body>,<script>document.body.id=document.documentElement.scrollWidth</script>&,' "$page" \
		>"$work/measured.html"
	browse "$work/measured.html" --window-size=500,900 --dump-dom >"$work/dom"
	[ "$(grep -c '<rect class="bar ' "$work/dom")" = $((bars * 4)) ]
	tell $? "a browser shows $((bars * 4)) bars: $bars scenarios, NT, ALSA, attached and core" "$work/err"
	grep -o '<body id="[0-9]*"' "$work/dom" >"$work/said"
	[ "$(cat "$work/said")" = '<body id="500"' ]
	tell $? "in a narrow window the page does not scroll sideways" "$work/said"
	compare_engine json >"$work/report.json"
	picture "$page" "$out/engine.png" && coloured &&
		[ "$(sed -n 2p "$work/picture" | head -c 20)" = "1280 1600" ]
	tell $? "a screenshot has the size and the colours of the verdicts" "$work/coloured"
	browse "$page" --window-size=500,900 "--screenshot=$out/engine-narrow.png" >/dev/null
	sed '/"call":"unregister"/s/"SUCCESS"/"NOT_SUPPORTED"/' "$out/results/nt-hda.trace" >"$work/wrong.trace"
	compare_engine json "$work/wrong.trace" >"$work/report.json"
	compare_engine html "$work/wrong.trace" >"$work/wrong.html"
	picture "$work/wrong.html" "$work/wrong.png" && coloured && [ "$(verdicts differs)" -gt 0 ]
	tell $? "a difference is red in the screenshot" "$work/coloured"
	sleep 1
	! pgrep -f -- "--user-data-dir=$work/browser" >"$work/running"
	tell $? "no process is left in the browser" "$work/running"
}

part_engine()
{
	local file
	build_wavert || return
	for file in linux-hda nt-hda alsa-hda attached; do
		[ -s "$out/results/$file.trace" ]
		tell $? "there is a trace $file of the parts scenarios, models and trace" || return
	done
	compare_engine tap >"$work/compared" 2>"$work/err"
	retell "one engine: " <"$work/compared"
	grep -q '^ok' "$work/compared" && grep -q '^1\.\.' "$work/compared"
	tell $? "there were scenarios to compare over one engine" "$work/err"
	part_page
}
