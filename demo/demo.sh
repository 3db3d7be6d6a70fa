#!/bin/bash
# A first tour, and then a district at work from the report to the visit; started
# by tools/prepare.sh for `make demo`.
#
# KEEP=1 leaves the cluster running; SAMPLE=1 uses the project's own sample even
# where ../shared/data is.  demo/report.html is the page that it writes.
set -euo pipefail

. tools/cluster.sh

say() { printf '%s\n' "civicgrid: $*"; }
# $1: database, $2: file; then options of psql
play() {
    local database=$1 file=$2
    shift 2
    # boards are as wide as a terminal is not; the reader may scroll
    PGOPTIONS="-c client_min_messages=warning" psql -X -q -d "$database" -v ON_ERROR_STOP=1 "$@" -f "$file" 2>&1 |
        sed -u -e 's/^psql:[^ ]*: INFO:  //' -e 's/^psql:[^ ]*: //'
}

started=$SECONDS
say "building and installing for PostgreSQL $PG_MAJOR in a temporary folder"
build_and_install
say "starting a private cluster"
start_cluster demo "fsync = off
shared_buffers = '256MB'
jit = off
autovacuum_naptime = '10s'"

createdb tour
say "demo/tour.sql"
echo
# statements that are meant to fail do not end the tour
PGOPTIONS="-c client_min_messages=warning" psql -X -q -a -d tour -f demo/tour.sql 2>&1 |
    sed 's/^psql:[^ ]*: //' | tee "$WORK/tour.out"
# ... but nothing else may
if [ "$(grep -c '^ERROR' "$WORK/tour.out")" != 3 ]; then
    say "the tour went wrong" >&2
    exit 1
fi
echo
say "the tour is over; now a district at work"

createdb demo
psql -X -q -d demo -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION civicgrid CASCADE'
play demo demo/district.sql
data=$ORIGIN/../shared/data
if [ -z "${SAMPLE:-}" ] && [ -r "$data/pingshan/events_2018.csv" ] && [ -r "$data/messages/labelled_messages.csv" ]; then
    say "8,000 real events of 2018 and 400 citizens' messages from $data"
    play demo demo/events.sql -v data="$data"
    play demo demo/messages.sql -v data="$data"
else
    say "the project's own sample: invented reports of August 2026"
    play demo demo/sample.sql
fi
say "playing: report, file, dispatch, sign, handle, check, close, visit"
play demo demo/play.sql
play demo demo/boards.sql | tee "$WORK/boards.out"
# two acts that nobody may do are tried
if [ "$(grep -c '^ERROR' "$WORK/boards.out")" != 2 ]; then
    say "the boards went wrong" >&2
    exit 1
fi
play demo demo/reconcile.sql

mkdir -p "$OUT/demo"
psql -X -q -A -t -d demo -v ON_ERROR_STOP=1 -v template="$SRC/demo/report-template.html" -f demo/report.sql -o "$OUT/demo/report.html"
demo/check-report.sh demo "$OUT/demo/report.html"
say "demo/report.html is a page to open in a browser"
say "done in $((SECONDS - started)) s"

echo
if [ -n "${KEEP:-}" ]; then
    touch "$WORK/keep"
    say "the cluster goes on; nothing was installed outside of $WORK"
    say "  connect:     psql -h $PGHOST -p $PGPORT -U $PGUSER demo"
    say "  then:        SET search_path = civicgrid, public; SELECT * FROM inbox LIMIT 10;"
    say "  as somebody: SET ROLE $(psql -X -A -t -d demo -c "SELECT account FROM demo.account WHERE role = 'handler' ORDER BY unit LIMIT 1");"
    say "  stop:        kill -INT $(head -1 "$WORK/cluster-demo/data/postmaster.pid"); rm -rf $WORK"
else
    stop_cluster demo
    say "the demo is over; the cluster is gone, nothing was installed outside of it (make demo KEEP=1 leaves it running)"
fi
