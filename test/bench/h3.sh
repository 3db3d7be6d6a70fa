#!/bin/bash
# Usage: test/bench/h3.sh
#
# locate() against h3-pg, which Debian has from 13 on: in the chroot that `make
# check-matrix` keeps for it, with the server and the h3-pg of that release.
# Needs root, as that does.  ROUNDS and MATCH: see lib.sh.
#
# The peer: a table of the hexagons of one resolution that touch the cells, with
# the code of each cell they touch and whether they lie in it altogether; the
# hexagon of a point is looked up there, and ST_Covers decides between the cells
# where the hexagon lies on a border.  The answers are compared with those of
# locate(), and the resolutions with each other; the best is the peer.
set -euo pipefail

# ----------------------------------------------------------------- outside

if [ -z "${WORK:-}" ]; then
    here=$(cd "$(dirname "$0")/../.." && pwd)
    temp=$(mktemp -d)
    child=
    cleanup() {
        trap '' INT TERM HUP
        trap - EXIT
        exec 8>&-
        [ -z "$child" ] || wait "$child" 2>/dev/null || true
        rm -rf "$temp"
    }
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mkdir "$temp/tree"
    ln -s "$here" "$temp/tree/src"
    (cd "$here" && find . -name .git -prune -o -name tmp_check -prune -o ! -type d ! -name '*.o' ! -name '*.so' ! -name '*.bc' -printf 'src/%P\0') |
        tar -C "$temp/tree" --null --verbatim-files-from --files-from=- -cf "$temp/sources.tar"
    # the chroot is left when this script ends, however it does
    mkfifo "$temp/lifeline"
    CIVICGRID_SCRIPT="test/bench/h3.sh" CIVICGRID_PACKAGES='postgresql-@-h3' \
        bash "$here/tools/chroot.sh" trixie "${CIVICGRID_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/civicgrid}/matrix" \
        "$temp/sources.tar" "rounds=${ROUNDS:-7}" "match=${MATCH:-.}" <"$temp/lifeline" &
    child=$!
    exec 8>"$temp/lifeline"
    status=0
    wait "$child" || status=$?
    child=
    exit $status
fi

# ------------------------------------------------------------------ inside

for argument in "$@"; do
    case $argument in
    rounds=*) ROUNDS=${argument#*=} ;;
    match=*) MATCH=${argument#*=} ;;
    esac
done
. test/bench/lib.sh
. test/bench/maps.sh

setup_h3() { run_sql -c 'CREATE EXTENSION h3' -c 'CREATE EXTENSION h3_postgis CASCADE'; }

# $1: resolution
setup_hexagons() {
    run_sql <<EOS
CREATE TABLE hexagon_$1 AS
WITH touched AS (
    SELECT code, h3_polygon_to_cells_experimental(geom, $1, 'overlapping') AS hexagon FROM cell_10000
), inner_ones AS (
    SELECT code, h3_polygon_to_cells_experimental(geom, $1, 'full') AS hexagon FROM cell_10000
)
SELECT hexagon, t.code, i.code IS NOT NULL AS whole
FROM touched AS t LEFT JOIN inner_ones AS i USING (code, hexagon);
CREATE INDEX ON hexagon_$1 (hexagon);
CREATE INDEX IF NOT EXISTS cell_10000_code ON cell_10000 (code);
VACUUM (ANALYZE, FREEZE) hexagon_$1;
EOS
}

by_hexagon() {
    echo "SELECT count(*)
FROM (SELECT h3_lat_lng_to_cell(geom, $1) AS hexagon, geom FROM point) AS p
JOIN hexagon_$1 AS h USING (hexagon) JOIN cell_10000 AS c USING (code)
WHERE h.whole OR ST_Covers(c.geom, p.geom)"
}

start_bench
prepare_data h3 cells_10000 points gist_10000
run_sql -c "SELECT format('h3-pg %s', extversion) FROM pg_extension WHERE extname = 'h3'"
echo
echo '| resolution | rows | MB with index | made in, s | points with another answer | the query, ms |'
echo '|---:|---:|---:|---:|---:|---:|'
best= least=
for resolution in 8 9 10 11; do
    start=$(date +%s.%N)
    setup_hexagons "$resolution"
    end=$(date +%s.%N)
    wrong=$(run_sql -c "SELECT count(*)
        FROM (SELECT locate((SELECT map FROM map WHERE name = '10000'), p.geom) AS ours,
            (SELECT min(h.code) FROM hexagon_$resolution AS h JOIN cell_10000 AS c USING (code)
            WHERE h.hexagon = h3_lat_lng_to_cell(p.geom, $resolution) AND (h.whole OR ST_Covers(c.geom, p.geom))) AS theirs
            FROM point AS p) AS both_of
        WHERE ours IS DISTINCT FROM theirs")
    took=$(for i in 1 2 3; do latency "$(by_hexagon "$resolution")" 1; done | median)
    run_sql -c "SELECT format('| %s | %s | %s | %s | %s | %s |', $resolution, count(*), pg_total_relation_size('hexagon_$resolution') / 1048576,
        round($end - $start, 1), $wrong, round($took)) FROM hexagon_$resolution"
    if [ -z "$best" ] || awk -v a="$took" -v b="$least" 'BEGIN {exit !(a < b)}'; then
        least=$took
        best=$resolution
    fi
done
echo
print_header
pair "1,000,000 points, 10,000 cells, locate() : h3-pg, resolution $best, and ST_Covers" - 1 \
    "$(locate_all 10000 point)" "$(by_hexagon "$best")"
pair "1,000,000 points, 10,000 cells, locate() : h3_lat_lng_to_cell() alone" - 1 \
    "$(locate_all 10000 point)" "SELECT count(h3_lat_lng_to_cell(geom, $best)) FROM point"
pair "1,000,000 points, 10,000 cells, locate() : ST_Covers, for each point the cells" 1/60 1 \
    "$(locate_all 10000 point)" "$(points_outer cell_10000 point)"
stop_bench
