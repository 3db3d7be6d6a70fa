# Both presets of levels work from end to end on the 24 communities of Pingshan:
# up from the grid, down from 12345 at the city, sideways between departments.
# What doc/rulebook-editions.md shows of it is what psql prints, and the paths
# are those that the codes of the places alone make.
# Skips where the folder with the list of communities is not there.
use strict;
use warnings;

use CivicGrid;
use Test::More;

my ($data) = grep { -d $_ }
  map { "$_/../shared/data" } grep { defined } $ENV{ORIGIN}, '.';
plan skip_all => 'the folder ../shared/data is not here' unless defined $data;

sub slurp
{
	my ($file) = @_;
	open my $in, '<:raw', $file or die "$file: $!";
	local $/;
	return scalar <$in>;
}

my $node = new_node('levels');
my $doc = slurp('doc/rulebook-editions.md');

for my $scheme ('city', 'district')
{
	new_database($node, $scheme);
	$node->safe_psql($scheme, q{
		CREATE TABLE community (code12 text, community text, street_code text, street text, district_code text, district text)});
	$node->safe_psql($scheme,
		"\\copy community FROM '$data/codes/shenzhen_communities.csv' CSV HEADER"
	);
	# the bonded area is counted as a community of its own, without being one
	$node->safe_psql($scheme,
		"DELETE FROM community WHERE district_code <> '440310' OR street_code = '440310401'"
	);
	is($node->safe_psql($scheme, 'SELECT count(*), count(DISTINCT street_code) FROM community'),
		'24|6', "$scheme: 24 communities in 6 streets");

	my $output = '';
	{
		local $ENV{PGHOST} = $node->host;
		local $ENV{PGPORT} = $node->port;
		local $ENV{PGDATABASE} = $scheme;
		local $ENV{PGOPTIONS} =
		  '-c client_min_messages=warning -c search_path=civicgrid,public';
		local $ENV{PGCLIENTENCODING} = 'UTF8';
		$output = qx{psql -X -q -a -f demo/levels-$scheme.sql 2>&1};
	}
	$output =~ s/^psql:\S+: //mg;
	$output =~ s/\s+$//;
	my ($shown) = $doc =~ /<!-- levels-$scheme -->\n```sql\n(.*?)\s*```/s;
	is($shown, $output, "$scheme: the documentation shows what psql prints");

	# the tree of places above a cell, and what is above that
	my $above = $scheme eq 'city' ? '2, 1' : '1';
	my $centre = $scheme eq 'city' ? 2 : 1;
	my $hotline = $scheme eq 'city' ? '1, 2' : '2, 1';
	my %expected = (
		"up|07001|grid" => "ARRAY[c.cell, c.community, c.street, $centre, 11]",
		"down|06001|12345" => "ARRAY[$hotline, c.street, c.community]",
		"down to the fallback|09001|12345" => "ARRAY[$hotline, c.street]",
		"sideways|07001|transfer" => "ARRAY[12, $centre, 11]",
		"from nowhere|06001|" => $scheme eq 'city'
		? 'ARRAY[1, 2, c.street, c.community]' : 'ARRAY[1, c.street, c.community]',
		"to itself|08001|transfer" => 'ARRAY[12]');
	for my $path (sort keys %expected)
	{
		my ($name, $class, $channel) = split /\|/, $path;
		is( $node->safe_psql($scheme, qq{
			SET search_path = civicgrid, public;
			SELECT count(*), count(*) FILTER (WHERE p.path = ($expected{$path})::bigint[]),
				count(*) FILTER (WHERE p.path[cardinality(p.path)] = p.lead),
				bool_and(w.path = p.path), count(DISTINCT p.terms)
			FROM (
				SELECT (code12 || c)::bigint AS cell, code12::bigint AS community, street_code::bigint AS street
				FROM community, unnest(ARRAY['001', '002']) AS c
			) AS c,
			LATERAL (
				SELECT routing_path(r) AS path, routing_lead(r) AS lead,
					(SELECT string_agg(t.stage || ' ' || t.term, ', ') FROM routing_terms(r) AS t) AS terms
				FROM route('pingshan', '$class', c.cell::text::gridcode, nullif('$channel', ''), at => '2026-08-03 09:00+08') AS r
			) AS p,
			-- the same from the value alone, and once more
			LATERAL (
				SELECT routing_path(route(e.model, '$class', c.cell::text::gridcode, nullif('$channel', ''), at => '2026-08-03 09:00+08')) AS path
				FROM rulebook_edition AS e
			) AS w
		}), '48|48|48|t|1', "$scheme: $name, in all cells");
	}
	is( $node->safe_psql($scheme, q{
		SET search_path = civicgrid, public;
		SELECT count(*), count(DISTINCT u.level), min(u.level), max(u.level) FROM rulebook_edition_unit AS u
		JOIN dispatch_level AS l ON l.level = u.level
		JOIN rulebook_edition AS e ON e.edition = u.edition AND e.scheme = l.scheme
	}), '82|5|1|5', "$scheme: units at all five levels");
}

$node->stop;
done_testing();
