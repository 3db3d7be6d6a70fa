# Learning who takes a case, from the events of Pingshan of 2018: figures above
# floors on the last fifth by time, the duties that are suggested hold on it,
# and the cases against them are there; a value that is damaged or cut off is
# refused; training can be cancelled.  The first part is skipped where the
# events are not there.
use strict;
use warnings;
no warnings 'portable'; # numbers of 64 bits

use CivicGrid;
use Test::More;

my $node = new_node('duties');
new_database($node, 'town');

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('town', "SET search_path = civicgrid, public; $sql");
}

# ------------------------------------------------------------ hostile bytes

query(<<'EOS');
CREATE TABLE small AS
SELECT dispatcher_train(u, c::eventcode, g::gridcode, 'app', 'complaint', '2026-01-01') AS model
FROM (VALUES (1, '0101', '440310001001'), (2, '0102', '440310002001'), (2, '0201', NULL)) AS v (u, c, g);
CREATE FUNCTION public.refuses(bytes bytea) RETURNS boolean
LANGUAGE plpgsql AS $f$
BEGIN
	EXECUTE format('SELECT %L::civicgrid.dispatcher', bytes);
	RETURN false;
EXCEPTION WHEN invalid_binary_representation THEN
	RETURN true;
END $f$;
EOS
my ($places, $noticed) = split /\|/, query(q{
	SELECT count(*), count(*) FILTER (WHERE public.refuses(set_byte(bytes, i, get_byte(bytes, i) # (1 << i % 8))) AND public.refuses(substr(bytes, 1, i)))
	FROM small, LATERAL (SELECT dispatcher_send(model)) AS s (bytes), generate_series(0, length(bytes) - 1) AS i});
ok($places > 500 && $noticed == $places,
	"none of $places bytes can be changed, nor anything cut off");

# What src/core/checksum.c does
sub checksum
{
	my ($bytes) = @_;
	my @lanes = (
		0x243F6A8885A308D3, 0x13198A2E03707344,
		0xA4093822299F31D0, 0x082EFA98EC4E6C89);
	my $times = sub { use integer; return $_[0] * 0x9E3779B97F4A7C15; };
	my $sum = length $bytes;
	my $i = 0;
	foreach my $word (unpack 'Q<*',
		$bytes . "\0" x ((8 - length($bytes) % 8) % 8))
	{
		my $lane = $times->($lanes[$i] ^ $word);
		$lanes[$i] = $lane ^ (($lane & ~0) >> 29);
		$i = ($i + 1) % 4;
	}
	foreach my $lane (@lanes)
	{
		$sum = $times->($sum ^ $lane);
		$sum ^= ($sum & ~0) >> 32;
	}
	return $sum & ~0;
}

# With a checksum that fits, what is not a dispatcher is refused still.
my $bytes = pack 'H*',
  query(q{SELECT encode(dispatcher_send(model), 'hex') FROM small});
my $seed = 1;
my ($refused, $asked) = (0, 0);
foreach my $round (1 .. 300)
{
	my $changed = $bytes;
	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	my $at = $seed % length $bytes;
	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	substr($changed, $at, 1) = chr($seed >> 8 & 0xFF);
	substr($changed, 16, 8) = pack 'Q<', checksum(substr $changed, 24);
	my $hex = unpack 'H*', $changed;
	my ($ret, $out, $err) = $node->psql('town',
		"SELECT count(unit) FROM civicgrid.recommend_unit('\\x$hex'::civicgrid.dispatcher, '0101', '440310001001', 'app')"
	);
	if ($ret == 0) { $asked++; }
	elsif ($err =~ /invalid text for type dispatcher/) { $refused++; }
}
is($refused + $asked, 300,
	"with a checksum that fits, $refused are refused and $asked answer");

# ----------------------------------------------------------- real dispatches

my ($data) = grep { -f "$_/pingshan/events_2018.csv" }
  map { "$_/../shared/data" } grep { defined } $ENV{ORIGIN}, '.';

SKIP:
{
	skip 'the events of Pingshan are not here', 1 unless defined $data;

	foreach my $file ('pingshan/events_2018', 'codes/shenzhen_communities')
	{
		open my $in, '<:raw', "$data/$file.csv" or die "$data/$file.csv: $!";
		my $head = <$in>;
		close $in;
		$head =~ s/^\xEF\xBB\xBF//;
		$head =~ s/\s+$//;
		my $columns = join ', ', map { "\"$_\" text" } split /,/, $head;
		(my $table = $file) =~ s/.*\///;
		query("CREATE TABLE $table ($columns)");
		query("\\copy $table FROM '$data/$file.csv' CSV HEADER");
	}
	query(<<'EOS');
CREATE TABLE event AS
SELECT row_number() OVER (ORDER BY create_time, rec_id::integer) AS no,
	nullif(dispose_unit_id, '-')::bigint AS unit,
	(lpad(event_type_id, 3, '0') || lpad(main_type_id, 4, '0') || lpad(sub_type_id, 4, '0'))::eventcode AS class,
	code12::gridcode AS cell, event_src_id AS channel, event_property_id AS property,
	(create_time || '+08')::timestamptz AS at
FROM events_2018 LEFT JOIN shenzhen_communities
	ON district_code = '440310' AND community = community_name || '居委会';
CREATE VIEW learned AS SELECT *, no AS key FROM event WHERE no <= 6400;
CREATE TABLE model AS
SELECT dispatcher_train(unit, class, cell, channel, property, at, '{"class_digits": [3, 7]}') AS model FROM learned;
SET client_min_messages = warning;
CREATE TABLE duty AS
SELECT row_number() OVER () AS duty, * FROM suggest_duties('TABLE learned', '{"class_digits": [3, 7]}');
CREATE TABLE guess AS
SELECT e.no, e.unit AS truth, r.unit, probability, rank
FROM event AS e, model, recommend_unit(model, class, cell, channel, property, at, 3) AS r WHERE no > 6400;
CREATE TABLE decided AS
SELECT no, unit, d.*
FROM event AS e, LATERAL (
	SELECT duty, lead_unit, confidence FROM duty AS d
	WHERE coalesce(e.class <@ d.class, true) AND coalesce(e.cell <@ d.territory, d.territory IS NULL) AND coalesce(e.channel = d.channel, true)
	ORDER BY length(coalesce(d.class::text, '')) DESC, length(coalesce(d.territory::text, '')) DESC, d.channel IS NULL
	LIMIT 1
) AS d;
EOS
	is(query('SELECT count(*), count(unit), count(cell) > 7900 FROM event'),
		'8000|7983|t', 'the events are there');

	# Floors, below what doc/duty-learning.md tells
	my ($first, $three, $error) = split /\|/, query(q{
		SELECT round(avg((truth IS NOT DISTINCT FROM unit)::integer) FILTER (WHERE rank = 1), 4),
			round(3 * avg((truth IS NOT DISTINCT FROM unit)::integer), 4),
			(SELECT round((sum(abs(d)) / 1600)::numeric, 4) FROM (
				SELECT sum((truth IS NOT DISTINCT FROM unit)::integer - probability) AS d FROM guess
				WHERE rank = 1 GROUP BY least(floor(probability * 15), 14)) AS b)
		FROM guess});
	cmp_ok($first, '>=', 0.72, "recommend_unit(): $first right at once");
	cmp_ok($three, '>=', 0.86, "recommend_unit(): $three among three");
	cmp_ok($error, '<=', 0.06,
		"recommend_unit(): expected calibration error $error");

	my ($both, $said, $right) = split /\|/, query(q{
		SELECT round(avg((g.truth IS NOT DISTINCT FROM CASE WHEN d.confidence >= 0.9 THEN d.lead_unit ELSE g.unit END)::integer), 4),
			round(avg((d.confidence >= 0.9)::integer), 4),
			round(avg((d.lead_unit = truth)::integer) FILTER (WHERE d.confidence >= 0.9), 4)
		FROM guess AS g LEFT JOIN decided AS d USING (no) WHERE rank = 1});
	cmp_ok($both, '>=', 0.72,
		"sure duties, then recommend_unit(): $both right at once");
	cmp_ok($right, '>=', 0.9, "sure duties say $said, and $right of it is right");

	# The figures of the duties, counted by the documented order
	query(<<'EOS');
SET client_min_messages = warning;
TRUNCATE duty, decided;
INSERT INTO duty
SELECT row_number() OVER (), * FROM suggest_duties('TABLE learned', '{"class_digits": [3, 7], "takeovers": false}');
INSERT INTO decided
SELECT no, unit, d.*
FROM learned AS e, LATERAL (
	SELECT duty, lead_unit, confidence FROM duty AS d
	WHERE coalesce(e.class <@ d.class, true) AND coalesce(e.cell <@ d.territory, d.territory IS NULL) AND coalesce(e.channel = d.channel, true)
	ORDER BY length(coalesce(d.class::text, '')) DESC, length(coalesce(d.territory::text, '')) DESC, d.channel IS NULL
	LIMIT 1
) AS d
WHERE unit IS NOT NULL;
EOS
	is( query(q{
		SELECT count(*) > 100, count(*) FILTER (WHERE (cases, kept) <> (n, own))
		FROM duty AS d, LATERAL (SELECT count(*), count(*) FILTER (WHERE unit = d.lead_unit) FROM decided AS c WHERE c.duty = d.duty) AS v (n, own)}),
		't|0', 'the figures of duties are those of plain SQL');
	is( query(q{
		SELECT count(*) > 100, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM decided AS c WHERE no = key::bigint AND c.duty = d.duty AND unit <> d.lead_unit))
		FROM duty AS d, unnest(against) AS a (key)}),
		't|0', 'and cases against them are their own');

	# The order of rows
	is( query(q{
		SELECT dispatcher_send(dispatcher_train(unit, class, cell, channel, property, at, '{"class_digits": [3, 7]}' ORDER BY md5(no::text)))
			= (SELECT dispatcher_send(model) FROM model) FROM learned}),
		't', 'the same bytes in another order');

	# binary in and out
	query(q{COPY model TO '} . $node->basedir . q{/model' (FORMAT binary); CREATE TABLE again (LIKE model); COPY again FROM '} . $node->basedir . q{/model' (FORMAT binary)});
	is( query(q{SELECT a.model::text = m.model::text FROM again AS a, model AS m}),
		't', 'the same after COPY');

	my ($ret, $stdout, $stderr) = $node->psql('town', <<'EOS', on_error_stop => 0);
\set VERBOSITY verbose
SET search_path = civicgrid, public;
SET statement_timeout = '50ms';
SELECT dispatcher_train(unit, class, cell, channel, property, at + i * interval '1 day') FROM learned, generate_series(1, 20) AS i;
SET statement_timeout = 0;
SELECT dispatcher_send(dispatcher_train(unit, class, cell, channel, property, at, '{"class_digits": [3, 7]}')) = (SELECT dispatcher_send(model) FROM model) FROM learned;
EOS
	like($stderr, qr/57014/, 'training can be cancelled');
	is($stdout, 't', 'and done again, by the same session');
}

$node->stop;
done_testing();
