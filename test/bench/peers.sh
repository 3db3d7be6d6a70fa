#!/bin/bash
# Usage: tools/prepare.sh test/bench/peers.sh
#
# What PostGIS can do with the work of the benchmarks of the grid, in every way
# that came to mind, to find the one that the pairs are to compare with: how the
# index was built, whether the cells are subdivided, whether the points lie on
# disk as they lie on the map, and which side the join begins with.  Each is run
# ROUNDS times; the table has medians, in µs for a point.
set -euo pipefail

. test/bench/lib.sh
. test/bench/maps.sh

# $1: the SQL, $2: how many points
per_point() {
    local i
    latency "$1" 1 >/dev/null
    for ((i = 0; i < rounds; i++)); do latency "$1" 1; done | median | awk -v n="$2" '{printf "%.2f", 1000 * $1 / n}'
}

# $1: map, $2: points and $3: the same with an index, $4: the same in the order
# of the map, $5: how many
probe() {
    local split build table
    for split in whole 128 64 32 16 8; do
        for build in inserted buffered sorted; do
            table=variant_${1}_${split}_$build
            if [ $split = whole ]; then
                run_sql -c "CREATE TABLE $table AS SELECT code, geom FROM cell_$1"
            else
                run_sql -c "CREATE TABLE $table AS SELECT code, ST_Subdivide(ST_MakeValid(geom), $split) AS geom FROM cell_$1"
            fi
            index_cells "$table" $build
            wanted "$1 $split $build" && printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$1" $split $build \
                "$(per_point "$(points_outer "$table" "$2")" "$5")" "$(per_point "$(points_outer "$table" "$4")" "$5")" \
                "$(per_point "$(cells_outer "$table" "$3")" "$5")" "$(per_point "$(cells_outer "$table" "$4")" "$5")"
            run_sql -c "DROP TABLE $table"
        done
    done
}

# The first part of the million.
setup_some_points() {
    prepare_data points
    run_sql <<EOS
CREATE TABLE some_point AS SELECT * FROM point LIMIT 200000;
CREATE TABLE indexed_some_point AS SELECT * FROM some_point;
CREATE INDEX ON indexed_some_point USING gist (geom);
VACUUM (ANALYZE, FREEZE) some_point;
VACUUM (ANALYZE, FREEZE) indexed_some_point;
EOS
    cluster_points some_point
}
cluster_points() {
    run_sql <<EOS
CREATE TABLE clustered_$1 AS SELECT * FROM $1 ORDER BY geom;
CREATE INDEX ON clustered_$1 USING gist (geom);
VACUUM (ANALYZE, FREEZE) clustered_$1;
EOS
}

start_bench
prepare_data cells_10000 some_points
echo '| map | subdivided to | index on cells | points outer | points outer, clustered | cells outer | cells outer, clustered |'
echo '|---|---|---|---:|---:|---:|---:|'
probe 10000 some_point indexed_some_point clustered_some_point 200000
if [ -d "$data" ]; then
    prepare_data nyc taiwan
    for map in nyc taiwan; do
        cluster_points point_$map
        probe $map point_$map indexed_point_$map clustered_point_$map 200000
    done
fi
stop_bench
