# Maps of grid cells and points on them, for tests and benchmarks: made from a
# seed, or read from GeoJSON.  No server is needed; what is made is text for
# COPY:
#
#   perl -I test/perl -MCivicgridMaps -e 'copy_cells(cells => 10_000)' |
#       psql -c 'COPY cell (code, geom) FROM STDIN'
#
# A map is nx by ny cells.  Its nodes are those of a lattice, moved a little;
# each border between two nodes is a line of many short segments that both
# neighbours share to the last bit.  No two borders cross, by construction: with
# p and q the ends of a border, all of it is seen from p, and from q, within 28
# degrees of the straight line between the two, and the straight lines that meet
# in a node are more than twice that apart.

package CivicgridMaps;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(
  copy_cells
  copy_points
  each_cell
  ewkb_polygons
  geojson_sql
  hex_point
  new_random
  parse_ewkb
  random_points
);

use constant SRID => 4326;
# About the extent of Shenzhen, in degrees.
use constant EXTENT => (113.75, 22.45, 114.65, 22.85);
use constant DEGREE => atan2(1, 1) / 45;
# How far a border may turn where it is divided, as tangents: from the first
# division, of the whole border, to the last.  The angles add up to 28 degrees.
use constant TURNS => map { sin($_ * DEGREE) / cos($_ * DEGREE) } 12.5, 7, 4, 2.25, 1.25, 0.6, 0.4;
# Nodes move by at most this part of a step; the lines that meet in one are then
# more than 56 degrees apart.
use constant JITTER => 0.15;

# ---------------------------------------------------------------- numbers

# A generator of numbers in [0, 1), that of drand48, the same everywhere.
sub new_random
{
	my ($seed) = @_;
	no warnings 'portable';
	use integer;
	my $state = ($seed * 0x5DEECE66D + 0x1234ABCD330E) & 0xFFFFFFFFFFFF;
	my $next = sub {
		$state = ($state * 0x5DEECE66D + 11) & 0xFFFFFFFFFFFF;
		no integer;
		return $state / 281474976710656;
	};

	$next->() for 1 .. 10;
	return $next;
}

# A grid code of 15 digits for the cell in column $i and row $j: communities of
# 4 by 5 cells, streets of 4 by 4 communities, districts of 5 by 5 streets.
sub _code
{
	my ($i, $j) = @_;
	my ($ci, $cj) = (int($i / 4), int($j / 5));
	my ($si, $sj) = (int($ci / 4), int($cj / 4));
	my ($di, $dj) = (int($si / 5), int($sj / 5));

	return sprintf '44%02d%02d%03d%03d%03d', 3 + $dj, 1 + $di,
	  1 + $si % 5 + 5 * ($sj % 5), 1 + $ci % 4 + 4 * ($cj % 4),
	  1 + $i % 4 + 4 * ($j % 5);
}

# ----------------------------------------------------------------- borders

# The points of a border of $n segments after p and before q, in steps of the
# lattice, appended to @$out.
sub _divide
{
	my ($out, $random, $n, $depth, $turns, $px, $py, $qx, $qy) = @_;
	return if $n < 2;
	my $k = $n >> 1;
	my $s = $k / $n;
	my $t = (2 * $random->() - 1) * ($turns->[$depth] // 0) * ($s < 0.5 ? $s : 1 - $s);
	my ($dx, $dy) = ($qx - $px, $qy - $py);
	my ($mx, $my) = ($px + $s * $dx - $t * $dy, $py + $s * $dy + $t * $dx);

	_divide($out, $random, $k, $depth + 1, $turns, $px, $py, $mx, $my) if $k > 1;
	push @$out, $mx, $my;
	_divide($out, $random, $n - $k, $depth + 1, $turns, $mx, $my, $qx, $qy)
	  if $n - $k > 1;
	return;
}

# ------------------------------------------------------------------- cells

# Call $take->($code, $parts) for each cell of a map.  $parts is a list of
# polygons, each a list of rings, each a closed list of coordinates
# x, y, x, y, … packed as doubles.  Every cell by itself is valid.
#
# What the map is like:
#   seed       1
#   cells      about how many; or nx and ny
#   segments   of a border, on average (20)
#   roughness  0 (straight) to 1 (the default); maps with islands, 0.5 at most
#   jitter     0 (a lattice) to 1 (the default)
#   extent     [ xmin, ymin, xmax, ymax ]
#   step       instead of extent: [ xmin, ymin, size of a cell ]
#   shuffle    codes are dealt out at random
# What is done to its cells, each a probability:
#   drop       the cell is missing
#   shrink     it is smaller: gaps
#   grow       it is larger: overlaps
#   repeat     it is there twice, under another code too
#   unmatched  its rings lack some vertices that the neighbours have, and have
#              others, on the border or a hair's breadth beside it: slivers
#   island     it has a hole; in the hole are cells that meet in one point, or a
#              cell, or one with a hole, or nothing
#   pinch      it has a hole that touches its outer ring in one point
#   part       it is also the second part of the cell two to the right, or of the
#              one that it touches in its upper right corner alone
# and
#   checkered  every other cell is missing: cells touch only in corners
sub each_cell
{
	my ($take, %opt) = @_;
	my $seed = $opt{seed} // 1;
	my $random = new_random($seed);
	# what is done to cells does not change the borders
	my $choose = new_random($seed + 1_000_003);
	my $cells = $opt{cells} // 100;
	my $nx = $opt{nx} // int(sqrt($cells) + 0.5);
	my $ny = $opt{ny} // int($cells / $nx + 0.5);
	my $segments = $opt{segments} // 20;
	my @turns = map { $_ * ($opt{roughness} // 1) } TURNS;
	my $jitter = 2 * JITTER * ($opt{jitter} // 1);
	my ($xmin, $ymin, $sx, $sy);
	my (@codes, $extra, %late);

	if ($opt{step})
	{
		($xmin, $ymin, $sx) = @{ $opt{step} };
		$sy = $sx;
	}
	else
	{
		($xmin, $ymin, my $xmax, my $ymax) = @{ $opt{extent} // [EXTENT] };
		($sx, $sy) = (($xmax - $xmin) / $nx, ($ymax - $ymin) / $ny);
	}
	for my $j (0 .. $ny - 1) { push @codes, map { _code($_, $j) } 0 .. $nx - 1 }
	if ($opt{shuffle})
	{
		for my $k (reverse 1 .. $#codes)
		{
			my $other = int($choose->() * ($k + 1));
			@codes[ $k, $other ] = @codes[ $other, $k ];
		}
	}

	# a row of nodes, in steps
	my $row = sub {
		my ($j) = @_;
		return [ map { [ $_ + $jitter * ($random->() - 0.5), $j + $jitter * ($random->() - 0.5) ] } 0 .. $nx ];
	};
	# a border, there and back again, each without its last point
	my $border = sub {
		my ($p, $q) = @_;
		my $n = $segments > 1 ? int($segments * (0.8 + 0.4 * $random->()) + 0.5) : 1;
		my @points = @$p;
		_divide(\@points, $random, $n, 0, \@turns, @$p, @$q);
		push @points, @$q;
		for (my $k = 0; $k < @points; $k += 2)
		{
			$points[$k] = $xmin + $points[$k] * $sx;
			$points[ $k + 1 ] = $ymin + $points[ $k + 1 ] * $sy;
		}
		my $there = pack 'd<*', @points;
		my $back = join '', reverse unpack '(a16)*', $there;
		return [ substr($there, 0, -16), substr($back, 0, -16) ];
	};
	# is something to be done to this cell?
	my $is = sub { $opt{ $_[0] } && $choose->() < $opt{ $_[0] } };
	# a code that no cell of the lattice has, in the same street
	my $another = sub {
		my ($code) = @_;
		$extra++;
		return substr($code, 0, 9) . sprintf '%03d%03d', 100 + int($extra / 999) % 899, 1 + $extra % 999;
	};

	my $nodes = $row->(0);
	my @bottom = map { $border->($nodes->[$_], $nodes->[ $_ + 1 ]) } 0 .. $nx - 1;
	for my $j (0 .. $ny - 1)
	{
		my $above = $row->($j + 1);
		my @top = map { $border->($above->[$_], $above->[ $_ + 1 ]) } 0 .. $nx - 1;
		my @side = map { $border->($nodes->[$_], $above->[$_]) } 0 .. $nx;
		for my $i (0 .. $nx - 1)
		{
			my $code = $codes[ $j * $nx + $i ];
			my $ring = join '', $bottom[$i][0], $side[ $i + 1 ][0], $top[$i][1], $side[$i][1];
			my $parts = [ [ $ring . substr $ring, 0, 16 ] ];
			my $whole = 1;

			next if $opt{checkered} && ($i + $j) % 2 || $is->('drop');
			if ($is->('pinch'))
			{
				push @{ $parts->[0] }, _pinched($ring, $nodes->[$i], _middle($nodes, $above, $i), [ $sx, $sy ], $choose);
				$whole = 0;
			}
			elsif ($is->('island'))
			{
				my @middle = _middle($nodes, $above, $i);
				my ($hole, @islands) = _island($choose, $xmin + $middle[0] * $sx, $ymin + $middle[1] * $sy, $sx, $sy);
				push @{ $parts->[0] }, $hole;
				for my $island (@islands) { $take->($another->($code), [$island]) }
				$whole = 0;
			}
			if ($is->('shrink')) { _scale($parts, 0.8 + 0.19 * $choose->()) }
			elsif ($is->('grow'))
			{
				_scale($parts, 1.01 + 0.3 * $choose->());
				$whole = 0;
			}
			elsif ($is->('unmatched'))
			{
				$_ = _unmatched($_, $choose) for map { @$_ } @$parts;
				$whole = 0;
			}
			$take->($another->($code), $parts) if $is->('repeat');
			if (my $first = delete $late{"$i,$j"})
			{
				if ($whole) { $parts = [ $first->[1][0], $parts->[0] ] }
				else { $take->(@$first) }
				$whole = 0;
			}
			if ($whole && $is->('part'))
			{
				my $key = $choose->() < 0.5 ? $i + 2 . ',' . $j : $i + 1 . ',' . ($j + 1);
				unless ($late{$key})
				{
					$late{$key} = [ $code, $parts ];
					next;
				}
			}
			$take->($code, $parts);
		}
		($nodes, @bottom) = ($above, @top);
	}
	$take->(@{ $late{$_} }) for sort keys %late;
	return;
}

# The middle of a cell's four nodes, in steps.
sub _middle
{
	my ($nodes, $above, $i) = @_;
	my @corners = (@$nodes[ $i, $i + 1 ], @$above[ $i, $i + 1 ]);
	my ($x, $y) = (0, 0);

	for (@corners) { $x += $_->[0] / 4; $y += $_->[1] / 4 }
	return ($x, $y);
}

# A hole around a point, and the cells in it, as lists of rings.
sub _island
{
	my ($choose, $x, $y, $sx, $sy) = @_;
	my $n = 5 + int($choose->() * 10);
	my (@points, @inner);

	for my $k (0 .. $n - 1)
	{
		my $angle = 8 * atan2(1, 1) * ($k + 0.8 * $choose->()) / $n;
		my $radius = 0.08 + 0.07 * $choose->();
		my ($dx, $dy) = ($radius * cos($angle) * $sx, $radius * sin($angle) * $sy);
		push @points, pack 'd<2', $x + $dx, $y + $dy;
		push @inner, pack 'd<2', $x + 0.4 * $dx, $y + 0.4 * $dy;
	}
	my $ring = join '', @points, $points[0];
	my $hole = join '', @inner, $inner[0];
	my $middle = pack 'd<2', $x, $y;
	my $kind = $choose->();

	return $ring if $kind < 0.2;
	return ($ring, [$ring]) if $kind < 0.5;
	return ($ring, [ $ring, $hole ]) if $kind < 0.6;
	return ($ring, [ $ring, $hole ], [$hole]) if $kind < 0.75;
	# an island in a lake, which touches nothing
	return ($ring, [$hole]) if $kind < 0.85;
	# sectors that meet in the middle
	return ($ring, map { [ join '', $points[$_], $points[ ($_ + 1) % $n ], $middle, $points[$_] ] } 0 .. $n - 1);
}

# A narrow hole from the ring's first point, which is the node, towards the
# middle.
sub _pinched
{
	my ($ring, $node, $x, $y, $scale, $choose) = @_;
	my $first = substr $ring, 0, 16;
	my ($px, $py) = unpack 'd<2', $first;
	my ($dx, $dy) = ($x - $node->[0], $y - $node->[1]);
	my @far = map {
		my ($at, $turn) = @$_;
		pack 'd<2', $px + ($at * $dx - $turn * $dy) * $scale->[0], $py + ($at * $dy + $turn * $dx) * $scale->[1]
	} [ 0.7, 0.05 ], [ 0.5 + 0.3 * $choose->(), -0.05 ];

	return join '', $first, @far, $first;
}

# About the centre of the first ring.
sub _scale
{
	my ($parts, $by) = @_;
	my @outer = unpack 'd<*', $parts->[0][0];
	my ($x, $y, $n) = (0, 0, @outer / 2 - 1);

	for my $k (0 .. $n - 1) { $x += $outer[ 2 * $k ] / $n; $y += $outer[ 2 * $k + 1 ] / $n }
	for my $ring (map { @$_ } @$parts)
	{
		my @c = unpack 'd<*', $ring;
		for (my $k = 0; $k < @c; $k += 2)
		{
			$c[$k] = $x + $by * ($c[$k] - $x);
			$c[ $k + 1 ] = $y + $by * ($c[ $k + 1 ] - $y);
		}
		$ring = pack 'd<*', @c;
	}
	return;
}

# The ring with some vertices left out, others put on the middle of a segment,
# and some moved by a hair's breadth.
sub _unmatched
{
	my ($ring, $choose) = @_;
	my @points = unpack '(a16)*', $ring;
	my @out = shift @points;
	pop @points;
	my $left = @points;

	for my $point (@points)
	{
		my $what = $choose->();
		my @to = unpack 'd<2', $point;
		if ($what < 0.2 && $left > 8)
		{
			$left--;
			next;
		}
		if ($what < 0.4)
		{
			my @from = unpack 'd<2', $out[-1];
			push @out, pack 'd<2', ($from[0] + $to[0]) / 2, ($from[1] + $to[1]) / 2;
		}
		elsif ($what > 0.8)
		{
			my $by = 1e-6 * 10**(-6 * $choose->());
			$to[ $choose->() < 0.5 ] += $choose->() < 0.5 ? $by : -$by;
		}
		push @out, pack 'd<2', @to;
	}
	return join '', @out, $out[0];
}

# -------------------------------------------------------------------- text

# The polygons of a cell as EWKB in hexadecimal digits; a MULTIPOLYGON if there
# are several or $multi is true.
sub ewkb_polygons
{
	my ($parts, $multi, $srid) = @_;
	$srid //= SRID;
	my @bodies = map {
		my $rings = $_;
		pack('V', scalar @$rings) . join '', map { pack('V', length($_) / 16) . $_ } @$rings
	} @$parts;

	return unpack 'H*', pack('C V V', 1, 0x20000003, $srid) . $bodies[0]
	  if @bodies == 1 && !$multi;
	return unpack 'H*', join '', pack('C V V V', 1, 0x20000006, $srid, scalar @bodies),
	  map { pack('C V', 1, 3) . $_ } @bodies;
}

# The other way round: what each_cell would give, of a 2D (MULTI)POLYGON as EWKB
# in hexadecimal digits.
sub parse_ewkb
{
	my ($hex) = @_;
	my $wkb = pack 'H*', $hex;
	my $at = 0;
	my @parts;
	my $number = sub {
		$at += 4;
		return unpack 'V', substr $wkb, $at - 4, 4;
	};
	my $type = sub {
		ord(substr $wkb, $at++, 1) == 1 or die 'not little-endian';
		my $type = $number->();
		$number->() if $type & 0x20000000;
		return $type & ~0x20000000;
	};
	my $polygon = sub {
		my @rings;
		for (1 .. $number->())
		{
			my $length = 16 * $number->();
			push @rings, substr $wkb, $at, $length;
			$at += $length;
		}
		push @parts, \@rings if @rings;
		return;
	};

	my $outermost = $type->();
	if ($outermost == 3) { $polygon->() }
	elsif ($outermost == 6)
	{
		for (1 .. $number->()) { $type->(); $polygon->() }
	}
	else { die "not polygons in two dimensions: type $outermost" }
	$at == length $wkb or die 'bytes are left over';
	return \@parts;
}

# A point as EWKB in hexadecimal digits.
sub hex_point
{
	my ($x, $y, $srid) = @_;
	return unpack 'H*', pack 'C V V d<2', 1, 0x20000001, $srid // SRID, $x, $y;
}

# Print a map as lines for COPY: code, geometry.
sub copy_cells
{
	my (%opt) = @_;

	each_cell(sub { print $_[0], "\t", ewkb_polygons($_[1], $opt{multi}, $opt{srid}), "\n" }, %opt);
	return;
}

# $n points at random in an extent, as a list x, y, x, y, …
sub random_points
{
	my ($n, $seed, $extent) = @_;
	my $random = new_random($seed // 1);
	my ($xmin, $ymin, $xmax, $ymax) = @{ $extent // [EXTENT] };

	return map { $xmin + ($xmax - $xmin) * $random->(), $ymin + ($ymax - $ymin) * $random->() } 1 .. $n;
}

# Print such points as lines for COPY: geometry.
sub copy_points
{
	my ($n, $seed, $extent) = @_;
	my @points = random_points($n, $seed, $extent);
	my $head = unpack 'H*', pack 'C V V', 1, 0x20000001, SRID;

	print $head, unpack('H*', pack 'd<2', splice @points, -2), "\n" while @points;
	return;
}

# What psql reads to make a table (code gridcode, key text, geom geometry) of
# the polygons in a GeoJSON file.  The files have keys of all sorts or none, so
# cells are numbered with codes of 15 digits, in the order of the file.  $key is
# an SQL expression of p, the feature's properties.  Features without a geometry
# are left out.
sub geojson_sql
{
	my ($file, $table, $key) = @_;
	$key //= 'NULL';
	my $srid = SRID;

	# no such file has these two control characters
	return <<"EOS";
CREATE TEMP TABLE geojson_line (n integer GENERATED ALWAYS AS IDENTITY, line text);
\\copy geojson_line (line) FROM '$file' WITH (FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01')
CREATE TABLE $table AS
SELECT ('440301001' || lpad((1 + n / 999)::text, 3, '0') || lpad((1 + n % 999)::text, 3, '0'))::civicgrid.gridcode AS code,
	($key)::text AS key, ST_SetSRID(ST_GeomFromGeoJSON(geometry), $srid) AS geom
FROM (SELECT f.n::integer - 1 AS n, feature -> 'properties' AS p, feature -> 'geometry' AS geometry
	FROM (SELECT string_agg(line, E'\\n' ORDER BY n)::jsonb AS document FROM geojson_line) AS d,
		jsonb_array_elements(document -> 'features') WITH ORDINALITY AS f (feature, n)) AS features
WHERE jsonb_typeof(geometry) = 'object';
DROP TABLE geojson_line;
EOS
}

1;
