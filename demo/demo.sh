#!/bin/bash
# A first tour; started by tools/prepare.sh for `make demo`.
set -euo pipefail

. tools/cluster.sh

echo "civicgrid: building and installing for PostgreSQL $PG_MAJOR in a temporary folder"
build_and_install
echo "civicgrid: starting a private cluster"
start_cluster demo "fsync = off"
createdb demo
echo "civicgrid: demo/tour.sql"
echo
# statements that are meant to fail do not end the tour
PGOPTIONS="-c client_min_messages=warning" psql -X -q -a -d demo -f demo/tour.sql 2>&1 |
    sed 's/^psql:[^ ]*: //' | tee "$WORK/tour.out"
stop_cluster demo

# ... but nothing else may
if [ "$(grep -c '^ERROR' "$WORK/tour.out")" != 3 ]; then
    echo "civicgrid: the tour went wrong" >&2
    exit 1
fi
echo
echo "civicgrid: the tour is over; the cluster is gone, nothing was installed outside of it"
