#!/bin/bash
# Usage: tools/prepare.sh SCRIPT [ARGUMENT...]
#
# Bring a Debian machine to the point where SCRIPT can run, and run it:
# install what is missing (as root or through sudo), copy the sources to a
# temporary folder, and start SCRIPT there as an unprivileged user, since
# PostgreSQL refuses to run as root.  The folder, and the cluster that SCRIPT
# may have started in it, are gone when it ends, on Ctrl-C too, unless SCRIPT
# has left a file WORK/keep.
#
# SCRIPT finds in its environment:
#   WORK        the temporary folder, its own
#   SRC         the copy of the sources, its working directory
#   ORIGIN      the tree that make was called in
#   PG_CONFIG   pg_config of the server to use
#   OUT         a folder whose files are copied to ORIGIN when SCRIPT ends
set -euo pipefail

# what apt says is read below
export LC_ALL=C.UTF-8

ORIGIN=$(cd "$(dirname "$0")/.." && pwd)
script=$1
shift

say() { printf '%s\n' "civicgrid: $*"; }
die() { say "$*" >&2; exit 1; }

command -v apt-get >/dev/null || die "this target needs Debian; elsewhere use make, make install, make installcheck"

if [ "$(id -u)" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null; then
    as_root=(sudo)
else
    as_root=(false)
fi

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing_of() {
    local p
    for p in "$@"; do
        installed "$p" || printf '%s ' "$p"
    done
}

# Which server: the one of PG_CONFIG, or the one this Debian comes with.
major_of_debian() { apt-cache policy postgresql 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*\).*/\1/p'; }

apt_updated=
apt_update() {
    [ -n "$apt_updated" ] && return
    say "updating the package lists"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null ||
        die "apt-get update failed; run as root or with sudo"
    apt_updated=1
}

packages=(make gcc libc6-dev git perl pkg-config libicu-dev)
if [ -n "${PG_CONFIG:-}" ]; then
    # a server that somebody has built is taken as it is
    major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
else
    major=$(major_of_debian)
    [ -n "$major" ] || { apt_update; major=$(major_of_debian); }
    [ -n "$major" ] || die "no PostgreSQL in the package lists"
    PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
fi
[ "$PG_CONFIG" != "/usr/lib/postgresql/$major/bin/pg_config" ] ||
    packages+=("postgresql-$major" "postgresql-server-dev-$major" "postgresql-$major-postgis-3")

[ "$script" != test/bench/bench.sh ] || packages+=(python3-sklearn python3-fasttext)
# a map for ogrinfo, and the clients of test/t/034_case_clients.pl
[ "$script" != tools/check.sh ] ||
    packages+=(gdal-bin python3-psycopg python3-psycopg2 libpostgresql-jdbc-java default-jdk-headless odbc-postgresql python3-pyodbc)
[ "$script" = demo/demo.sh ] || packages+=(libipc-run-perl clang clang-format libclang-rt-dev)
read -ra missing <<<"$(missing_of "${packages[@]}")"
if [ ${#missing[@]} -gt 0 ]; then
    apt_update
    say "installing ${missing[*]}"
    # A server package makes and starts a cluster of its own when it is first
    # installed; nobody asked for one.
    conf=/etc/postgresql-common/createcluster.d/civicgrid-setup.conf
    if ! installed "postgresql-$major"; then
        "${as_root[@]}" mkdir -p "${conf%/*}"
        echo 'create_main_cluster = false' | "${as_root[@]}" tee "$conf" >/dev/null
    fi
    status=0
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${missing[@]}" >/dev/null || status=$?
    "${as_root[@]}" rm -f "$conf"
    [ $status = 0 ] || die "apt-get install failed"
fi

# A copy of the sources without what was built.
# The unprivileged user must reach it, a socket's path must fit into 107 bytes,
# and make takes no spaces.
base=${TMPDIR:-/tmp}
if [[ ! $base =~ ^[A-Za-z0-9/._-]{1,40}$ ]] || { [ "$(id -u)" = 0 ] && ! setpriv --reuid=postgres --regid=postgres --init-groups test -x "$base" 2>/dev/null; }; then
    base=/tmp
fi
WORK=$(mktemp -d "$base/civicgrid.XXXXXX")
SRC=$WORK/src
OUT=$WORK/out
child=
cleanup() {
    trap '' INT TERM HUP
    trap - EXIT
    if [ -n "$child" ] && kill -0 "$child" 2>/dev/null; then
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    # SCRIPT asked for it to stay, and said how to end it
    [ -e "$WORK/keep" ] && return
    for pid in "$WORK"/cluster*/data/postmaster.pid "$SRC"/tmp_check/*/pgdata/postmaster.pid; do
        [ -f "$pid" ] && kill -QUIT "$(head -1 "$pid")" 2>/dev/null && sleep 0.5
    done
    rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir -p "$SRC" "$OUT" "$WORK/tmp"
if git -C "$ORIGIN" ls-files --error-unmatch Makefile >/dev/null 2>&1; then
    (cd "$ORIGIN" && git ls-files -z --cached --others --exclude-standard |
        xargs -0 -I{} sh -c 'test -e "$1" && printf "%s\0" "$1"' _ {} |
        tar --null --files-from=- -cf -) | tar -C "$SRC" -xf -
else
    (cd "$ORIGIN" && tar --exclude='*.o' --exclude='*.so' --exclude='*.bc' --exclude=.git -cf - .) | tar -C "$SRC" -xf -
fi

run_as=()
if [ "$(id -u)" = 0 ]; then
    # the user that the server's package has made for the purpose
    chown -R postgres:postgres "$WORK"
    run_as=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
chmod 755 "$WORK"

cd "$SRC"
set +e
"${run_as[@]}" env -u PGHOST -u PGPORT -u PGDATABASE -u PGUSER -u PGDATA -u PGSERVICE -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
    HOME="$WORK" TMPDIR="$WORK/tmp" LC_ALL=C.UTF-8 \
    WORK="$WORK" SRC="$SRC" ORIGIN="$ORIGIN" OUT="$OUT" PG_CONFIG="$PG_CONFIG" \
    bash "$script" "$@" &
child=$!
wait "$child"
status=$?
set -e
(cd "$OUT" && find . -type f -printf '%P\0') | while IFS= read -r -d '' f; do
    mkdir -p "$ORIGIN/$(dirname "$f")"
    cp "$OUT/$f" "$ORIGIN/$f"
done
exit $status
