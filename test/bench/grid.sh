# Pairs for the grid; sourced by bench.sh.

at_random='\set x random(113760000, 114640000) / 1000000.0
\set y random(22460000, 22840000) / 1000000.0
'
point="ST_SetSRID(ST_MakePoint(:x, :y), 4326)"

# ------------------------------------------------------------------- speed

needs=(cells_10000 gist_10000 points)
pair "1,000,000 points, 10,000 cells, locate() : ST_Covers, for each point the cells" 1/60 1 \
    "$(locate_all 10000 point)" "$(points_outer cell_10000 point)"
needs=(cells_10000 points)
pair "1,000,000 points, 10,000 cells, locate() : count(ST_X(geom))" 2.5 10 \
    "$(locate_all 10000 point)" "SELECT count(ST_X(geom)) FROM point"
needs=(cells_1000 cells_100000 points)
pair "1,000,000 points, locate() in 100,000 cells : in 1,000 cells" 2 10 \
    "$(locate_all 100000 point)" "$(locate_all 1000 point)"
# For each cell the points, which takes an index on the points: made before,
# or made first; and with the points lying on disk as they lie on the map.
needs=(cells_10000 indexed_points)
pair "1,000,000 points, 10,000 cells, locate() : ST_Covers, for each cell the points, by an index on them" - 1 \
    "$(locate_all 10000 point)" "$(cells_outer cell_10000 indexed_point)"
pair "1,000,000 points, 10,000 cells, locate() : the same, and making that index" - 1 \
    "$(locate_all 10000 point)" "CREATE INDEX once ON point USING gist (geom);
$(cells_outer cell_10000 point);
DROP INDEX once;"
needs=(cells_10000 clustered_points)
pair "1,000,000 points in the order of the map, locate() : ST_Covers, for each cell the points, by an index on them" - 1 \
    "$(locate_all 10000 clustered_point)" "$(cells_outer cell_10000 clustered_point)"
if [ -d "$data" ]; then
    needs=(nyc gist_nyc)
    pair "200,000 points, 2,166 tracts of New York, locate() : ST_Covers, for each point the cells" 1/60 1 \
        "$(locate_all nyc point_nyc)" "$(points_outer part_nyc point_nyc)"
    pair "200,000 points, 2,166 tracts of New York, locate() : ST_Covers, for each cell the points" - 1 \
        "$(locate_all nyc point_nyc)" "$(cells_outer part_nyc indexed_point_nyc)"
    needs=(taiwan gist_taiwan)
    pair "200,000 points, 7,599 villages of Taiwan, locate() : ST_Covers, for each point the cells" 1/60 1 \
        "$(locate_all taiwan point_taiwan)" "$(points_outer cell_taiwan point_taiwan)"
    pair "200,000 points, 7,599 villages of Taiwan, locate() : ST_Covers, for each cell the points" - 1 \
        "$(locate_all taiwan point_taiwan)" "$(cells_outer cell_taiwan indexed_point_taiwan)"
else
    echo "the real maps are left out: there is no folder ../shared/data" >&2
fi

# One point at a time, in a session that goes on, and in one that begins.
needs=(cells_35000 gist_35000)
one_located="${at_random}SELECT locate(map, $point) FROM map WHERE name = '35000'"
one_covered="${at_random}SELECT min(code) FROM cell_35000 WHERE ST_Covers(geom, $point)"
pair "one point, 35,000 cells, locate() : ST_Covers (prepared)" - 5000 "$one_located" "$one_covered" -M prepared
pair "a connection's first point, 35,000 cells, locate() : ST_Covers" 1 100 "$one_located" "$one_covered" -C

# Two workers and one; the leader only gathers.  Each worker starts and loads
# the map by itself, so the work is large enough for that not to matter.
workers() {
    echo "SET max_parallel_workers_per_gather = $1;
SET parallel_leader_participation = off; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT count(locate((SELECT map FROM map WHERE name = '10000'), geom)) FROM point, generate_series(1, 8);"
}
needs=(cells_10000 points)
pair "8,000,000 points, 10,000 cells, locate(), two workers : one worker" 1/1.7 1 "$(workers 2)" "$(workers 1)"

# Maps that take turns, row by row, and one after the other.
in_turns() {
    echo "SET civicgrid.map_cache_size = '$1';
SELECT count(locate((SELECT map FROM map WHERE name = '10000'), geom)), count(locate((SELECT map FROM map WHERE name = '1000'), geom)), count(locate((SELECT map FROM map WHERE name = '35000'), geom)) FROM point;"
}
one_by_one="$(locate_all 10000 point);
$(locate_all 1000 point);
$(locate_all 35000 point);"
needs=(cells_10000 cells_1000 cells_35000 points)
pair "1,000,000 points, three maps, in turns : one by one" - 1 "$(in_turns 256MB)" "$one_by_one"
pair "1,000,000 points, three maps, in turns in a cache too small for all : one by one" - 1 "$(in_turns 40MB)" "$one_by_one"

# --------------------------------------------------------------- compiling

needs=(cells_10000)
for parts in 16 32; do
    pair "compile 10,000 cells, gridmap_agg() : ST_Subdivide to $parts vertices, and an index" $([ $parts = 16 ] && echo 1/10 || echo -) 1 \
        "CREATE TABLE compiled AS SELECT gridmap_agg(code, geom) AS map FROM cell_10000;
DROP TABLE compiled;" \
        "CREATE TABLE subdivided AS SELECT code, ST_Subdivide(geom, $parts) AS geom FROM cell_10000;
CREATE INDEX ON subdivided USING gist (geom);
DROP TABLE subdivided;"
done

# ------------------------------------------------------------------ memory

# megabytes of memory of its own that a session has more after a statement than
# before it: $1 before, $2 the statement
growth() {
    psql -X -q -At -v ON_ERROR_STOP=1 <<EOS
SELECT pg_backend_pid() AS pid \gset
\setenv PID :pid
$1 \g /dev/null
\! sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' /proc/\$PID/status >$bench/before
$2 \g /dev/null
\! sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' /proc/\$PID/status >$bench/after
EOS
    echo "$(cat "$bench/before") $(cat "$bench/after")" | awk '{print ($2 - $1) / 1024}'
}

# megabytes at the height of a statement, above what the session had before
# without the pages of shared buffers that it touches
peak() {
    psql -X -q -At -v ON_ERROR_STOP=1 <<EOS
SELECT pg_backend_pid() AS pid \gset
\setenv PID :pid
$1 \g /dev/null
\! echo 5 >/proc/\$PID/clear_refs && sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/\$PID/status >$bench/before
$2 \g /dev/null
\! sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' /proc/\$PID/status >$bench/after
EOS
    echo "$(cat "$bench/before") $(cat "$bench/after")" | awk '{print ($2 - $1) / 1024}'
}

megabytes() { run_sql -c "SELECT round(($1) / 1048576.0, 3)"; }
value_size() { megabytes "SELECT pg_column_size(map) FROM map WHERE name = '10000'"; }
vertices_size() { megabytes "SELECT 16 * sum(ST_NPoints(geom)) FROM cell_10000"; }
# All the table's pages are touched before, and PostGIS is loaded.
compile_peak() {
    peak "SELECT sum(ST_NPoints(geom)), locate((SELECT map FROM map WHERE name = '1000'), 'SRID=4326;POINT(114.2 22.6)') FROM cell_10000" \
        "SELECT pg_column_size(gridmap_agg(code, geom)) FROM cell_10000"
}
compile_35000_peak() {
    peak "SELECT sum(ST_NPoints(geom)), locate((SELECT map FROM map WHERE name = '1000'), 'SRID=4326;POINT(114.2 22.6)') FROM cell_35000" \
        "SELECT pg_column_size(gridmap_agg(code, geom)) FROM cell_35000"
}
value_35000_size() { megabytes "SELECT pg_column_size(map) FROM map WHERE name = '35000'"; }
first_growth() {
    growth "SELECT 1" "SELECT locate(map, 'SRID=4326;POINT(114.2 22.6)') FROM map WHERE name = '35000'"
}
first_growth_gist() {
    growth "SELECT 1" "SELECT min(code) FROM cell_35000 WHERE ST_Covers(geom, 'SRID=4326;POINT(114.2 22.6)')"
}
four() { echo 4; }
bulk_growth() {
    growth "SET civicgrid.map_cache_size = '40MB'" "$(locate_all 10000 point) UNION ALL $(locate_all 1000 point) UNION ALL $(locate_all 35000 point)"
}
forty() { echo 40; }

needs=(cells_10000)
measure "the value of 10,000 cells : 16 bytes for each vertex (MB)" 1.5 value_size vertices_size
needs=(cells_1000 cells_10000)
measure "height of memory compiling 10,000 cells : the value (MB)" 4 compile_peak value_size
needs=(cells_1000 cells_35000)
measure "height of memory compiling 35,000 cells : the value (MB)" 4 compile_35000_peak value_35000_size
needs=(cells_35000 gist_35000)
measure "what a connection's first locate() in 35,000 cells leaves behind : 4 MB" 1 first_growth four
measure "what a connection's first locate() in 35,000 cells leaves behind : its first ST_Covers (MB)" - first_growth first_growth_gist
needs=(cells_10000 cells_1000 cells_35000 points)
measure "what 1,000,000 points in three maps leave behind : civicgrid.map_cache_size (MB)" 1.1 bulk_growth forty
