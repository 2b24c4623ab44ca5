# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Packages of another Debian release, from the mirror that this machine is configured for;
# fetched and unpacked, never installed. Sourced by tests/prove/cbmc.sh, tests/kernels/ and
# tests/programs/.

# mirror [SUFFIX]: address of the mirror of this machine's release (SUFFIX: -security)
mirror() {
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)${1-}
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
		awk -v codename="$codename" '$1 == codename { print $2; exit }' | grep .
}

# private_apt DIR SUITE...: an apt with these suites and no installed packages; DIR/apt.conf.
# With apt_kind=deb-src it has their sources, with apt_arch=ARCH the packages of another architecture.
private_apt() {
	apt_dir=$1
	shift
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
	: >"$apt_dir/status"
	: >"$apt_dir/sources.list"
	for suite; do
		case $suite in
		*-security) address=$(mirror -security) || return ;;
		*) address=$(mirror) || return ;;
		esac
		echo "${apt_kind:-deb} [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $address $suite main" \
			>>"$apt_dir/sources.list"
	done
	cat >"$apt_dir/apt.conf" <<-END
		Dir::Etc::sourcelist "$apt_dir/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::State "$apt_dir";
		Dir::State::lists "$apt_dir/lists";
		Dir::State::status "$apt_dir/status";
		Dir::Cache "$apt_dir/cache";
		Acquire::Languages "none";
		APT::Sandbox::User "root";
	END
	[ -z "${apt_arch-}" ] ||
		echo "APT::Architecture \"$apt_arch\"; APT::Architectures { \"$apt_arch\"; };" >>"$apt_dir/apt.conf"
	apt-get -q -c "$apt_dir/apt.conf" update >"$apt_dir/log" 2>&1
}

# release_apt DIR RELEASE: with its security updates, or without them while the mirror has an index
# of them that does not match its signature, as seen for armhf
release_apt() {
	private_apt "$1" "$2" "$2-security" || private_apt "$1" "$2"
}
