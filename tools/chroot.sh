#!/bin/bash
# Usage: tools/chroot.sh SUITE CACHE SOURCES [OPTION...]
#
# Run tools/suite.sh OPTION... in a chroot with Debian SUITE; started as root by
# tools/matrix.sh.  The chroot is CACHE/SUITE: made when it is missing, brought
# up to date when it is older than a week.  SOURCES is a tar file with src/, the
# sources, and perhaps shared/.
#
# For test/bench/h3.sh: CIVICGRID_SCRIPT is run there instead of tools/suite.sh,
# with CIVICGRID_PACKAGES installed too, in which @ stands for the major version.
#
# All of it runs in namespaces of its own for processes, System V IPC and
# mounts.  However it ends, no process and no mount stays behind; only what was
# written to the chroot's /tmp is removed here, or by the next run.
# It ends when its standard input does, which is how it learns that
# tools/matrix.sh is gone.
#
# Exit code: that of tools/suite.sh; 77 if there is no chroot to run it in: then
# the last line tells why, as "skipped: REASON".
set -euo pipefail
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

suite=$1 cache=$2 sources=$3
shift 3
root=$cache/$suite
new=$cache/$suite.new
stamp=$root/etc/civicgrid-matrix    # the packages installed; its time: when
log=$cache/$suite.log
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

say() { printf '%s\n' "civicgrid: $suite: $*"; }
skip() { printf '%s\n' "skipped: $*"; exit 77; }
fail_with_log() {
    tail -n 15 "$log"
    skip "$*"
}

# Once more after a failure, which may have been the network's.
twice() { "$@" >>"$log" 2>&1 || { sleep 3; "$@" >>"$log" 2>&1; }; }

# --------------------------------------------------------------- outside

if [ -z "${CIVICGRID_IN_NAMESPACE:-}" ]; then
    [ "$(id -u)" = 0 ] || skip "needs root"
    unshare --mount --pid --ipc --fork true 2>/dev/null || skip "this machine lets root make no namespaces"

    mkdir -p "$cache"
    exec 9>"$cache/$suite.lock"
    flock -n 9 || { say "waiting for another run in the same chroot"; flock 9; }
    : >"$log"

    packages=()
    command -v debootstrap >/dev/null || packages+=(debootstrap)
    [ -f $keyring ] || packages+=(debian-archive-keyring)
    if [ ${#packages[@]} -gt 0 ]; then
        say "installing ${packages[*]}"
        apt-get -q update >>"$log" 2>&1 || true
        twice apt-get -q -y --no-install-recommends install "${packages[@]}" || fail_with_log "cannot install ${packages[*]}"
    fi

    child=
    watcher=
    cleanup() {
        trap '' INT TERM HUP
        trap - EXIT
        [ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
        # takes with it the first process of the namespace, and that one the rest
        [ -z "$child" ] || kill -KILL "$child" 2>/dev/null || true
        wait 2>/dev/null || true
        rm -rf "$root/tmp/civicgrid" "$new"
    }
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP

    exec 8<&0
    CIVICGRID_IN_NAMESPACE=1 setpriv --pdeathsig KILL \
        unshare --mount --pid --ipc --fork --kill-child --mount-proc \
        bash "$0" "$suite" "$cache" "$sources" "$@" </dev/null 8<&- 9>&- &
    child=$!
    { read -r -N 1 -u 8 _ || true; kill -TERM $$ 2>/dev/null; } 9>&- &
    watcher=$!
    status=0
    wait "$child" || status=$?
    child=
    exit "$status"
fi

# ---------------------------------------------------------------- inside

# PostgreSQL's major version in $1, a chroot
major_in() { chroot "$1" apt-cache policy postgresql | sed -n 's/^ *Candidate: *\([0-9]*\).*/\1/p'; }

# The packages needed for major version $1
packages_for() {
    echo "make gcc libc6-dev pkg-config libicu-dev perl libipc-run-perl postgresql-$1 postgresql-server-dev-$1 postgresql-$1-postgis-3"
}

# Find the archive that the machine itself uses: $mirror.
find_mirror() {
    local try
    for try in 1 2; do
        mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
            awk -F'|' '$1 == "Debian" && $2 == "Debian" && uri == "" { uri = $3 } END { print uri }')
        [ -n "$mirror" ] && break
        [ $try = 2 ] || apt-get -q update >>"$log" 2>&1 || true
    done
    case $mirror in
    mirror+file:*)
        mirror=$(awk '/^https?:/ && uri == "" { uri = $1 } END { print uri }' "$(sed 's,^mirror+file:/*,/,' <<<"$mirror")")
        ;;
    esac
    [ -n "$mirror" ] || skip "apt on this machine knows no Debian archive"
}

# What apt uses for a proxy, debootstrap is to use too.
find_proxy() {
    local proxy=
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    if [ -n "$proxy" ] && [ "$proxy" != DIRECT ]; then export http_proxy=$proxy; fi
    proxy=
    eval "$(apt-config shell proxy Acquire::https::Proxy)"
    if [ -n "$proxy" ] && [ "$proxy" != DIRECT ]; then export https_proxy=$proxy; fi
}

# Take over into $1, a chroot, how this machine reaches the archive and whether
# it takes one whose lists have expired, as those of a snapshot have.
configure_network() {
    local file
    for file in /etc/resolv.conf /etc/hosts; do
        if [ -e $file ]; then cp -L --remove-destination $file "$1$file"; fi
    done
    apt-config dump | grep -E '^Acquire::((http|https|ftp)::Proxy(::[^ ]*)?|Check-Valid-Until|Check-Date) ' \
        >"$1/etc/apt/apt.conf.d/90machine" || true
}

apt_in() {
    local dir=$1
    shift
    twice chroot "$dir" apt-get -q -y --no-install-recommends -o Acquire::Retries=3 "$@"
}

run_debootstrap() {
    local options=()
    case $mirror in https:*) options+=(--include=ca-certificates) ;; esac
    rm -rf "$new"
    debootstrap --variant=minbase --keyring="$keyring" "${options[@]}" "$suite" "$new" "$mirror"
}

install_packages() {
    local dir=$1 major packages
    major=$(major_in "$dir")
    [ -n "$major" ] || { echo "no package postgresql" >>"$log"; return 1; }
    packages=$(packages_for "$major")
    # shellcheck disable=SC2086
    apt_in "$dir" install $packages || return 1
    chroot "$dir" apt-get clean
    echo "$packages" >"$dir/${stamp#"$root"/}"
}

make_root() {
    say "making the chroot (some minutes)"
    find_mirror
    find_proxy
    mkdir -p "$cache"
    rm -rf "$root"
    twice run_debootstrap || fail_with_log "debootstrap failed, see above and $log"
    configure_network "$new"
    # no service starts, and no cluster is made for one
    printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"
    chmod 755 "$new/usr/sbin/policy-rc.d"
    mkdir -p "$new/etc/postgresql-common/createcluster.d"
    echo 'create_main_cluster = false' >"$new/etc/postgresql-common/createcluster.d/civicgrid.conf"
    # what can be made again needs no sync, and nobody reads manuals in it
    printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
        'path-exclude=/usr/share/locale/*' >"$new/etc/dpkg/dpkg.cfg.d/civicgrid"
    mount -t proc proc "$new/proc"
    apt_in "$new" -o APT::Update::Error-Mode=any update || fail_with_log "apt-get update failed, see above and $log"
    install_packages "$new" || fail_with_log "apt-get install failed, see above and $log"
    umount "$new/proc"
    mv "$new" "$root"
}

# The chroot as it is, brought up to date; returns 1 if it is to be made anew.
refresh_root() {
    local wanted
    wanted=$(packages_for "$(sed -n 's/.* postgresql-\([0-9]*\) .*/\1/p' "$stamp")")
    if [ -z "$(find "$stamp" -mtime +6)" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return; fi
    say "bringing the chroot up to date"
    find_proxy
    configure_network "$root"
    mount -t proc proc "$root/proc"
    if apt_in "$root" -o APT::Update::Error-Mode=any update; then
        # without a stamp it is made anew, should this one be cut off
        rm -f "$stamp"
        if ! apt_in "$root" full-upgrade || ! install_packages "$root"; then
            umount "$root/proc"
            return 1
        fi
    else
        say "apt-get update failed; going on with the packages of $(date -r "$stamp" +%F)"
    fi
    umount "$root/proc"
}

if [ -f "$stamp" ]; then
    refresh_root || make_root
else
    make_root
fi

major=$(sed -n 's/.* postgresql-\([0-9]*\) .*/\1/p' "$stamp")
case $suite in
bookworm) expected=15 ;;
trixie) expected=17 ;;
sid) expected=18 ;;
*) expected=$major ;;
esac
[ "$major" = "$expected" ] ||
    say "has PostgreSQL $major by now, no longer $expected; the tests run with $major"

if [ -n "${CIVICGRID_PACKAGES:-}" ]; then
    find_proxy
    mount -t proc proc "$root/proc"
    # shellcheck disable=SC2086
    apt_in "$root" install ${CIVICGRID_PACKAGES//@/$major} || fail_with_log "cannot install ${CIVICGRID_PACKAGES//@/$major}"
    chroot "$root" apt-get clean
    umount "$root/proc"
fi

work=/tmp/civicgrid
rm -rf "${root:?}/tmp"
mkdir -m 1777 "$root/tmp"
mkdir "$root$work"
tar -C "$root$work" --no-same-owner -xf "$sources"
chroot "$root" chown -R postgres:postgres "$work"

# These two live as long as the namespace.
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"

# What does not depend on the server is tested at length on the first one only.
status=0
chroot "$root" setpriv --reuid=postgres --regid=postgres --init-groups \
    env -i PATH=/usr/bin:/bin HOME=$work LC_ALL=C.UTF-8 \
    WORK=$work SRC=$work/src ORIGIN=$work/src OUT=$work/out CIVICGRID_MODEL_BOOKS=100 \
    PG_CONFIG="/usr/lib/postgresql/$major/bin/pg_config" \
    bash -c 'mkdir -p "$OUT" && cd "$SRC" && exec bash "$@"' _ "${CIVICGRID_SCRIPT:-tools/suite.sh}" "$@" || status=$?
exit "$status"
