# The code types against a model that knows nothing of their layout: their
# text.  Order is the order of the text, byte by byte; "within" is "begins
# with".  100,000 codes of each type go through every kind of plan that can
# compare, sort, group, join or look them up, and the kind of plan is checked.

use strict;
use warnings;

use CivicGrid;
use PostgreSQL::Test::Utils;
use List::Util qw(sum0);
use Test::More;

use constant CODES  => 100_000;
use constant PAIRS  => 200_000;
use constant PROBES => 200;

srand(20260301);

my $node = new_node('model', conf => <<'EOS');
shared_buffers = 128MB
maintenance_work_mem = 128MB
max_parallel_maintenance_workers = 0
max_parallel_workers_per_gather = 0
EOS
my $dir = PostgreSQL::Test::Utils::tempdir();
new_database($node, 'model');
$node->safe_psql('postgres',
	'ALTER DATABASE model SET search_path = public, civicgrid');

#
# Random codes: the text that the type must give back, and one that it must
# read as the same
#

sub pick { return $_[ int rand @_ ] }

# 440310 is padded with zeros to any width that a code has.
my @widths = (2, 4, 6, 9, 12, 15, 18);

my @levels = (1, (2) x 4, (3) x 10, (4) x 25, (5) x 40, (6) x 60, (7) x 60);

sub random_gridcode
{
	my $level = $levels[ int rand @levels ];
	my $text = pick(11, 31, 44, 44, 44, 65);

	# the city is not 00; of what follows, each may be
	$text .= sprintf '%02d', pick(1 .. 4, 90, 99) if $level >= 2;
	$text .= sprintf '%02d', pick(0 .. 5, 81, 99) if $level >= 3;
	$text .= sprintf '%03d', pick(0 .. 8, 100, 999) if $level >= 4;
	$text .= sprintf '%03d', pick(0 .. 9, 999) if $level >= 5;
	$text .= sprintf '%03d', pick(0 .. 12, 999) if $level >= 6;
	$text .= sprintf '%03d', pick(0 .. 20, 999) if $level >= 7;

	# segments of zeros at the end name nothing
	for my $i (reverse 1 .. $#widths)
	{
		next if length $text != $widths[$i];
		last if substr($text, $widths[ $i - 1 ]) =~ /[1-9]/;
		$text = substr($text, 0, $widths[ $i - 1 ]);
	}

	my $given = $text;
	if (rand() < 0.4)
	{
		my $width = pick(grep { $_ >= length $text } @widths);
		$given .= '0' x ($width - length $text);
	}
	$given = pick('', ' ') . $given . pick('', '  ') if rand() < 0.1;
	return ($text, $given);
}

sub random_eventcode
{
	my $length = rand() < 0.02 ? pick(1 .. 3) : pick(4 .. 12);
	my $text = join '', map { $_ < 4 ? pick(0, 0, 1, 9) : pick(0 .. 9) } 1 .. $length;
	my $given = rand() < 0.1 ? " $text " : $text;

	return ($text, $given);
}

# ISO 7064 MOD 11,10
sub check_digit
{
	my ($digits) = @_;
	my $product = 10;

	for my $digit (split //, $digits)
	{
		my $sum = ($product + $digit) % 10;
		$product = ($sum == 0 ? 10 : $sum) * 2 % 11;
	}
	return (11 - $product) % 10;
}

sub random_caseno
{
	my $days = rand() < 0.7 ? 46_000 + int rand 400 : int rand 401_767;
	my ($mday, $month, $year) = (gmtime(($days - 25_567) * 86_400))[ 3 .. 5 ];
	my $date = sprintf '%04d%02d%02d', $year + 1900, $month + 1, $mday;
	my $district =
	  pick('000000', '440000', '440300', '440310', '440311', '110101', '999999');
	my $sequence = sprintf '%07d',
	  pick(0, 9_999_999, int rand 20, int rand 1000, int rand 10_000_000);
	my $check = check_digit("$date$district$sequence");
	my $text  = "$date-$district-$sequence-$check";
	my $given = rand() < 0.4 ? "$date$district$sequence$check" : $text;

	return ($text, $given);
}

# Every text that a code begins with and that could be a code, itself included
sub prefixes
{
	my ($type, $text) = @_;

	return map { substr($text, 0, $_) } grep { $_ <= length $text } @widths
	  if $type eq 'gridcode';
	return map { substr($text, 0, $_) } 1 .. length $text
	  if $type eq 'eventcode';
	return ($text);
}

my %random = (
	gridcode  => \&random_gridcode,
	eventcode => \&random_eventcode,
	caseno    => \&random_caseno);

sub write_rows
{
	my ($file, @rows) = @_;

	open my $out, '>', $file or die "cannot write $file: $!";
	print $out join("\t", @$_), "\n" for @rows;
	close $out or die "cannot write $file: $!";
	return;
}

# One query, one line of the answer wanted
sub answers
{
	my ($sql, $wanted, $name, $settings) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($node->safe_psql('model', ($settings // '') . ";\n$sql"), $wanted, $name);
	return;
}

# The same, and the plan is of the kind wanted: that of the query itself, or of
# another one that stands for what it does inside
sub answers_by
{
	my ($sql, $wanted, $name, $settings, $plan, $explained) = @_;
	my ($got_plan, $got) = split /^----\n/m,
	  $node->safe_psql(
		'model', join "\n",
		"$settings;",
		'EXPLAIN (COSTS OFF) ' . ($explained // $sql) . ';',
		'\echo ----',
		"$sql;");
	my @missing =
	  grep { $got_plan !~ $_ } (ref $plan eq 'ARRAY' ? @$plan : ($plan));

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok(!@missing, "plan: $name")
	  or diag("plan:\n${got_plan}lacks: @missing");
	is($got, $wanted, $name);
	return;
}

# SET name = off, …
sub off { return join '; ', map { "SET enable_$_ = off" } @_ }

my %only = (
	seqscan => off(qw(indexscan indexonlyscan bitmapscan)),
	indexscan => off(qw(seqscan indexonlyscan bitmapscan)),
	indexonlyscan => off(qw(seqscan bitmapscan)),
	bitmapscan => off(qw(seqscan indexscan indexonlyscan)),
	mergejoin => off(qw(hashjoin nestloop)),
	hashjoin => off(qw(mergejoin nestloop)),
	nestloop => off(qw(mergejoin hashjoin memoize material)),);

for my $type (qw(gridcode eventcode caseno))
{
	my $tree  = $type ne 'caseno';
	my $table = "${type}_row";

	#
	# The codes, and what the model says of them
	#

	my @text;
	my @given;
	for my $id (0 .. CODES - 1)
	{
		# some come twice, perhaps in another spelling
		my ($text, $given) = $random{$type}->();
		($text, $given) = ($text[ int rand $id ]) x 2 if $id && rand() < 0.1;
		push @text,  $text;
		push @given, $given;
	}

	# by text: how many rows, sum of their ids
	my (%count, %sum, %count_within, %sum_within);
	my (%count_part, %sum_part);
	for my $id (0 .. $#text)
	{
		my $text = $text[$id];
		$count{$text}++;
		$sum{$text} += $id;
		if ($id < 20_000)
		{
			$count_part{$text}++;
			$sum_part{$text} += $id;
		}
		for my $prefix (prefixes($type, $text))
		{
			$count_within{$prefix}++;
			$sum_within{$prefix} += $id;
		}
	}
	my @distinct = sort keys %count;
	my $sorted   = join ',', sort @text;
	my $reversed = join ',', reverse sort @text;
	my $unequal  = grep { $text[$_] ne $given[$_] } 0 .. $#text;

	cmp_ok($unequal, '>', 5_000, "$type: $unequal are written in another way");
	cmp_ok(scalar @distinct, '<', CODES * 0.95, "$type: many come twice");
	cmp_ok(scalar @distinct, '>', CODES * 0.15, "$type: many differ");

	write_rows("$dir/$type", map { [ $_, $text[$_], $given[$_] ] } 0 .. $#text);
	$node->safe_psql(
		'model', <<"EOS");
CREATE TABLE $table (id int, t text COLLATE "C", c $type);
COPY $table FROM '$dir/$type';
CREATE INDEX ${type}_idx ON $table (c);
VACUUM ANALYZE $table;
EOS
	answers("SELECT count(*), count(*) FILTER (WHERE c::text = t) FROM $table",
		CODES . '|' . CODES,
		"$type: each is read, and written as its text");
	answers(
		"SELECT count(*) FROM $table WHERE t::$type <> c OR t::varchar::$type <> c OR c <> c::text::$type",
		'0', "$type: casts");

	#
	# Operators, on pairs: half of them at random, half related
	#

	my %id_of;
	@id_of{ reverse @text } = reverse 0 .. $#text;
	my @pairs;
	while (@pairs < PAIRS)
	{
		my $i = int rand CODES;
		my $j = int rand CODES;
		if (rand() < 0.5)
		{
			my @near = grep { defined } map { $id_of{$_} } prefixes($type, $text[$i]);
			$j = pick(@near);
			($i, $j) = ($j, $i) if rand() < 0.5;
		}
		push @pairs, [ $i, $j ];
	}
	write_rows("$dir/${type}_pairs", @pairs);
	my %model = (
		'='  => sub { $_[0] eq $_[1] },
		'<'  => sub { $_[0] lt $_[1] },
		'>'  => sub { $_[0] gt $_[1] },
		'<=' => sub { $_[0] le $_[1] },
		'>=' => sub { $_[0] ge $_[1] },
		'<>' => sub { $_[0] ne $_[1] });
	if ($tree)
	{
		$model{'<@'} = sub { index($_[0], $_[1]) == 0 };
		$model{'@>'} = sub { index($_[1], $_[0]) == 0 };
	}
	my @operators = sort keys %model;
	my %true;
	my @rows = map {
		my ($i, $j) = @$_;
		my @results = map { $model{$_}->($text[$i], $text[$j]) ? 't' : 'f' } @operators;
		$true{ $operators[$_] } += $results[$_] eq 't' for 0 .. $#operators;
		[ $i, $j, $text[$i] cmp $text[$j], @results ]
	} @pairs;
	write_rows("$dir/${type}_pairs", @rows);
	$node->safe_psql('model',
		"CREATE TABLE ${type}_pairs (i int, j int, cmp int, "
		  . join(', ', map { "\"$_\" bool" } @operators)
		  . "); COPY ${type}_pairs FROM '$dir/${type}_pairs'");
	cmp_ok($true{$_}, '>', $_ eq '<>' ? 50_000 : 5_000, "$type: $_ holds for $true{$_} pairs")
	  for @operators;
	answers(
		'SELECT count(*), '
		  . join(', ',
			map { "count(*) FILTER (WHERE (a.c $_ b.c) IS DISTINCT FROM p.\"$_\")" } @operators)
		  . ", count(*) FILTER (WHERE sign(${type}_cmp(a.c, b.c)) <> cmp)"
		  . ", count(*) FILTER (WHERE p.\"=\" AND ${type}_hash(a.c) <> ${type}_hash(b.c))"
		  . ", count(*) FILTER (WHERE p.\"=\" <> (${type}_hash_extended(a.c, 1) = ${type}_hash_extended(b.c, 1)))"
		  . " FROM ${type}_pairs AS p JOIN $table AS a ON a.id = i JOIN $table AS b ON b.id = j",
		join('|', PAIRS, (0) x @operators, 0, 0, 0),
		"$type: every operator on " . PAIRS . ' pairs');

	#
	# Order
	#

	my $in_order = sub {
		"SELECT md5(string_agg(c::text, ',')) FROM (SELECT c FROM $table ORDER BY c $_[0] OFFSET 0) AS s";
	};
	my $md5 = sub {
		$node->safe_psql('model', "SELECT md5(pg_read_file('$dir/list'))");
	};
	my %list = (asc => $sorted, desc => $reversed);
	for my $order ('asc', 'desc')
	{
		open my $out, '>', "$dir/list" or die "cannot write $dir/list: $!";
		print $out $list{$order};
		close $out or die "cannot write $dir/list: $!";
		my $wanted = $md5->();

		answers_by($in_order->($order), $wanted, "$type: sorted, $order",
			"$only{seqscan}; SET work_mem = '64MB'", qr/Sort Key: .*\bc\b/);
		answers_by($in_order->($order), $wanted, "$type: sorted on disk, $order",
			"$only{seqscan}; SET work_mem = '64kB'", qr/Sort Key: .*\bc\b/);
		answers_by($in_order->($order), $wanted, "$type: index in order, $order",
			"$only{indexonlyscan}; SET enable_sort = off",
			$order eq 'asc'
			? qr/Index Only Scan using ${type}_idx/
			: qr/Index Only Scan Backward using ${type}_idx/);
	}
	my $ends = "$distinct[0]|$distinct[-1]";
	answers_by("SELECT min(c), max(c) FROM $table", $ends,
		"$type: min and max of all rows",
		$only{seqscan}, qr/\AAggregate\n  ->  Seq Scan/);
	answers_by(
		"SELECT min(c), max(c) FROM $table",
		$ends,
		"$type: min and max by an index",
		$only{indexonlyscan},
		[ qr/Index Only Scan using/, qr/Index Only Scan Backward using/ ]);
	answers_by(
		"SELECT min(c), max(c), count(*) FROM $table",
		"$ends|" . CODES,
		"$type: min and max in parallel",
		'SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; '
		  . $only{seqscan},
		[ qr/Gather/, qr/Partial Aggregate/, qr/Parallel Seq Scan/ ]);

	#
	# Groups
	#

	open my $out, '>', "$dir/list" or die "cannot write $dir/list: $!";
	print $out join ',', map { "$_:$count{$_}:$sum{$_}" } @distinct;
	close $out or die "cannot write $dir/list: $!";
	my $groups = $md5->();
	my $group  = <<"EOS";
SELECT md5(string_agg(format('%s:%s:%s', c, n, s), ',' ORDER BY c::text COLLATE "C"))
FROM (SELECT c, count(*) AS n, sum(id) AS s FROM $table GROUP BY c OFFSET 0) AS g
EOS
	answers_by($group, $groups, "$type: grouped by hash",
		off('sort', 'indexscan', 'indexonlyscan'),
		qr/HashAggregate\n\s+Group Key: $table\.c/);
	answers_by($group, $groups, "$type: grouped by hash, on disk",
		off('sort', 'indexscan', 'indexonlyscan') . "; SET work_mem = '64kB'",
		qr/HashAggregate\n\s+Group Key: $table\.c/);
	answers_by($group, $groups, "$type: grouped by sorting",
		off('hashagg', 'indexscan', 'indexonlyscan'),
		[ qr/GroupAggregate\n\s+Group Key: $table\.c/, qr/Sort Key: $table\.c/ ]);
	answers_by($group, $groups, "$type: grouped by an index",
		off('hashagg', 'sort', 'seqscan', 'bitmapscan'),
		[ qr/GroupAggregate\n\s+Group Key: $table\.c/, qr/Index Scan using ${type}_idx/ ]);
	my $n = @distinct;
	answers_by("SELECT count(*) FROM (SELECT DISTINCT c FROM $table) AS d",
		$n, "$type: DISTINCT by hash",
		off('sort', 'indexscan', 'indexonlyscan'),
		qr/HashAggregate/);
	answers_by(
		"SELECT count(*) FROM (SELECT DISTINCT c FROM $table) AS d",
		$n, "$type: DISTINCT by sorting",
		off('hashagg', 'indexscan', 'indexonlyscan'),
		[ qr/Unique/, qr/Sort Key: $table\.c/ ]);
	answers_by(
		"SELECT count(*) FROM (SELECT DISTINCT c FROM $table) AS d",
		$n, "$type: DISTINCT by an index",
		off('hashagg', 'sort', 'seqscan'),
		[ qr/Unique/, qr/Index Only Scan/ ]);
	answers("SELECT count(DISTINCT c) FROM $table", $n, "$type: count(DISTINCT)");

	#
	# Joins
	#

	my @both = grep { $count_part{$_} } @distinct;
	my $joined = join '|',
	  sum0(map { $count{$_} * $count_part{$_} } @both),
	  sum0(map { $sum{$_} * $count_part{$_} } @both),
	  sum0(map { $count{$_} * $sum_part{$_} } @both);
	my $join =
	  "SELECT count(*), sum(a.id), sum(b.id) FROM $table AS a JOIN $table AS b ON a.c = b.c WHERE b.id < 20000";
	answers_by($join, $joined, "$type: merge join",
		"$only{mergejoin}; $only{seqscan}",
		[ qr/Merge Cond: \([ab]\.c = [ab]\.c\)/, qr/Sort Key: a\.c/ ]);
	answers_by($join, $joined, "$type: merge join of an index",
		$only{mergejoin} . '; ' . off('sort', 'seqscan', 'bitmapscan'),
		[ qr/Merge Cond: \([ab]\.c = [ab]\.c\)/, qr/Index Scan using ${type}_idx/ ]);
	answers_by($join, $joined, "$type: hash join",
		$only{hashjoin}, qr/Hash Cond: \([ab]\.c = [ab]\.c\)/);
	answers_by($join, $joined, "$type: hash join in batches",
		"$only{hashjoin}; SET work_mem = '64kB'",
		qr/Hash Cond: \([ab]\.c = [ab]\.c\)/);
	answers_by($join, $joined, "$type: nested loop",
		$only{nestloop},
		[ qr/Nested Loop/, qr/Index Cond: \(c = b\.c\)/ ]);

	#
	# Lookups of single codes: some of them stored, some their ancestors, some
	# not there at all
	#

	my @probes;
	my %seen;
	while (@probes < PROBES)
	{
		my $probe =
		    @probes % 3 == 0 ? $text[ int rand CODES ]
		  : @probes % 3 == 1 ? pick(prefixes($type, $text[ int rand CODES ]))
		  :                    ($random{$type}->())[0];
		# 441900 is no text of a code: its district is none
		next
		  if $type eq 'gridcode'
		  && length $probe > 2
		  && $probe =~ /(?:\A\d{2}00|\A\d{4}00|000)\z/;
		push @probes, $probe unless $seen{$probe}++;
	}
	write_rows(
		"$dir/${type}_probe",
		map {
			my $text  = $_;
			my @above = grep { $count{$_} } prefixes($type, $text);
			[
				$text, $text,
				$count{$text} // 0, $sum{$text} // 0,
				$count_within{$text} // 0, $sum_within{$text} // 0,
				sum0(map { $count{$_} } @above), sum0(map { $sum{$_} } @above)
			]
		} @probes);
	$node->safe_psql(
		'model', <<"EOS");
CREATE TABLE ${type}_probe (t text COLLATE "C", c $type,
	n_equal bigint, s_equal bigint, n_within bigint, s_within bigint, n_covers bigint, s_covers bigint);
COPY ${type}_probe FROM '$dir/${type}_probe';
CREATE INDEX ${type}_probe_idx ON ${type}_probe (c);
VACUUM ANALYZE ${type}_probe;
-- Count the rows for which a condition holds, CODE being a constant in it; is
-- the answer wrong?  Where an index alone is to answer, ids are not asked for.
CREATE FUNCTION wrong(relation text, condition text, probe ${type}_probe, with_ids bool) RETURNS bool
LANGUAGE plpgsql AS \$\$
DECLARE
	n bigint;
	s bigint;
BEGIN
	EXECUTE format('SELECT count(*), %s FROM $table WHERE %s',
		CASE WHEN with_ids THEN 'coalesce(sum(id), 0)' ELSE 'NULL' END,
		replace(condition, 'CODE', quote_literal(probe.t)))
	INTO n, s;
	RETURN n <> (to_jsonb(probe) ->> ('n_' || relation))::bigint
		OR with_ids AND s <> (to_jsonb(probe) ->> ('s_' || relation))::bigint;
END;
\$\$;
EOS
	my $range = qr/Cond: \(\(c >= '.*'::$type\) AND \(c <= '.*'::$type\)\)/;
	my $list  = qr/Cond: \(c = ANY \('\{.*\}'::$type\[\]\)\)/;
	my @lookups = (
		[ 'equal', 'c = CODE',                                qr/Cond: \(c = '/ ],
		[ 'equal', 'c >= CODE AND c <= CODE',                 $range ],
		[ 'equal', "c = ANY (ARRAY[CODE, CODE]::$type\[])", $list ]);
	push @lookups,
	  (
		[ 'within', 'c <@ CODE', $range ],
		[ 'within', 'CODE @> c', $range ],
		[ 'covers', 'c @> CODE', $list ],
		[ 'covers', 'CODE <@ c', $list ]) if $tree;
	my %scan = (
		seqscan       => qr/Seq Scan/,
		indexscan     => qr/Index Scan using ${type}_idx/,
		indexonlyscan => qr/Index Only Scan using ${type}_idx/,
		bitmapscan    => qr/Bitmap Index Scan on ${type}_idx/);
	for my $lookup (@lookups)
	{
		my ($relation, $condition, $plan) = @$lookup;
		my $example = $condition =~ s/CODE/'$probes[0]'/gr;
		my $quoted  = $condition =~ s/'/''/gr;

		for my $scan (sort keys %scan)
		{
			# each of the probes by an index, a few of them without
			my $limit    = $scan eq 'seqscan' ? 15 : PROBES;
			my $with_ids = $scan ne 'indexonlyscan' ? 1 : 0;

			answers_by(
				<<"EOS",
SELECT count(*), count(*) FILTER (WHERE wrong('$relation', '$quoted', p, '$with_ids') IS DISTINCT FROM false)
FROM (SELECT * FROM ${type}_probe LIMIT $limit) AS p
EOS
				"$limit|0",
				"$type: $condition by $scan",
				$only{$scan},
				$scan eq 'seqscan' ? $scan{$scan} : [ $scan{$scan}, $plan ],
				'SELECT count(*)'
				  . ($with_ids ? ', sum(id)' : '')
				  . " FROM $table WHERE $example");
		}
	}
	$node->safe_psql('model',
		"DROP FUNCTION wrong(text, text, ${type}_probe, bool)");

	# Joins with all of them
	if ($tree)
	{
		my %relation = (
			'm.c <@ p.c' => [ 'within', qr/Index Cond: \(\(c >= p\.c\) AND \(c <= (?:civicgrid\.)?last_descendant\(p\.c\)\)\)/ ],
			'p.c @> m.c' => [ 'within', qr/Index Cond: \(\(c >= p\.c\) AND \(c <= (?:civicgrid\.)?last_descendant\(p\.c\)\)\)/ ],
			'm.c @> p.c' => [ 'covers', qr/Index Cond: \(c = ANY \((?:civicgrid\.)?lineage\(p\.c\)\)\)/ ],
			'p.c <@ m.c' => [ 'covers', qr/Index Cond: \(c = ANY \((?:civicgrid\.)?lineage\(p\.c\)\)\)/ ]);
		for my $condition (sort keys %relation)
		{
			my ($relation, $plan) = @{ $relation{$condition} };
			my $sql = <<"EOS";
SELECT count(*), count(*) FILTER (WHERE (n, s) IS DISTINCT FROM (n_$relation, s_$relation))
FROM (SELECT p.t, count(m.id) AS n, coalesce(sum(m.id), 0) AS s
	FROM ${type}_probe AS p LEFT JOIN $table AS m ON $condition GROUP BY p.t) AS r JOIN ${type}_probe USING (t)
EOS
			my $wanted = PROBES . '|0';
			my $probes_first =
			  'SET join_collapse_limit = 1; SET enable_memoize = off; SET enable_material = off; ';
			answers_by($sql, $wanted, "$type: $condition, nested loop over the index",
				$probes_first . $only{indexscan}, [ qr/Nested Loop/, $plan ]);

			# and the other way round: each of the codes looks for the probes
			my $sum = <<"EOS";
SELECT count(*), sum(m.id) FROM (SELECT * FROM $table OFFSET 0) AS m JOIN ${type}_probe AS p ON $condition
EOS
			my $total = $node->safe_psql('model',
				"SELECT sum(n_$relation), sum(s_$relation) FROM ${type}_probe");
			my $turned =
			  $relation eq 'within'
			  ? qr/Index Cond: \(c = ANY \((?:civicgrid\.)?lineage\($table\.c\)\)\)/
			  : qr/Index Cond: \(\(c >= $table\.c\) AND \(c <= (?:civicgrid\.)?last_descendant\($table\.c\)\)\)/;
			answers_by($sum, $total, "$type: $condition, the other way round",
				off(qw(memoize material bitmapscan mergejoin hashjoin)),
				[ qr/Nested Loop/, $turned, qr/using ${type}_probe_idx/ ]);
		}

		# without any index: a plain filter
		answers_by(
			"SELECT count(*) FROM (SELECT * FROM ${type}_probe LIMIT 20) AS p, $table AS m WHERE (m.c <@ p.c) <> (m.t ^@ p.t) OR (m.c @> p.c) <> (p.t ^@ m.t)",
			'0', "$type: <@ and @> of every row",
			$only{seqscan}, [ qr/Nested Loop/, qr/Seq Scan on $table m/ ]);
	}

	#
	# Hash index, BRIN, unique index
	#

	$node->safe_psql(
		'model', <<"EOS");
CREATE TABLE ${type}_hashed AS SELECT id, c FROM $table;
CREATE INDEX ${type}_hashed_idx ON ${type}_hashed USING hash (c);
ANALYZE ${type}_hashed;
EOS
	answers_by(
		<<"EOS",
SELECT count(*), count(*) FILTER (WHERE (n, s) IS DISTINCT FROM (n_equal, s_equal))
FROM (SELECT p.t, count(m.id) AS n, coalesce(sum(m.id), 0) AS s
	FROM ${type}_probe AS p LEFT JOIN ${type}_hashed AS m ON m.c = p.c GROUP BY p.t) AS r JOIN ${type}_probe USING (t)
EOS
		PROBES . '|0', "$type: hash index",
		"$only{nestloop}; $only{indexscan}",
		[ qr/Index Scan using ${type}_hashed_idx/, qr/Index Cond: \(c = p\.c\)/ ]);

	$node->safe_psql(
		'model', <<"EOS");
CREATE TABLE ${type}_block AS SELECT id, c FROM $table ORDER BY c::text COLLATE "C";
CREATE INDEX ${type}_block_idx ON ${type}_block USING brin (c) WITH (pages_per_range = 4);
ANALYZE ${type}_block;
EOS
	for my $relation ($tree ? ('equal', 'within') : ('equal'))
	{
		my $i = $relation eq 'equal' ? 0 : 1;
		my ($operator, $wanted) = $i ? ('<@', $count_within{ $probes[1] }) : ('=', $count{ $probes[0] });
		answers_by(
			"SELECT count(*) FROM ${type}_block WHERE c $operator '$probes[$i]'",
			$wanted, "$type: $operator by BRIN",
			$only{bitmapscan},
			[ qr/Bitmap Index Scan on ${type}_block_idx/, qr/Recheck Cond/ ]);
	}

	refused($node, 'model',
		"CREATE UNIQUE INDEX ${type}_unique ON $table (c)",
		'23505', "$type: a unique index is not made over codes that come twice");
	$node->safe_psql(
		'model', <<"EOS");
CREATE TABLE ${type}_unique (id int, c $type UNIQUE);
INSERT INTO ${type}_unique SELECT id, c FROM $table ORDER BY id ON CONFLICT DO NOTHING;
EOS
	answers(
		<<"EOS",
SELECT count(*), count(*) FILTER (WHERE u.id <> first)
FROM ${type}_unique AS u JOIN (SELECT t, min(id) AS first FROM $table GROUP BY t) AS m ON u.c::text = t
EOS
		"$n|0",
		"$type: unique index, with the first of each");
	my ($again) = grep { $text[$_] ne $given[$_] && $given[$_] !~ / / } 0 .. $#text;
	($again) = grep { $text[$_] ne $given[$_] } 0 .. $#text unless defined $again;
	refused(
		$node, 'model',
		"INSERT INTO ${type}_unique VALUES (0, '$given[$again]')",
		'23505',
		"$type: \"$given[$again]\" is $text[$again]",
		qr/Key \(c\)=\(\Q$text[$again]\E\) already exists/);

	#
	# Binary COPY
	#

	$node->safe_psql(
		'model', <<"EOS");
COPY (SELECT id, c, ARRAY[c, NULL, c] FROM $table ORDER BY id) TO '$dir/${type}_binary' WITH (FORMAT binary);
CREATE TABLE ${type}_binary (id int, c $type, a ${type}\[]);
COPY ${type}_binary FROM '$dir/${type}_binary' WITH (FORMAT binary);
COPY (SELECT * FROM ${type}_binary ORDER BY id) TO '$dir/${type}_binary_2' WITH (FORMAT binary);
EOS
	answers(
		<<"EOS",
SELECT count(*), count(*) FILTER (
	WHERE b.c = m.c AND b.c::text = t AND a\[1] = m.c AND a\[2] IS NULL AND a\[3] = m.c)
FROM ${type}_binary AS b JOIN $table AS m USING (id)
EOS
		CODES . '|' . CODES,
		"$type: binary COPY brings each back");
	ok( slurp_file("$dir/${type}_binary") eq slurp_file("$dir/${type}_binary_2"),
		"$type: and its file is the same once more");
}

$node->stop;
done_testing();
