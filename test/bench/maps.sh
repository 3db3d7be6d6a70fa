# Maps and points for the benchmarks of the grid, as setup_NAME functions of
# lib.sh.  Maps come from test/perl/CivicgridMaps.pm and from the real ones in
# ../shared/data, where that folder is there.
#
# Tables: cell_NAME (code, geom), its rows in no order; map (name, map);
# point_NAME (geom), likewise, without an index.

data=$ORIGIN/../shared/data/boundaries

maps_pm() { perl -I test/perl -MCivicgridMaps -e "$1"; }

setup_map_table() { run_sql -c 'CREATE TABLE map (name text PRIMARY KEY, map gridmap NOT NULL)'; }

# A map of about $1 irregular cells, each border of about $2 segments.
make_cells() {
    prepare_data map_table
    run_sql -c "CREATE TABLE ordered (code gridcode, geom geometry)"
    maps_pm "copy_cells(cells => $1, segments => $2)" | run_sql -c 'COPY ordered FROM STDIN'
    finish_cells "$1"
}

# $1: name.  From table ordered, in an order that is none.
finish_cells() {
    run_sql <<EOS
CREATE TABLE cell_$1 AS SELECT code, geom FROM ordered ORDER BY md5(code::text);
DROP TABLE ordered;
VACUUM (ANALYZE, FREEZE) cell_$1;
INSERT INTO map SELECT '$1', gridmap_agg(code, geom) FROM cell_$1;
VACUUM (ANALYZE, FREEZE) map;
EOS
}

# About 80 vertices each.
setup_cells_1000() { make_cells 1000 20; }
setup_cells_10000() { make_cells 10000 20; }
setup_cells_100000() { make_cells 100000 20; }
# 2 million vertices together.
setup_cells_35000() { make_cells 35000 14.5; }

setup_points() {
    run_sql -c 'CREATE TABLE point (geom geometry)'
    maps_pm 'copy_points(1_000_000, 7)' | run_sql -c 'COPY point FROM STDIN'
    run_sql -c 'VACUUM (ANALYZE, FREEZE) point'
}
# The same, with an index; and lying on disk as they lie on the map.
setup_indexed_points() {
    prepare_data points
    run_sql <<EOS
CREATE TABLE indexed_point AS SELECT * FROM point;
CREATE INDEX ON indexed_point USING gist (geom);
VACUUM (ANALYZE, FREEZE) indexed_point;
EOS
}
setup_clustered_points() {
    prepare_data points
    run_sql <<EOS
CREATE TABLE clustered_point AS SELECT * FROM point ORDER BY geom;
CREATE INDEX ON clustered_point USING gist (geom);
VACUUM (ANALYZE, FREEZE) clustered_point;
EOS
}

# A real map, and 200,000 points in its cells.  $1: file, $2: name
make_real() {
    prepare_data map_table
    maps_pm "print geojson_sql('$data/$1.geojson', 'ordered')" | run_sql
    finish_cells "$2"
    run_sql <<EOS
CREATE TABLE point_$2 AS
SELECT d.geom
FROM (SELECT geom, ceil(200000 * ST_Area(geom) / sum(ST_Area(geom)) OVER ())::integer AS n FROM cell_$2) AS c,
    ST_Dump(ST_GeneratePoints(c.geom, c.n, 1)) AS d
ORDER BY md5(d.geom::text)
LIMIT 200000;
CREATE TABLE indexed_point_$2 AS SELECT * FROM point_$2;
CREATE INDEX ON indexed_point_$2 USING gist (geom);
VACUUM (ANALYZE, FREEZE) point_$2;
VACUUM (ANALYZE, FREEZE) indexed_point_$2;
EOS
}
setup_nyc() { make_real nyc_census_tracts_2010 nyc; }
setup_taiwan() { make_real taiwan_villages_7599 taiwan; }

# GiST on the cells, built in three ways.  Where PostGIS can sort (3.3 does by
# default, 3.2 and 3.5 if told), an index is sorted unless it says buffering=on.
sort_support() {
    run_sql <<EOS
DO \$\$
BEGIN
    ALTER OPERATOR FAMILY gist_geometry_ops_2d USING gist $1;
EXCEPTION WHEN duplicate_object OR undefined_object THEN
    NULL;
END
\$\$;
EOS
}
# $1: table, $2: inserted, buffered or sorted
index_cells() {
    case $2 in
    inserted)
        sort_support 'DROP FUNCTION 11 (geometry, geometry)'
        run_sql -c "CREATE INDEX ON $1 USING gist (geom) WITH (buffering = off)"
        sort_support 'ADD FUNCTION 11 (geometry, geometry) geometry_gist_sortsupport_2d(internal)'
        ;;
    buffered) run_sql -c "CREATE INDEX ON $1 USING gist (geom) WITH (buffering = on)" ;;
    sorted)
        sort_support 'ADD FUNCTION 11 (geometry, geometry) geometry_gist_sortsupport_2d(internal)'
        run_sql -c "CREATE INDEX ON $1 USING gist (geom)"
        ;;
    esac
    run_sql -c "VACUUM (ANALYZE, FREEZE) $1"
}

# What is best for a map was found with peers.sh: whole cells for irregular ones
# of 80 vertices and for the villages, which have fewer; for the tracts of New
# York parts of at most 64, since a large tract does not fit into a row and is
# compressed and stored apart.  An index built with buffering has less overlap
# than a sorted one, and is faster for each of them.
setup_gist_1000() { prepare_data cells_1000; index_cells cell_1000 buffered; }
setup_gist_10000() { prepare_data cells_10000; index_cells cell_10000 buffered; }
setup_gist_35000() { prepare_data cells_35000; index_cells cell_35000 buffered; }
setup_gist_nyc() {
    prepare_data nyc
    run_sql -c 'CREATE TABLE part_nyc AS SELECT code, ST_Subdivide(ST_MakeValid(geom), 64) AS geom FROM cell_nyc'
    index_cells part_nyc buffered
}
setup_gist_taiwan() { prepare_data taiwan; index_cells cell_taiwan buffered; }

# Statements.  $1: table of cells, $2: table of points
points_outer() { echo "SELECT count(c.code) FROM $2 AS p CROSS JOIN LATERAL (SELECT code FROM $1 AS c WHERE ST_Covers(c.geom, p.geom) OFFSET 0) AS c"; }
cells_outer() { echo "SELECT sum(n) FROM $1 AS c CROSS JOIN LATERAL (SELECT count(*) AS n FROM $2 AS p WHERE ST_Covers(c.geom, p.geom) OFFSET 0) AS p"; }
# $1: name of the map, $2: table of points
locate_all() { echo "SELECT count(locate((SELECT map FROM map WHERE name = '$1'), geom)) FROM $2"; }
