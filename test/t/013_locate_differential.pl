# locate() against PostGIS: min(code) of the cells that ST_Covers says cover the
# point, on the real maps of ../shared/data and on generated ones with holes,
# overlaps, gaps, slivers and touching corners, for points at random, on and a
# hair's breadth beside vertices and edges, on the borders of tiles and at the
# crossings of lattices.
#
# Where the two differ, and for a sample of the points where they agree, whole
# numbers as large as need be decide; it must be PostGIS that is wrong.  On real
# maps there are rings that cross themselves; what such a ring winds around twice
# is inside for PostGIS and outside by the even-odd rule of gridmaps.
use strict;
use warnings;

use CivicGrid;
use CivicgridMaps;
use List::Util qw(max min);
use Math::BigInt;
use Test::More;

my ($data) = grep { -d $_ }
  map { "$_/../shared/data/boundaries" } grep { defined } $ENV{ORIGIN}, '.';

my $node = new_node('locate', conf => "shared_buffers = 512MB\njit = off\nmax_parallel_workers_per_gather = 0\n");
new_database($node, 'locate');
$node->safe_psql('locate', 'ALTER DATABASE locate SET search_path = public, civicgrid');

# ------------------------------------------------------------------ oracle

# A double as an integer, in units of 2^-1074.
my %exact;

sub exact
{
	my $double = pack 'd<', $_[0];
	return $exact{$double} //= do
	{
		my $bits = unpack 'Q<', $double;
		my $exponent = $bits >> 52 & 0x7FF;
		my $fraction = Math::BigInt->new($bits & (1 << 52) - 1);
		$fraction += Math::BigInt->new(1 << 52) if $exponent > 0;
		$fraction->blsft($exponent > 0 ? $exponent - 1 : 0);
		$fraction->bneg if $bits >> 63;
		$fraction;
	};
}

# On which side of the line from a to b is p?  1 left, -1 right, 0 on it.
my $undecided = 0;

sub side
{
	my ($ax, $ay, $bx, $by, $px, $py) = @_;
	my $left = ($bx - $ax) * ($py - $ay);
	my $right = ($by - $ay) * ($px - $ax);
	my $det = $left - $right;
	# four times the error that four subtractions, two products and their
	# difference can have
	my $error = 2e-15 * (abs($left) + abs($right)) + 1e-300;

	return $det <=> 0 if abs($det) > $error;
	$undecided++;
	my ($x, $y) = (exact($ax), exact($ay));
	return (exact($bx) - $x) * (exact($py) - $y) <=> (exact($by) - $y) * (exact($px) - $x);
}

# How often does a ring wind around the point?  undef if the point is on it.
sub winding
{
	my ($ring, $px, $py) = @_;
	my $winding = 0;
	my @c = unpack 'd<*', $ring;

	for (my $k = 0; $k + 3 < @c; $k += 2)
	{
		my ($ax, $ay, $bx, $by) = @c[ $k .. $k + 3 ];
		my $up = $by > $ay;
		my ($low, $high) = $up ? ($ay, $by) : ($by, $ay);
		next if $py < $low || $py > $high;
		if ($low == $high)
		{
			return if ($ax < $bx ? $ax <= $px && $px <= $bx : $bx <= $px && $px <= $ax);
			next;
		}
		my $side = side($ax, $ay, $bx, $by, $px, $py);
		return if $side == 0;
		next if $py == $high;
		$winding++ if $up && $side > 0;
		$winding-- if !$up && $side < 0;
	}
	return $winding;
}

# By the even-odd rule over all rings of a polygon.
sub covers_even_odd
{
	my ($rings, $px, $py) = @_;
	my $sum = 0;

	for my $ring (@$rings)
	{
		my $winding = winding($ring, $px, $py) // return 1;
		$sum += $winding;
	}
	return $sum % 2;
}

# As PostGIS decides: wound around by the outer ring, and by no hole.
sub covers_wound
{
	my ($rings, $px, $py) = @_;
	my ($outer, @holes) = @$rings;

	return 0 unless winding($outer, $px, $py) // return 1;
	for my $hole (@holes)
	{
		return 0 if winding($hole, $px, $py) // return 1;
	}
	return 1;
}

sub extent
{
	my ($parts) = @_;
	my (@x, @y);

	for my $ring (map { $_->[0] } @$parts)
	{
		my @c = unpack 'd<*', $ring;
		push @{ $_ % 2 ? \@y : \@x }, $c[$_] for 0 .. $#c;
	}
	return (min(@x), min(@y), max(@x), max(@y));
}

# $cells: a list of [ code, parts, xmin, ymin, xmax, ymax ]; $covers: by which
# rule
sub smallest_code
{
	my ($cells, $px, $py, $covers) = @_;
	my $code = '';

	for my $cell (@$cells)
	{
		next if $px < $cell->[2] || $py < $cell->[3] || $px > $cell->[4] || $py > $cell->[5];
		next if $code ne '' && $cell->[0] ge $code;
		$code = $cell->[0] if grep { $covers->($_, $px, $py) } @{ $cell->[1] };
	}
	return $code;
}

# ------------------------------------------------------------------ points

# The double that many steps further.
sub further
{
	my ($double, $steps) = @_;
	my $bits = unpack 'q<', pack 'd<', $double;
	return $double if $double == 0;
	return unpack 'd<', pack 'q<', $bits + ($double < 0 ? -$steps : $steps);
}

# Points of every kind, as a list of [ kind, x, y ].  @invalid: places where
# rings cross themselves, [ x, y ]
sub points_on
{
	my ($cells, $n, $seed, @invalid) = @_;
	my $random = new_random($seed);
	my $any = sub { $_[ int($random->() * @_) ] };
	my ($xmin, $ymin, $xmax, $ymax) = @{ $cells->[0] }[ 2 .. 5 ];
	my @points;

	for my $cell (@$cells)
	{
		$xmin = $cell->[2] if $cell->[2] < $xmin;
		$ymin = $cell->[3] if $cell->[3] < $ymin;
		$xmax = $cell->[4] if $cell->[4] > $xmax;
		$ymax = $cell->[5] if $cell->[5] > $ymax;
	}
	my @rings = map { map { @$_ } @{ $_->[1] } } @$cells;
	my ($width, $height) = ($xmax - $xmin, $ymax - $ymin);
	# a little beyond the map too
	my $anywhere = sub {
		return ($xmin + (1.04 * $random->() - 0.02) * $width, $ymin + (1.04 * $random->() - 0.02) * $height);
	};
	my $vertex = sub {
		my $ring = $any->(@rings);
		return unpack 'd<2', substr $ring, 16 * int($random->() * length($ring) / 16), 16;
	};
	my $edge = sub {
		my $ring = $any->(@rings);
		return unpack 'd<4', substr $ring, 16 * int($random->() * (length($ring) / 16 - 1)), 32;
	};
	# tiles are powers of two of a degree: those from the map's size to that of
	# a few edges
	my $tile = sub {
		my ($size) = @_;
		return 2**(int(log($size) / log(2)) - int(12 * $random->()));
	};
	my $snap = sub { my ($x, $unit) = @_; return $unit * int($x / $unit + ($x < 0 ? -0.5 : 0.5)) };
	my %kinds = (
		random => $anywhere,
		vertex => $vertex,
		'beside a vertex' => sub {
			my ($x, $y) = $vertex->();
			return (further($x, $any->(-1, 0, 1)), further($y, $any->(-1, 0, 1)));
		},
		'middle of an edge' => sub {
			my ($ax, $ay, $bx, $by) = $edge->();
			return (($ax + $bx) / 2, ($ay + $by) / 2);
		},
		'on an edge' => sub {
			my ($ax, $ay, $bx, $by) = $edge->();
			my $t = $random->();
			return ($ax + $t * ($bx - $ax), $ay + $t * ($by - $ay));
		},
		'beside an edge' => sub {
			my ($ax, $ay, $bx, $by) = $edge->();
			my $t = $random->();
			return (further($ax + $t * ($bx - $ax), $any->(-2 .. 2)), further($ay + $t * ($by - $ay), $any->(-2 .. 2)));
		},
		'border of tiles' => sub {
			my ($x, $y) = $anywhere->();
			return $random->() < 0.5
			  ? ($snap->($x, $tile->($width)), $y)
			  : ($x, $snap->($y, $tile->($height)));
		},
		'corner of tiles' => sub {
			my ($x, $y) = $anywhere->();
			my $unit = $tile->($width);
			return ($snap->($x, $unit), $snap->($y, $unit));
		},
		'border of tiles and edge' => sub {
			my ($ax, $ay, $bx, $by) = $edge->();
			my ($dx, $dy) = ($bx - $ax, $by - $ay);
			if (abs($dx) > abs($dy))
			{
				my $x = $snap->($ax + $random->() * $dx, 2**int(log(abs $dx) / log(2) - 1));
				return ($x, $ay + ($x - $ax) / $dx * $dy);
			}
			return ($ax, $ay) if $dy == 0;
			my $y = $snap->($ay + $random->() * $dy, 2**int(log(abs $dy) / log(2) - 1));
			return ($ax + ($y - $ay) / $dy * $dx, $y);
		},
		'crossing of vertices' => sub {
			my ($x) = $vertex->();
			my (undef, $y) = $vertex->();
			return ($x, $y);
		},
		'decimal lattice' => sub {
			my ($x, $y) = $anywhere->();
			my $unit = 10**(int(log($width) / log(10)) - 1 - int(3 * $random->()));
			return ($snap->($x, $unit), $snap->($y, $unit));
		});

	$kinds{'place where a ring crosses itself'} = sub {
		my ($x, $y) = @{ $any->(@invalid) };
		my $by = 10**(-4 - 6 * $random->());
		return ($x + $by * ($random->() - 0.5), $y + $by * ($random->() - 0.5));
	  }
	  if @invalid;

	for my $kind (sort keys %kinds)
	{
		push @points, map { [ $kind, $kinds{$kind}->() ] } 1 .. $n / keys %kinds;
	}
	return \@points;
}

# -------------------------------------------------------------------- test

# Table cell holds the map.
sub compare
{
	my ($name, $n, $seed) = @_;
	my $cells = [];

	for (split /\n/, $node->safe_psql('locate', "SELECT code, encode(ST_AsEWKB(geom, 'NDR'), 'hex') FROM cell ORDER BY 1, 2"))
	{
		my ($code, $hex) = split /\|/;
		my $parts = parse_ewkb($hex);
		push @$cells, [ $code, $parts, extent($parts) ];
	}
	my @invalid = map { [ split /\|/ ] } split /\n/, $node->safe_psql('locate',
		'SELECT ST_X(location), ST_Y(location) FROM cell, ST_IsValidDetail(geom) WHERE NOT valid ORDER BY 1, 2');
	my $points = points_on($cells, $n, $seed, @invalid);
	my $text = join '', map { "$_\t$points->[$_][0]\t" . hex_point(@{ $points->[$_] }[ 1, 2 ]) . "\n" } 0 .. $#$points;
	my $answers = $node->safe_psql('locate', <<"EOS");
SET client_min_messages = warning;
DROP TABLE IF EXISTS point, map, answer;
CREATE TABLE point (n integer, kind text, geom geometry);
COPY point FROM STDIN;
$text\\.
CREATE INDEX ON cell USING gist (geom);
ANALYZE cell;
CREATE TABLE map AS SELECT gridmap_agg(code, geom) AS map FROM cell;
CREATE TABLE answer AS
SELECT n, kind, geom, locate((SELECT map FROM map), geom) AS ours, (SELECT min(c.code) FROM cell AS c WHERE ST_Covers(c.geom, p.geom)) AS theirs
FROM point AS p;
-- a sample, and all that differ
SELECT n, coalesce(ours::text, ''), coalesce(theirs::text, '') FROM answer WHERE ours IS DISTINCT FROM theirs OR n % 40 = 0;
EOS
	my (@ours_wrong, @theirs_wrong);
	my ($asked, $wound_twice) = (0, 0);
	$undecided = 0;
	for (split /\n/, $answers)
	{
		my ($i, $ours, $theirs) = split /\|/, $_, -1;
		my ($kind, $x, $y) = @{ $points->[$i] };
		my $right = smallest_code($cells, $x, $y, \&covers_even_odd);
		my $say = sprintf '%s (%.17g %.17g): locate %s, ST_Covers %s, exactly %s', $kind, $x, $y, map { $_ eq '' ? 'none' : $_ } $ours, $theirs, $right;
		$asked++;
		push @ours_wrong, $say if $ours ne $right;
		next if $theirs eq $right;
		if (@invalid && $theirs eq smallest_code($cells, $x, $y, \&covers_wound)) { $wound_twice++ }
		else { push @theirs_wrong, $say }
	}
	ok(!@ours_wrong, "$name: locate() is right, " . @$points . ' points')
	  or diag(join "\n", @ours_wrong . ' wrong answers, such as', splice @ours_wrong, 0, 5);
	my $wrong = @theirs_wrong;
	diag(join "\n", "$name: ST_Covers is wrong for $wrong points of " . @$points . ', such as', splice @theirs_wrong, 0, 3)
	  if $wrong;
	diag("$name: the rules differ for $wound_twice points of " . @$points . ', which an invalid ring winds around twice')
	  if $wound_twice;
	note("$name: " . @$cells . " rows of cells; of $asked points decided here, $undecided sides took whole numbers");
	# the same from a map that is read in pieces
	is( $node->safe_psql('locate', <<'EOS'), 0, "$name: the same from a cache too small for the map");
SET civicgrid.map_cache_size = '1MB';
SELECT count(*) FROM answer WHERE locate((SELECT map FROM map), geom) IS DISTINCT FROM ours;
EOS
	%exact = ();
	return;
}

sub generated
{
	my ($name, $n, %opt) = @_;
	my $text = '';

	each_cell(sub { $text .= "$_[0]\t" . ewkb_polygons($_[1]) . "\n" }, %opt);
	$node->safe_psql('locate', <<"EOS");
SET client_min_messages = warning;
DROP TABLE IF EXISTS cell;
CREATE TABLE cell (code civicgrid.gridcode, geom geometry);
COPY cell FROM STDIN;
$text\\.
EOS
	is($node->safe_psql('locate', 'SELECT count(*) FROM cell WHERE NOT ST_IsValid(geom)'), 0, "$name: every cell is valid");
	compare($name, $n, $opt{seed});
	return;
}

sub real
{
	my ($name, $n, $file) = @_;

	$node->safe_psql('locate', 'DROP TABLE IF EXISTS cell');
	$node->safe_psql('locate', geojson_sql("$data/$file.geojson", 'cell'));
	compare($name, $n, 100);
	return;
}

my @round = (roughness => 0.5, shuffle => 1);
generated('irregular', 44_000, seed => 1, cells => 1600, shuffle => 1);
generated('holes', 44_000, seed => 2, cells => 900, @round, segments => 10, island => 0.6, pinch => 0.3);
generated('overlaps', 44_000, seed => 3, cells => 900, shuffle => 1, segments => 10, grow => 0.3, repeat => 0.1);
generated('gaps', 44_000, seed => 4, cells => 900, shuffle => 1, segments => 10, drop => 0.1, shrink => 0.3);
generated('slivers', 44_000, seed => 5, cells => 900, shuffle => 1, segments => 10, unmatched => 0.7);
generated('touching corners', 44_000, seed => 6, cells => 900, shuffle => 1, segments => 5, checkered => 1, part => 0.3);
generated('several parts', 44_000, seed => 7, cells => 900, @round, segments => 6, part => 0.5, island => 0.2);
generated('all together', 44_000, seed => 8, cells => 900, @round, segments => 8, drop => 0.05, shrink => 0.1,
	grow => 0.1, repeat => 0.05, unmatched => 0.2, island => 0.2, pinch => 0.1, part => 0.15);
generated('lattice of powers of two', 44_000, seed => 9, cells => 900, shuffle => 1, roughness => 0, jitter => 0,
	segments => 4, step => [ 113.75, 22.5, 1 / 128 ], part => 0.2, island => 0.1, drop => 0.05);
generated('decimal lattice', 44_000, seed => 10, cells => 900, shuffle => 1, roughness => 0, jitter => 0,
	segments => 3, step => [ 113.75, 22.5, 0.005 ], repeat => 0.1);
generated('around the origin', 44_000, seed => 11, cells => 400, @round, segments => 8, step => [ -10, -10, 1 ], island => 0.3);
generated('a few thousand doubles wide', 44_000, seed => 12, cells => 100, roughness => 0.3, shuffle => 1, segments => 4,
	step => [ 114, 22.5, 1e-10 ]);

SKIP:
{
	skip 'the folder ../shared/data is not here', 10 unless defined $data;
	real('tracts of New York', 44_000, 'nyc_census_tracts_2010');
	real('villages of Taiwan', 44_000, 'taiwan_villages_7599');
	real('zones of Shenzhen', 44_000, 'shenzhen_taz_491');
	real('districts of Shenzhen', 11_000, 'shenzhen_districts');
	real('500 m lattice of Shenzhen', 44_000, 'shenzhen_500m_cells');
}

$node->stop;
done_testing();
