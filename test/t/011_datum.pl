# WGS-84, GCJ-02 and BD-09 against a model: the published formulas in Perl, on
# many points of China and on its edges; there and back; and geometries of
# every type, whose stored bytes must be those that PostGIS makes.

use strict;
use warnings;

use CivicGrid;
use PostgreSQL::Test::Utils;
use Test::More;

use constant PI       => 4 * atan2(1, 1);
use constant POINTS   => 20_000;
use constant GEOMETRY => 1_500;

srand(20260311);

my $node = new_node('datum');
my $dir  = PostgreSQL::Test::Utils::tempdir();
new_database($node, 'datum');
$node->safe_psql('postgres',
	'ALTER DATABASE datum SET search_path = public, civicgrid');

sub uniform { return $_[0] + rand() * ($_[1] - $_[0]) }
sub pick { return $_[ int rand @_ ] }

#
# The model
#

sub gcj02
{
	my ($lon, $lat) = @_;
	my ($x, $y) = ($lon - 105, $lat - 35);

	return ($lon, $lat)
	  if $lon < 72.004 || $lon > 137.8347 || $lat < 0.8293 || $lat > 55.8271;
	my $both = (20 * sin(6 * $x * PI) + 20 * sin(2 * $x * PI)) * 2 / 3;
	my $north = -100 + 2 * $x + 3 * $y + 0.2 * $y**2 + 0.1 * $x * $y + 0.2 * sqrt(abs $x);
	$north += $both;
	$north += (20 * sin($y * PI) + 40 * sin($y / 3 * PI)) * 2 / 3;
	$north += (160 * sin($y / 12 * PI) + 320 * sin($y / 30 * PI)) * 2 / 3;
	my $east = 300 + $x + 2 * $y + 0.1 * $x**2 + 0.1 * $x * $y + 0.1 * sqrt(abs $x);
	$east += $both;
	$east += (20 * sin($x * PI) + 40 * sin($x / 3 * PI)) * 2 / 3;
	$east += (150 * sin($x / 12 * PI) + 300 * sin($x / 30 * PI)) * 2 / 3;
	my ($a, $ee) = (6378245, 0.00669342162296594323);
	my $w = 1 - $ee * sin($lat / 180 * PI)**2;
	return (
		$lon + $east * 180 / ($a / sqrt($w) * cos($lat / 180 * PI) * PI),
		$lat + $north * 180 / ($a * (1 - $ee) / ($w * sqrt $w) * PI));
}

sub bd09
{
	my ($lon, $lat) = @_;
	my ($x, $y) = gcj02($lon, $lat);

	return ($x, $y)
	  if $lon < 72.004 || $lon > 137.8347 || $lat < 0.8293 || $lat > 55.8271;
	my $k = PI * 3000 / 180;
	my $r = sqrt($x**2 + $y**2) + 0.00002 * sin($y * $k);
	my $t = atan2($y, $x) + 0.000003 * cos($x * $k);
	return ($r * cos($t) + 0.0065, $r * sin($t) + 0.006);
}

#
# Points
#

my @points = map { [ uniform(73.4, 135.1), uniform(3.8, 53.6) ] } 1 .. POINTS;
# anywhere in the box, on and about its edges, and about 105 degrees
push @points, map { [ uniform(72.004, 137.8347), uniform(0.8293, 55.8271) ] } 1 .. 2000;
for (1 .. 500)
{
	my $tiny = 10**uniform(-13, -1) * pick(-1, 1);
	push @points, [ pick(72.004, 137.8347) + $tiny, uniform(0.8293, 55.8271) ],
	  [ uniform(72.004, 137.8347), pick(0.8293, 55.8271) + $tiny ],
	  [ 105 + $tiny, uniform(4, 53) ];
}
push @points, map { [ uniform(-180, 180), uniform(-90, 90) ] } 1 .. 2000;
push @points, [ 72.004, 0.8293 ], [ 137.8347, 55.8271 ], [ 105, 35 ], [ 180, 90 ], [ -180, -90 ];

open my $out, '>', "$dir/points" or die "cannot write $dir/points: $!";
printf $out join("\t", ('%.17g') x 6) . "\n", @$_, gcj02(@$_), bd09(@$_) for @points;
close $out or die "cannot write $dir/points: $!";

$node->safe_psql('datum', <<"EOS");
CREATE TABLE known (id integer GENERATED ALWAYS AS IDENTITY, lon float8, lat float8, gcj_lon float8, gcj_lat float8, bd_lon float8, bd_lat float8);
COPY known (lon, lat, gcj_lon, gcj_lat, bd_lon, bd_lat) FROM '$dir/points';
CREATE TABLE point AS
SELECT id, lon, lat, datum, model,
	lon BETWEEN 72.004 AND 137.8347 AND lat BETWEEN 0.8293 AND 55.8271 AS inside, image, to_wgs84(image, datum) AS back
FROM known, unnest(enum_range(NULL::geo_datum)) AS datum,
	LATERAL (SELECT ST_SetSRID(CASE datum WHEN 'wgs84' THEN ST_Point(lon, lat)
		WHEN 'gcj02' THEN ST_Point(gcj_lon, gcj_lat) ELSE ST_Point(bd_lon, bd_lat) END, 4490) AS model) AS m,
	from_wgs84(ST_SetSRID(ST_Point(lon, lat), 4490), datum) AS image;
EOS
is($node->safe_psql('datum', 'SELECT count(*), count(image), count(back) FROM point'),
	join('|', (3 * @points) x 3), 3 * @points . ' images');
is( $node->safe_psql('datum', <<'EOS'),
SELECT id, datum, lon, lat, ST_AsEWKT(image), ST_AsEWKT(model) FROM point
WHERE NOT (abs(ST_X(image) - ST_X(model)) < 1e-11 AND abs(ST_Y(image) - ST_Y(model)) < 1e-11 AND ST_SRID(image) = 4490)
ORDER BY id LIMIT 10
EOS
	'', 'as the model has them, to a micrometre');

# There and back, in metres on the ellipsoid.  PostGIS gives no distance
# below 10 nanometres.
my $far = $node->safe_psql('datum', <<'EOS');
SELECT max(ST_Distance(ST_SetSRID(ST_Point(lon, lat), 4326)::geography, ST_SetSRID(back, 4326)::geography)) FROM point WHERE inside
EOS
note("there and back: $far m at most");
cmp_ok($far, '<', 1e-5, 'there and back is the same to 0.01 mm, a hundredth of what is asked');
$far = $node->safe_psql('datum', <<'EOS');
SELECT max(ST_Distance(ST_SetSRID(image, 4326)::geography, ST_SetSRID(from_wgs84(back, datum), 4326)::geography)) FROM point WHERE inside
EOS
note("back and there: $far m at most");
cmp_ok($far, '<', 1e-5, 'back and there too');
is( $node->safe_psql('datum', <<'EOS'),
SELECT count(*) FROM point WHERE NOT inside AND ST_AsEWKB(image) <> ST_AsEWKB(ST_SetSRID(ST_Point(lon, lat), 4490))
EOS
	'0', 'outside of the box nothing moves');
is( $node->safe_psql('datum', <<'EOS'),
SELECT count(*) FROM point
WHERE NOT inside AND (lon NOT BETWEEN 71.9 AND 137.9 OR lat NOT BETWEEN 0.7 AND 55.9)
	AND ST_AsEWKB(back) <> ST_AsEWKB(ST_SetSRID(ST_Point(lon, lat), 4490))
EOS
	'0', 'nor back');

#
# Geometries
#

# A vertex; $dims is '', 'Z', 'M' or 'ZM'
sub vertex
{
	my ($dims, $x, $y) = @_;

	return join ' ', map({ sprintf '%.15g', $_ } $x // uniform(73, 135), $y // uniform(4, 53)),
	  map { sprintf '%.6g', pick(uniform(-10, 10), uniform(-1e6, 1e6)) } split //, $dims;
}

# A walk from a random place; the last vertex may be the first one
sub walk
{
	my ($dims, $n, $closed) = @_;
	my ($x, $y, $size) = (uniform(75, 133), uniform(6, 51), 10**uniform(-5, 0));
	my @vertices = map { vertex($dims, $x + uniform(-$size, $size), $y + uniform(-$size, $size)) } 1 .. $n;

	push @vertices, $vertices[0] if $closed;
	return '(' . join(',', @vertices) . ')';
}

my %body = (
	POINT        => sub { '(' . vertex($_[0]) . ')' },
	LINESTRING   => sub { walk($_[0], 2 + int rand 6) },
	POLYGON      => sub { my $d = shift; '(' . join(',', map { walk($d, 3 + int rand 5, 1) } 1 .. 1 + int rand 3) . ')' },
	TRIANGLE     => sub { '(' . walk($_[0], 3, 1) . ')' },
	CIRCULARSTRING => sub { walk($_[0], 3 + 2 * int rand 3) },
	MULTIPOINT   => sub { walk($_[0], 1 + int rand 5) });
$body{MULTILINESTRING} = sub { my $d = shift; several($d, 'LINESTRING', 0) };
$body{MULTIPOLYGON}    = sub { my $d = shift; several($d, 'POLYGON', 0) };
$body{POLYHEDRALSURFACE} = sub { my $d = shift; several($d, 'TRIANGLE', 0) };
$body{TIN} = $body{POLYHEDRALSURFACE};
$body{MULTICURVE} = sub { my $d = shift; several($d, [ 'LINESTRING', 'CIRCULARSTRING' ], 1) };
$body{MULTISURFACE} = sub { my $d = shift; several($d, [ 'POLYGON', 'CURVEPOLYGON' ], 1) };
$body{CURVEPOLYGON} = sub {
	my $d = shift;
	my $arcs = walk($d, 2 * (1 + int rand 3), 1);
	return pick("(CIRCULARSTRING$arcs)", "(CIRCULARSTRING$arcs," . walk($d, 4, 1) . ')');
};
$body{COMPOUNDCURVE} = sub {
	my $d = shift;
	my $arcs = walk($d, 3 + 2 * int rand 2);
	my ($end) = $arcs =~ /([^,()]+)\)\z/;
	return "(CIRCULARSTRING$arcs,($end," . vertex($d) . '))';
};
$body{GEOMETRYCOLLECTION} = sub {
	my ($d, $depth) = (@_, 0);
	my @types = grep { $depth < 4 || $_ ne 'GEOMETRYCOLLECTION' } sort keys %body;
	return '(' . join(',', map { tagged(pick(@types), $d, $depth + 1) } 1 .. 1 + int rand 4) . ')';
};

# A geometry with its name, or an empty one
sub tagged
{
	my ($type, $d, $depth) = @_;

	return "$type $d EMPTY" if rand() < 0.05;
	return "$type $d " . $body{$type}->($d, $depth // 0);
}

# Parts of given types, named where the syntax wants it
sub several
{
	my ($d, $types, $named) = @_;

	return '(' . join(',', map {
			my $type = ref $types ? pick(@$types) : $types;
			$named && $type =~ /CURVE|CIRC/ ? "$type $d " . $body{$type}->($d) : $body{$type}->($d)
		} 1 .. 1 + int rand 4) . ')';
}

my @types = sort keys %body;
is(scalar @types, 15, 'all types');
open $out, '>', "$dir/shapes" or die "cannot write $dir/shapes: $!";
for (1 .. GEOMETRY)
{
	my $type = $types[ $_ % @types ];
	print $out pick('', 'SRID=4326;', 'SRID=4490;'), tagged($type, pick('', 'Z', 'M', 'ZM')), "\n";
}
close $out or die "cannot write $dir/shapes: $!";
$node->safe_psql('datum', <<"EOS");
CREATE TABLE shape (id integer GENERATED ALWAYS AS IDENTITY, geom geometry);
COPY shape (geom) FROM '$dir/shapes';
CREATE TABLE image AS
SELECT id, datum, geom, from_wgs84(geom, datum) AS there, to_wgs84(geom, datum) AS back
FROM shape, unnest(enum_range(NULL::geo_datum)) AS datum;
EOS
is( $node->safe_psql('datum', 'SELECT count(*), count(DISTINCT GeometryType(geom)) >= 15 FROM shape'),
	GEOMETRY . '|t', GEOMETRY . ' geometries');

# every vertex as the point alone; nothing else has changed
for my $column (qw(there back))
{
	my $function = $column eq 'there' ? 'from_wgs84' : 'to_wgs84';

	is( $node->safe_psql('datum', <<"EOS"),
SELECT i.id, i.datum, p.path, ST_AsEWKT(p.geom), ST_AsEWKT(q.geom)
FROM image AS i, ST_DumpPoints(i.geom) AS p FULL JOIN LATERAL ST_DumpPoints(i.$column) AS q USING (path)
WHERE ST_AsEWKB($function(p.geom, i.datum)) IS DISTINCT FROM ST_AsEWKB(q.geom)
ORDER BY i.id, i.datum LIMIT 5
EOS
		'', "$function: vertices");
	is( $node->safe_psql('datum', <<"EOS"),
SELECT id, datum FROM image
WHERE ROW(GeometryType(geom), ST_SRID(geom), ST_NPoints(geom), ST_Zmflag(geom), ST_MemSize(geom), ST_IsEmpty(geom))
	IS DISTINCT FROM
	ROW(GeometryType($column), ST_SRID($column), ST_NPoints($column), ST_Zmflag($column), ST_MemSize($column), ST_IsEmpty($column))
ORDER BY id, datum LIMIT 5
EOS
		'', "$function: type, SRID, dimension, size");
	is( $node->safe_psql('datum', <<"EOS"),
SELECT id, datum, ST_AsEWKT(geom) FROM image
WHERE NOT record_image_eq(ROW($column), ROW(ST_GeomFromEWKB(ST_AsEWKB($column))))
ORDER BY id, datum LIMIT 5
EOS
		'', "$function: stored as PostGIS stores it, with its box");
}
is( $node->safe_psql('datum', <<'EOS'),
SELECT count(*) FROM image WHERE datum = 'wgs84' AND NOT (record_image_eq(ROW(there), ROW(geom)) AND record_image_eq(ROW(back), ROW(geom)))
EOS
	'0', 'the same datum changes nothing');

#
# Where an immutable function can be used
#

$node->safe_psql('datum', <<'EOS');
CREATE TABLE device (
	id integer GENERATED ALWAYS AS IDENTITY,
	reported geometry(Point, 4326),
	location geometry(Point, 4326) GENERATED ALWAYS AS (to_wgs84(reported, 'gcj02')) STORED
);
INSERT INTO device (reported) SELECT ST_SetSRID(image, 4326) FROM point WHERE datum = 'gcj02' AND inside;
CREATE INDEX ON device USING gist (to_wgs84(reported, 'gcj02'));
ANALYZE device;
EOS
is( $node->safe_psql('datum', <<'EOS'),
SELECT count(*) FROM device JOIN point AS p ON p.datum = 'gcj02' AND p.inside
WHERE device.id = 1 AND p.id = 1 AND ST_DWithin(device.location, ST_SetSRID(ST_Point(p.lon, p.lat), 4326), 1e-9)
EOS
	'1', 'a generated column');
plan_is($node, 'datum',
	q{SELECT FROM device WHERE to_wgs84(reported, 'gcj02') && 'SRID=4326;POLYGON((110 30,110.1 30,110.1 30.1,110 30))'::geometry},
	'SET enable_seqscan = off', qr/Index Scan/, 'an index on an expression');
my $parallel = $node->safe_psql('datum', <<'EOS');
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT count(*), count(*) FILTER (WHERE ST_X(to_wgs84(reported, 'gcj02')) > 100) FROM device;
EOS
my $serial = $node->safe_psql('datum', <<'EOS');
SET max_parallel_workers_per_gather = 0;
SELECT count(*), count(*) FILTER (WHERE ST_X(location) > 100) FROM device;
EOS
is($parallel, $serial, 'parallel workers');

$node->stop;
done_testing();
