# Bytes of strangers: binary input of the code types, of terms and of calendars,
# by the protocol and by COPY, of any length and any content.  A code or term is
# taken if and only if a model of the layout in core/code.h, core/caseno.h and
# core/term.h takes it, and then it prints as the model says; a calendar, whose
# binary form is text, if and only if the same text is, and it is JSON;
# everything else is an error with the right SQLSTATE; and the server goes on.
# Of a classifier or a rulebook no byte may be another than it was made with; a
# routing is taken if and only if it is what its own text says.

use strict;
use warnings;

use CivicGrid;
use CivicGrid::Wire;
use Config;
use JSON::PP ();
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'needs a perl with integers of 64 bits'
  unless $Config{ivsize} >= 8;

use constant RANDOM => 20_000;    # of each: any bytes, and nearly right ones
use constant FILES  => 600;

srand(20260302);

# Thousands of errors are asked for.
my $node = new_node('binary', conf => 'log_min_messages = fatal');
my $dir = PostgreSQL::Test::Utils::tempdir();
new_database($node, 'hostile');
$node->safe_psql('postgres',
	'ALTER DATABASE hostile SET search_path = public, civicgrid');

sub pick { return $_[ int rand @_ ] }
sub random_bytes { return join '', map { chr int rand 256 } 1 .. $_[0] }

#
# The model: the text of a value, or undef if it is none
#

my @widths = (0, 2, 4, 6, 9, 12, 15, 18);

sub gridcode_text
{
	my ($value) = @_;
	my $level = $value & 7;
	my $digits = sprintf '%018d', $value >> 3;

	return undef if $value <= 0 || $level == 0 || length $digits > 18;
	my $text = substr $digits, 0, $widths[$level];
	return undef if substr($digits, $widths[$level]) =~ /[1-9]/;
	return undef
	  if $level > 1 && substr($text, $widths[ $level - 1 ]) !~ /[1-9]/;
	return undef if $text =~ /\A0/ || $text =~ /\A..00/;
	return $text;
}

sub eventcode_text
{
	my ($value) = @_;
	my $length = $value & 15;
	my $digits = sprintf '%012d', $value >> 4;

	return undef if $value <= 0 || $length < 1 || $length > 12 || length $digits > 12;
	return undef if substr($digits, $length) =~ /[1-9]/;
	return substr $digits, 0, $length;
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

sub caseno_text
{
	my ($value) = @_;
	my ($day, $district, $sequence) =
	  ($value >> 44, $value >> 24 & 0xFFFFF, $value & 0xFFFFFF);

	return undef if $value < 0 || $day > 401_766 || $sequence > 9_999_999;
	$district = sprintf '%06d', $district;
	return undef
	  unless $district =~ /\A(?:000000|[1-9]\d0000|[1-9]\d(?!00)\d{4})\z/;

	# the epoch of Unix is day 25567
	my ($mday, $month, $year) = (gmtime(($day - 25_567) * 86_400))[ 3 .. 5 ];
	my $date = sprintf '%04d%02d%02d', $year + 1900, $month + 1, $mday;
	$sequence = sprintf '%07d', $sequence;
	return join '-', $date, $district, $sequence,
	  check_digit("$date$district$sequence");
}

# Values that are right, at random
sub random_gridcode
{
	my $level = 1 + int rand 7;
	my $text = pick(10, 11, 44, 99);

	$text .= sprintf '%02d', pick(1, 3, 99, 1 + int rand 99) if $level >= 2;
	$text .= sprintf '%02d', pick(0, 10, 99, int rand 100) if $level >= 3;
	$text .= sprintf '%03d', pick(0, 1, 999, int rand 1000) for 4 .. $level;
	$text =~ s/.\z/1/ if $level > 1;
	return (($text . '0' x (18 - length $text)) << 3) + $level;
}

sub random_eventcode
{
	my $length = 1 + int rand 12;
	my $text = join '', map { pick(0, 9, int rand 10) } 1 .. $length;

	return (($text . '0' x (12 - $length)) << 4) + $length;
}

sub random_caseno
{
	my $day = pick(0, 401_766, 46_000 + int rand 400, int rand 401_767);
	my $district = pick(0, 110_000, 440_300, 440_310, 999_999, 659_099);
	my $sequence = pick(0, 1, 9_999_999, int rand 10_000_000);

	return ($day << 44) + ($district << 24) + $sequence;
}

my %types = (
	gridcode  => [ \&gridcode_text,  \&random_gridcode ],
	eventcode => [ \&eventcode_text, \&random_eventcode ],
	caseno    => [ \&caseno_text,    \&random_caseno ]);

# The bytes to send: as they come, nearly right, right, and the extremes
sub some_values
{
	my ($random) = @_;
	my @bytes = map { random_bytes(8) } 1 .. RANDOM;

	for (1 .. RANDOM)
	{
		my $value = $random->();
		my $how   = int rand 6;

		if ($how == 0) { $value ^= 1 << int rand 64 }
		elsif ($how == 1) { $value += int(rand 33) - 16 }
		elsif ($how == 2) { $value = ($value & ~15) | int rand 16 }
		elsif ($how == 3) { $value = ($value & ~0xFFFFFF) | int rand 0x1000000 }
		elsif ($how == 4) { $value ^= (1 << int rand 64) ^ (1 << int rand 64) }
		my $packed = pack 'q>', $value;
		$packed = reverse $packed if $how == 5 && rand() < 0.3;
		push @bytes, $packed;
	}
	for my $bit (0 .. 63)
	{
		push @bytes, map { pack 'q>', (1 << $bit) + $_ } -1 .. 8;
	}
	for my $edge (999_999_999_999_999_999, 999_999_999_999, 99_999_999_999_999_999)
	{
		push @bytes, map { pack 'q>', ($edge << 3) + $_ } -8 .. 24;
		push @bytes, map { pack 'q>', ($edge << 4) + $_ } -8 .. 40
		  if $edge < 1e17;
	}
	for my $day (0, 401_766, 401_767, 524_287)
	{
		push @bytes, map { pack 'q>', ($day << 44) + $_ }
		  -1, 0, 1, 9_999_999, 10_000_000, 0xFFFFFF, 999_999 << 24, 1_000_000 << 24, 0xFFFFF << 24;
	}
	return @bytes;
}

# One row of one field, as COPY BINARY writes it
sub copy_file
{
	my ($file, @fields) = @_;

	open my $out, '>:raw', $file or die "cannot write $file: $!";
	print $out "PGCOPY\n\377\r\n\0", pack('N N', 0, 0),
	  (map { pack('n N/a*', 1, $_) } @fields), pack('n', 0xFFFF);
	close $out or die "cannot write $file: $!";
	return;
}

my $pid = $node->safe_psql('hostile',
	'SELECT pid FROM pg_stat_activity WHERE backend_type = $$checkpointer$$');

for my $type (sort keys %types)
{
	my ($text_of, $random) = @{ $types{$type} };
	my $wire = CivicGrid::Wire->new($node, 'hostile');
	my $oid  = $node->safe_psql('hostile', "SELECT '$type'::regtype::oid");
	my $array_oid =
	  $node->safe_psql('hostile', "SELECT '$type\[]'::regtype::oid");

	#
	# Eight bytes, by the protocol
	#

	$wire->prepare('value',
		"SELECT \$1::text, \$1::text::$type = \$1, encode(${type}_send(\$1), 'hex'), pg_backend_pid()",
		$oid);
	my @bytes   = some_values($random);
	my @answers = $wire->run('value', @bytes);
	my %seen    = (taken => 0, refused => 0);
	my @wrong;
	for my $i (0 .. $#bytes)
	{
		my ($error, $text, $same, $hex) = @{ $answers[$i] };
		my $model = $text_of->(unpack 'q>', $bytes[$i]);
		my $ok =
		  defined $model
		  ? !defined $error
		  && $text eq $model
		  && $same eq 't'
		  && $hex eq unpack('H*', $bytes[$i])
		  : defined $error && $error eq '22P03';

		$seen{ defined $model ? 'taken' : 'refused' }++;
		push @wrong,
		  join ' ', unpack('H*', $bytes[$i]), 'model:', $model // 'no',
		  'server:', $error // $text
		  unless $ok;
	}
	is(join("\n", splice @wrong, 0, 10),
		'', "$type: " . @bytes . ' values, each as the model says');
	cmp_ok($seen{taken},   '>', 1000,  "$type: $seen{taken} of them are right");
	cmp_ok($seen{refused}, '>', 10_000, "$type: $seen{refused} are not");
	is(join(',', map { $_ // 'NULL' } @{ ($wire->run('value', undef))[0] }[ 0 .. 2 ]),
		'NULL,NULL,NULL', "$type: NULL");

	#
	# Any other length
	#

	my @good = map { pack 'q>', $random->() } 1 .. 50;
	my @long;
	for my $length (grep { $_ != 8 } 0 .. 20, 100, 10_000)
	{
		push @long, random_bytes($length) for 1 .. 10;
		push @long, substr(pick(@good) . random_bytes($length), 0, $length) for 1 .. 10;
		push @long, "\0" x $length;
	}
	my %sqlstate;
	for my $i (0 .. $#long)
	{
		my ($error) = @{ ($wire->run('value', $long[$i]))[0] };
		$sqlstate{ length $long[$i] < 8 ? 'short' : 'long' }{ $error // 'none' }++;
	}
	is(join(',', sort keys %{ $sqlstate{short} }),
		'08P01', "$type: too few bytes");
	# a right value and more, or a wrong one: neither is taken
	is(join(',', sort keys %{ $sqlstate{long} }), '22P03', "$type: too many bytes");

	#
	# In an array: one bad element, or none
	#

	$wire->prepare('array', "SELECT array_to_string(\$1, ',', 'NULL')", $array_oid);
	my (@arrays, @wanted);
	for (1 .. 300)
	{
		my @elements = map { rand() < 0.1 ? undef : pick(@good) } 1 .. 1 + int rand 5;
		my $bad = rand() < 0.5;
		$elements[ int rand @elements ] = pick("\xFF" x 8, '', random_bytes(7), pick(@good) . 'x')
		  if $bad;
		push @arrays, pack('N N N N N', 1, 0, $oid, scalar @elements, 1) . join '',
		  map { defined $_ ? pack('N/a*', $_) : pack('N', 0xFFFFFFFF) } @elements;
		push @wanted,
		  $bad ? undef : join ',',
		  map { defined $_ ? $text_of->(unpack 'q>', $_) : 'NULL' } @elements;
	}
	@answers = $wire->run('array', @arrays);
	@wrong =
	  grep {
		my ($error, $text) = @{ $answers[$_] };
		defined $wanted[$_]
		  ? ($text // '') ne $wanted[$_]
		  : ($error // '') !~ /\A(?:22P03|08P01)\z/
	  } 0 .. $#arrays;
	is("@wrong", '', "$type: elements of arrays");

	#
	# COPY: a file with all that is right, and a file for each of the others
	#

	my @right = grep { defined $text_of->(unpack 'q>', $_) } @bytes;
	copy_file("$dir/right", @right);
	$node->safe_psql('hostile',
		"CREATE TABLE ${type}_row (c $type); COPY ${type}_row FROM '$dir/right' WITH (FORMAT binary)");
	my $listed = join "\n", sort map { $text_of->(unpack 'q>', $_) } @right;
	ok( $node->safe_psql('hostile',
			"SELECT c::text FROM ${type}_row ORDER BY c::text COLLATE \"C\"") eq $listed,
		"$type: COPY of the " . @right . ' right ones');

	my @refused = grep { !defined $text_of->(unpack 'q>', $_) } @bytes;
	my @files = map { pick(@refused) } 1 .. FILES;
	push @files, grep { length $_ < 1000 } @long;
	# the last of them is right but for what comes after it
	push @files, $right[0] . "\0";
	copy_file("$dir/file_$_", $right[0], $files[$_], $right[0]) for 0 .. $#files;
	is( $node->safe_psql(
			'hostile', <<"EOS"),
CREATE FUNCTION copy_error(file text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	EXECUTE format('COPY ${type}_row FROM %L WITH (FORMAT binary)', file);
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END;
\$\$;
TRUNCATE ${type}_row;
SELECT e, count(*) FROM generate_series(0, $#files) AS i, copy_error('$dir/file_' || i) AS e GROUP BY e ORDER BY e;
SELECT count(*) FROM ${type}_row;
DROP FUNCTION copy_error(text);
EOS
		join("\n",
			'08P01|' . (grep { length $_ < 8 } @files),
			'22P03|' . (grep { length $_ >= 8 } @files),
			'0'),
		"$type: COPY of " . @files . ' wrong ones, a file each');
	unlink map { "$dir/file_$_" } 0 .. $#files;

	# it is still the same backend
	my ($first)  = ($wire->run('value', $good[0]))[0]->[4];
	my ($second) = ($wire->run('value', $good[1]))[0]->[4];
	is($second, $first, "$type: the backend lives");
	$wire->close;
}

#
# Terms: 28 bytes
#

use constant DAYS    => 36_525;
use constant SECONDS => 36_525 * 86_400;

sub amount
{
	my ($n, $unit) = @_;

	return () if $n == 0;
	return "$n $unit" . ($n == 1 ? '' : 's');
}

sub term_text
{
	my ($seconds, $work_seconds, @days) = unpack 'q> q> l> l> l>', $_[0];
	my @units = ('day', 'work day', 'rolling work day');
	my @text;

	return undef if grep { $_ < 0 || $_ > SECONDS } $seconds, $work_seconds;
	return undef if grep { $_ < 0 || $_ > DAYS } @days;
	return undef
	  if ($seconds > 0) + ($work_seconds > 0 || $days[2] > 0) + ($days[0] > 0) +
	  ($days[1] > 0) > 1;
	push @text, amount($days[$_], $units[$_]) for 0 .. 2;
	for ([ $seconds, '' ], [ $work_seconds, 'work ' ])
	{
		my ($n, $work) = @$_;

		push @text, amount(int($n / 3600), "${work}hour"),
		  amount(int($n / 60) % 60, "${work}minute"),
		  amount($n % 60, "${work}second");
	}
	return "@text" || '0 hours';
}

sub random_term
{
	my @amounts = (0) x 5;
	my $which   = int rand 6;

	$amounts[$_] = pick(0, 1, 60, 3600, 5400, SECONDS, int rand SECONDS)
	  for grep { $which == $_ || $which == 5 && $_ == 1 } 0, 1;
	$amounts[$_] = pick(0, 1, 2, 100, DAYS, int rand DAYS)
	  for grep { $which == $_ || $which == 5 && $_ == 4 } 2 .. 4;
	return @amounts;
}

# As they come, nearly right, right, and the extremes
sub some_terms
{
	my @bytes = map { random_bytes(28) } 1 .. RANDOM / 4;

	for (1 .. RANDOM / 2)
	{
		my @amounts = random_term();
		my $how     = int rand 6;
		my $i       = int rand 5;

		if ($how == 0) { $amounts[$i] = -1 - int rand 10 }
		elsif ($how == 1) { $amounts[$i] = pick(0, 1, 2, 59, 60, 3599) }
		elsif ($how == 2) { $amounts[$i] = ($i < 2 ? SECONDS : DAYS) + int(rand 5) - 2 }
		my $packed = pack 'q> q> l> l> l>', @amounts;
		substr $packed, int rand 28, 1, chr int rand 256 if $how == 3;
		push @bytes, $packed;
	}
	for my $i (0 .. 4)
	{
		for my $n (-1, 0, 1, DAYS, DAYS + 1, 2**31 - 1, -2**31,
			$i < 2 ? (SECONDS, SECONDS + 1, 9223372036854775807, -9223372036854775807 - 1) : ())
		{
			my @amounts = (0) x 5;
			$amounts[$i] = $n;
			push @bytes, pack 'q> q> l> l> l>', @amounts;
		}
	}
	return @bytes;
}

# COPY a file with all that is right, and a file for each of the others: the
# SQLSTATEs, with how often each.
sub copy_all
{
	my ($type, $right, $wrong) = @_;

	copy_file("$dir/right", @$right);
	copy_file("$dir/file_$_", $right->[0], $wrong->[$_], $right->[0]) for 0 .. $#$wrong;
	my $answer = $node->safe_psql('hostile', <<"EOS");
CREATE TABLE ${type}_row (c $type);
COPY ${type}_row FROM '$dir/right' WITH (FORMAT binary);
SELECT count(*), bool_and(c = c::text::$type) FROM ${type}_row;
CREATE FUNCTION copy_error(file text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	EXECUTE format('COPY ${type}_row FROM %L WITH (FORMAT binary)', file);
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END;
\$\$;
SELECT e, count(*) FROM generate_series(0, $#$wrong) AS i, copy_error('$dir/file_' || i) AS e GROUP BY e ORDER BY e;
SELECT count(*) FROM ${type}_row;
DROP FUNCTION copy_error(text);
EOS
	unlink map { "$dir/file_$_" } 0 .. $#$wrong;
	return $answer;
}

{
	my $wire  = CivicGrid::Wire->new($node, 'hostile');
	my $oid   = $node->safe_psql('hostile', "SELECT 'term'::regtype::oid");
	my @bytes = some_terms();
	my %seen  = (taken => 0, refused => 0);
	my @wrong;

	$wire->prepare('value',
		"SELECT \$1::text, \$1::text::term = \$1, encode(term_send(\$1), 'hex'), pg_backend_pid()",
		$oid);
	my ($first) = ($wire->run('value', pack 'q> q> l> l> l>', 0, 0, 0, 1, 0))[0]->[4];
	my @answers = $wire->run('value', @bytes);
	for my $i (0 .. $#bytes)
	{
		my ($error, $text, $same, $hex) = @{ $answers[$i] };
		my $model = term_text($bytes[$i]);
		my $ok =
		  defined $model
		  ? !defined $error
		  && $text eq $model
		  && $same eq 't'
		  && $hex eq unpack('H*', $bytes[$i])
		  : defined $error && $error eq '22P03';

		$seen{ defined $model ? 'taken' : 'refused' }++;
		push @wrong,
		  join ' ', unpack('H*', $bytes[$i]), 'model:', $model // 'no',
		  'server:', $error // $text
		  unless $ok;
	}
	is(join("\n", splice @wrong, 0, 10),
		'', 'term: ' . @bytes . ' values, each as the model says');
	cmp_ok($seen{taken},   '>', 1000, "term: $seen{taken} of them are right");
	cmp_ok($seen{refused}, '>', 5000, "term: $seen{refused} are not");
	is(join(',', map { $_ // 'NULL' } @{ ($wire->run('value', undef))[0] }[ 0 .. 2 ]),
		'NULL,NULL,NULL', 'term: NULL');

	my @right   = grep { defined term_text($_) } @bytes;
	my @refused = grep { !defined term_text($_) } @bytes;
	my @short   = map { substr pick(@bytes), 0, $_ } 0 .. 27;
	my @long    = map { pick(@right) . random_bytes($_) } 1 .. 30, 1000;
	is(join(',', sort keys %{ { map { $_->[0] // 'none' => 1 } $wire->run('value', @short) } }),
		'08P01', 'term: too few bytes');
	is(join(',', sort keys %{ { map { $_->[0] // 'none' => 1 } $wire->run('value', @long) } }),
		'22P03', 'term: too many bytes');

	# as an extension among others
	$wire->prepare('array',
		q(SELECT array_to_string($1, ','), due('{"tz":"UTC","week":{},"from":"2026-01-01","to":"2026-12-31"}', '2026-01-01', '0 hours', NULL, $1)),
		$node->safe_psql('hostile', "SELECT 'term[]'::regtype::oid"));
	my @elements = (pack('q> q> l> l> l>', 5400, 0, 0, 0, 0), pack('q> q> l> l> l>', -1, 0, 0, 0, 0));
	my @arrays = map {
		my $second = $_;
		pack('N N N N N', 1, 0, $oid, 2, 1) . join '', map { pack 'N/a*', $_ } $elements[0], $second
	} @elements, '';
	is( join(' ', map { $_->[0] // $_->[1] } $wire->run('array', @arrays)),
		'1 hour 30 minutes,1 hour 30 minutes 22P03 08P01',
		'term: elements of arrays');

	my @files = ((map { pick(@refused) } 1 .. FILES), @short, @long);
	is( copy_all('term', \@right, \@files),
		join("\n", @right . '|t', '08P01|28', '22P03|' . (FILES + @long), scalar @right),
		'term: COPY');
	is(($wire->run('value', $right[0]))[0]->[4], $first, 'term: the backend lives');
	$wire->close;
}

#
# Calendars: text
#

# Texts that are right, with whatever may be in one
sub random_calendar
{
	my @weekdays = qw(mon tue wed thu fri sat sun);
	my @hours    = (
		'[]', '["09:00-12:00","14:00-18:00"]', '["00:00-24:00"]',
		'["08:30:15-11:59:59"]', '["20:00-05:00"]', '["13:00-17:00", "06:00-12:00"]');
	my @names = ('春节', '', '\\u6625', '\\ud83c\\udf89', 'a\\"b\\\\c', "\xF0\x9F\x8E\x89");
	my %days;

	$days{ sprintf '2026-%02d-%02d', 1 + int rand 12, 1 + int rand 28 } = pick(
		map { ($_, qq({"name":") . pick(@names) . qq(","hours":$_})) } '[]',
		'["09:00-12:00"]')
	  for 1 .. int rand 10;
	$days{'2026-02-14'} = pick('"mon"', '{"like":"tue"}', '{"like":"wed","name":"春节"}');
	my @keys = (
		'"tz":"' . pick('Asia/Shanghai', 'UTC', 'America/New_York', 'Etc/GMT+8') . '"',
		'"week":{' . join(',', map { qq("$_":) . pick(@hours) } grep { rand() < 0.6 } @weekdays) . '}',
		'"from":"2026-01-01"', '"to":"' . pick('2026-12-31', '2030-06-30') . '"');
	push @keys, '"days":{' . join(',', map { qq("$_":$days{$_}) } sort keys %days) . '}' if rand() < 0.7;
	push @keys, '"provisional":"2026-07-01"' if rand() < 0.3;
	push @keys, '"workday":"07:30"' if rand() < 0.3;
	@keys = sort { rand() <=> 0.5 } @keys if rand() < 0.3;
	return '{' . join(pick(',', ", \n\t"), @keys) . '}';
}

sub some_calendars
{
	my @texts = map { random_calendar() } 1 .. 500;
	my @pieces = (
		'{', '}', '[', ']', '"', ',', ':', '\\', '\\u0000', '\\ud800', "\0", "\xC0\x80",
		"\xED\xA0\x80", "\xFF", "\xE6\x98", "\xEF\xBB\xBF", 'null', '1e999', '-', '2026-02-30',
		'24:01', '09:00-', '"mon"', '"tz":', '"days":{', "\xE3\x80\x80");

	for my $text (map { random_calendar() } 1 .. 4000)
	{
		my $how = int rand 6;
		my $at  = int rand length $text;

		if ($how == 0) { substr $text, $at, 1, chr int rand 256 }
		elsif ($how == 1) { substr $text, $at, 0, pick(@pieces) }
		elsif ($how == 2) { $text = substr $text, 0, $at }
		elsif ($how == 3) { substr $text, $at, 1 + int rand 20, '' }
		elsif ($how == 4) { $text .= pick(@pieces, ' ', $text) }
		else { substr $text, $at, 0, substr $text, int rand length $text, int rand 30 }
		push @texts, $text;
	}
	push @texts, map { random_bytes($_) } 0 .. 100;
	my ($head, $tail) = ('{"tz":"UTC","week":{', '},"from":"2026-01-01","to":"2026-12-31"}');
	push @texts, map { $_ x 100_000 } '[', '{"days":', '"', ' ', "\xE6", '\\u';
	push @texts, $head . '"mon":[' . join(',', ('"09:00-10:00"') x 10_000) . ']' . $tail;
	push @texts, $head . '"mon":["' . '09:00-12:00' x 10_000 . '"]' . $tail;
	push @texts, $head . $tail =~ s/UTC/'A' x 10_000/er;
	push @texts, qq({"tz":"UTC","week":{},"days":{) . join(',', ('"2026-02-01":[]') x 20_000) . substr $tail, 0;
	push @texts, qq({"tz":"UTC","week":{},"days":{"2026-02-01":{"hours":[],"name":") . '长' x 100_000 . qq("}}$tail);
	push @texts, qq({"tz":"$_","week":{$tail) for '../../etc/passwd', '/etc/localtime', 'UTC+8', 'posixrules', '', "UTC\\u0000";
	return @texts;
}

{
	my $wire  = CivicGrid::Wire->new($node, 'hostile');
	my $oid   = $node->safe_psql('hostile', "SELECT 'workcal'::regtype::oid");
	my @texts = some_calendars();
	my (%seen, @wrong, @right, @refused);

	$wire->prepare('value',
		"SELECT \$1::text, \$1::text::workcal = \$1, convert_from(workcal_send(\$1), 'UTF8'), pg_backend_pid()",
		$oid);
	$wire->prepare('text', 'SELECT $1::workcal::text', 25);
	my ($first) = ($wire->run('value', random_calendar()))[0]->[4];
	my @answers = $wire->run('value', @texts);
	my @asked   = $wire->run('text',  @texts);
	for my $i (0 .. $#texts)
	{
		my ($error, $text, $same, $sent) = @{ $answers[$i] };
		my ($text_error, $text_text) = @{ $asked[$i] };
		my $ok =
		  defined $error
		  ? $error eq ($text_error // 'none')
		  && $error =~ /\A(?:22P02|22007|22023|54000|22021|CG203)\z/
		  : defined $text_text
		  && $text eq $text_text
		  && $same eq 't'
		  && $sent eq $text
		  && eval { JSON::PP->new->utf8->decode($texts[$i]); 1 };

		$seen{ $error // 'taken' }++;
		push @{ defined $error ? \@refused : \@right }, $texts[$i];
		push @wrong, join ' ', substr($texts[$i], 0, 300), 'binary:', $error // $text,
		  'text:', $text_error // $text_text
		  unless $ok;
	}
	is(join("\n", splice @wrong, 0, 10), '', 'workcal: ' . @texts . ' values, each as its text');
	note join ', ', map { "$_: $seen{$_}" } sort keys %seen;
	cmp_ok($seen{$_} // 0, '>', 0, "workcal: $_") for qw(taken 22P02 22007 22023 54000 22021 CG203);
	cmp_ok(scalar @right, '>', 300, 'workcal: ' . @right . ' of them are right');

	my @files = ((map { pick(@refused) } 1 .. FILES / 2), '');
	my $copied = copy_all('workcal', \@right, \@files);
	like($copied, qr/\A${\scalar @right}\|t\n(?:(?:22P02|22007|22023|54000|22021|CG203)\|\d+\n)+${\scalar @right}\z/,
		'workcal: COPY');
	is(($wire->run('value', $right[0]))[0]->[4], $first, 'workcal: the backend lives');
	$wire->close;
}

#
# Classifiers: only what was made by training or of phrases
#

$node->safe_psql('hostile', <<'EOS');
CREATE TABLE model (n int, m classifier);
INSERT INTO model SELECT 1, classifier_train(t, c, 1, '{"levels": [2]}')
FROM (VALUES ('路灯坏了', '0101'::eventcode), ('路灯不亮', '0101'), ('井盖丢失', '0102'), ('井盖破损', '0102'), ('噪音扰民', '0201')) AS v (t, c);
INSERT INTO model SELECT 2, classifier_add_phrases(m, p, c, 5, ARRAY['坏'], ARRAY['修好'], '440310')
FROM model, (VALUES ('街灯', '0101'::eventcode), ('灯', '01'), ('空调', '0203')) AS v (p, c);
INSERT INTO model SELECT 3, classifier_add_phrases(NULL, p, c, 5) FROM (VALUES ('街灯', '01'::eventcode), ('空调', '02')) AS v (p, c);
EOS

{
	my $wire = CivicGrid::Wire->new($node, 'hostile');
	my $oid  = $node->safe_psql('hostile', "SELECT 'classifier'::regtype::oid");
	my @right = map { pack 'H*', $_ } split /\n/,
	  $node->safe_psql('hostile', q(SELECT encode(classifier_send(m), 'hex') FROM model ORDER BY n));
	my @wrong = map { random_bytes($_) } 0 .. 400, 5000;

	for my $value (@right)
	{
		my $length = length $value;

		push @wrong, map { substr $value, 0, $_ } 0 .. 300;
		push @wrong, map { substr $value, 0, int rand $length } 1 .. 200;
		push @wrong, map { $value . random_bytes($_) } 1 .. 40;
		push @wrong, $value . $value;
		for (1 .. 2000)
		{
			my $bytes = $value;
			my $at = rand() < 0.3 ? int rand 192 : int rand $length;

			substr $bytes, $at, 1,
			  chr(ord(substr $bytes, $at, 1) ^ 1 << int rand 8);
			push @wrong, $bytes;
		}
		for (1 .. 300)
		{
			my $bytes = $value;
			my $n = 1 + int rand 32;

			substr $bytes, int rand($length - $n), $n, random_bytes($n);
			push @wrong, $bytes unless $bytes eq $value;
		}
	}
	$wire->prepare('value',
		q(SELECT $1::text, classify($1, '街灯坏了', 0.1, '440310001')::text, encode(classifier_send($1), 'hex'), pg_backend_pid()),
		$oid);
	my @answers = $wire->run('value', @right);
	my $first = $answers[0][4];
	is( join(' ', map { !defined $_->[0] && $_->[3] eq unpack('H*', $right[0]) ? 'same' : $_->[0] // 'other' } $answers[0]),
		'same', 'classifier: a right one comes back');
	is(join(' ', map { $_->[2] } @answers), '0101 0101 01', 'classifier: and those with phrases are used');
	my %state;
	$state{ $_->[0] // 'taken' }++ for $wire->run('value', @wrong);
	is(join(' ', map { "$_ $state{$_}" } sort keys %state),
		'22P03 ' . @wrong, 'classifier: ' . @wrong . ' wrong ones are refused');
	is(join(',', map { $_ // 'NULL' } @{ ($wire->run('value', undef))[0] }[ 0 .. 3 ]),
		'NULL,NULL,NULL,NULL', 'classifier: NULL');

	copy_file("$dir/file_$_", $wrong[ int rand @wrong ]) for 1 .. 200;
	copy_file("$dir/right", @right);
	is( $node->safe_psql('hostile', <<"EOS"),
CREATE TABLE classifier_row (m classifier);
COPY classifier_row FROM '$dir/right' WITH (FORMAT binary);
SELECT count(*), bool_and(r.m::text IN (SELECT m::text FROM model)) FROM classifier_row AS r;
CREATE FUNCTION copy_error(file text) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	EXECUTE format('COPY classifier_row FROM %L WITH (FORMAT binary)', file);
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END;
\$\$;
SELECT e, count(*) FROM generate_series(1, 200) AS i, copy_error('$dir/file_' || i) AS e GROUP BY e ORDER BY e;
DROP FUNCTION copy_error(text);
EOS
		"3|t\n22P03|200", 'classifier: COPY');
	unlink map { "$dir/file_$_" } 1 .. 200;
	is(($wire->run('value', $right[0]))[0]->[4], $first, 'classifier: the backend lives');
	$wire->close;
}

#
# Rulebooks: only what was compiled; and routings, whose every byte says
# something, so that what is changed may be another one
#

$node->safe_psql('hostile', <<'EOS');
CREATE TABLE book (n int, b rulebook);
INSERT INTO book SELECT 1, rulebook_agg(part, item) FROM (VALUES
	('unit', '{"unit": 1, "kind": "centre", "level": 1, "centre": true}'::jsonb),
	('unit', '{"unit": 2, "parent": 1, "kind": "department", "level": 2, "territory": "440310"}'),
	('unit', '{"unit": 300, "parent": 2, "kind": "community", "level": 4, "territory": "440310001001", "staff": 0}'),
	('channel', '{"channel": "12345", "intake_unit": 1}'),
	('channel', '{"channel": "网格员", "intake_kind": "community", "intake_level": 4}'),
	('severity', '{"severity": 2}'),
	('window', '{"window": "night", "weekday": 1, "from_minute": 0, "to_minute": 360}'),
	('rule', '{"rule": 1, "class": "01", "lead_kind": "community", "lead_level": 4}'),
	('rule', '{"rule": 2, "class": "01001", "lead_unit": 2, "owner": "水务集团", "valid_to": "2030-01-01T00:00:00Z"}'),
	('rule', '{"rule": 3, "class": "01001", "territory": "440310", "window": "night", "severity": 2, "lead_unit": 1}'),
	('assist', '{"rule": 1, "place": 1, "unit": 2, "task": "关阀"}'),
	('exclusion', '{"exclusion": 1, "unit": 2, "class": "02"}'),
	('fallback', '{"fallback": 1, "unit": 1, "share": 2}'),
	('fallback', '{"fallback": 2, "kind": "department", "level": 2}'),
	('policy', '{"policy": 1, "stage": "handle", "stage_place": 6, "term": "2 work days", "calendar": "office", "warnings": [75, 150]}'),
	('policy', '{"policy": 2, "stage": "sign", "stage_place": 5, "grade": "A", "term": "30 minutes"}'),
	('limit', '{"policy": 1, "place": 1, "name": "停工", "term": "4 work hours"}'),
	('grade', '{"territory": "440310001001", "grade": "A"}'),
	('class', '{"class": "01001"}'), ('cell', '{"cell": "440310001001001"}'),
	('timezone', '{"timezone": "Asia/Shanghai"}')) AS v (part, item);
INSERT INTO book SELECT 2, rulebook_agg('severity', '{"severity": 1}');
CREATE TABLE answer AS SELECT row_number() OVER () AS n, route(b, c, g, at => '2026-03-02 01:00+08') AS r
FROM book, unnest('{01,01001,03,NULL}'::eventcode[], '{440310001001001,440310001001,44,NULL}'::gridcode[]) AS v (c, g);
EOS

# Bytes that are cut, that go on, and that differ in a bit or in a row of bytes
sub spoilt
{
	my ($value, $head) = @_;
	my $length = length $value;
	my @wrong = map { substr $value, 0, $_ } 0 .. ($length < 300 ? $length - 1 : 300);

	push @wrong, map { substr $value, 0, int rand $length } 1 .. 200;
	push @wrong, map { $value . random_bytes($_) } 1 .. 40;
	push @wrong, $value . $value;
	for (1 .. 2000)
	{
		my $bytes = $value;
		my $at = rand() < 0.3 && $head < $length ? int rand $head : int rand $length;

		substr $bytes, $at, 1, chr(ord(substr $bytes, $at, 1) ^ 1 << int rand 8);
		push @wrong, $bytes;
	}
	for (1 .. 300)
	{
		my $bytes = $value;
		my $n = 1 + int rand($length < 32 ? $length : 32);

		substr $bytes, int rand($length - $n + 1), $n, random_bytes($n);
		push @wrong, $bytes unless $bytes eq $value;
	}
	return @wrong;
}

{
	my $wire = CivicGrid::Wire->new($node, 'hostile');
	my $oid  = $node->safe_psql('hostile', "SELECT 'rulebook'::regtype::oid");
	my @right = map { pack 'H*', $_ } split /\n/,
	  $node->safe_psql('hostile', q(SELECT encode(rulebook_send(b), 'hex') FROM book ORDER BY n));
	my @wrong = ((map { random_bytes($_) } 0 .. 500, 5000), map { spoilt($_, 384) } @right);

	$wire->prepare('value',
		q(SELECT $1::text, routing_lead(route($1, '01001', '440310001001001', at => '2026-03-03 01:00+08')), encode(rulebook_send($1), 'hex'), pg_backend_pid()),
		$oid);
	my @answers = $wire->run('value', @right);
	my $first = $answers[0][4];
	is(join(' ', map { $_->[3] } @answers), join(' ', map { unpack 'H*', $_ } @right), 'rulebook: right ones come back');
	is(join(' ', map { $_->[2] // 'NULL' } @answers), '300 NULL', 'rulebook: and are used');
	my %state;
	# a few at once: they are larger than others
	for (my $i = 0; $i < @wrong; $i += 10)
	{
		my @few = @wrong[ $i .. ($i + 9 < $#wrong ? $i + 9 : $#wrong) ];
		$state{ $_->[0] // 'taken' }++ for $wire->run('value', @few);
	}
	is(join(' ', map { "$_ $state{$_}" } sort keys %state),
		'22P03 ' . @wrong, 'rulebook: ' . @wrong . ' wrong ones are refused');
	is(join(',', map { $_ // 'NULL' } @{ ($wire->run('value', undef))[0] }[ 0 .. 3 ]),
		'NULL,NULL,NULL,NULL', 'rulebook: NULL');
	is(copy_all('rulebook', \@right, [ map { pick(@wrong) } 1 .. 200 ]),
		"2|t\n22P03|200\n2", 'rulebook: COPY');
	is(($wire->run('value', $right[0]))[0]->[4], $first, 'rulebook: the backend lives');
	$wire->close;
}

{
	my $wire = CivicGrid::Wire->new($node, 'hostile');
	my $oid  = $node->safe_psql('hostile', "SELECT 'routing'::regtype::oid");
	my @right = map { pack 'H*', $_ } split /\n/,
	  $node->safe_psql('hostile', q(SELECT encode(routing_send(r), 'hex') FROM answer ORDER BY n));
	my @bytes = (@right, (map { random_bytes($_) } 0 .. 300, 5000), (map { "\1" . random_bytes($_) } 1 .. 300),
		"\1" . "\0" x 6, "\1" . "\0" x 7, map { spoilt($_, 16) } @right);
	my (%seen, @wrong, @refused);

	$wire->prepare('value',
		q(SELECT $1::text, $1::text::routing = $1, encode(routing_send($1), 'hex'), routing_path($1)::text,
			(SELECT string_agg(t::text, ',') FROM routing_terms($1) AS t), (SELECT string_agg(a::text, ',') FROM routing_assists($1) AS a),
			routing_term($1, 'handle')::text, pg_backend_pid()),
		$oid);
	my @answers = $wire->run('value', @bytes);
	my $first = $answers[0][8];
	for my $i (0 .. $#bytes)
	{
		my ($error, $text, $same, $hex) = @{ $answers[$i] };
		my $ok =
		  defined $error
		  ? $error eq '22P03' && $i > $#right
		  : $same eq 't' && $hex eq unpack('H*', $bytes[$i]) && eval { JSON::PP->new->utf8->decode($text); 1 };

		$seen{ $error // 'taken' }++;
		push @refused, $bytes[$i] if defined $error;
		push @wrong, join ' ', unpack('H*', $bytes[$i]), $error // $text unless $ok;
	}
	is(join("\n", splice @wrong, 0, 10), '', 'routing: ' . @bytes . ' values, each one that its text tells, or refused');
	cmp_ok($seen{taken}, '>', 500, "routing: $seen{taken} of them are taken");
	cmp_ok($seen{'22P03'}, '>', 5000, "routing: $seen{'22P03'} are not");
	is(copy_all('routing', \@right, [ map { pick(@refused) } 1 .. 200 ]),
		@right . "|t\n22P03|200\n" . @right, 'routing: COPY');
	is(($wire->run('value', $right[0]))[0]->[8], $first, 'routing: the backend lives');
	$wire->close;
}

is( $node->safe_psql('hostile',
		'SELECT pid FROM pg_stat_activity WHERE backend_type = $$checkpointer$$'),
	$pid,
	'the server was not restarted');
$node->stop;
unlike(slurp_file($node->logfile),
	qr/terminated by signal|PANIC|TRAP/, 'nothing crashed');

done_testing();
