# Other programs: psycopg 3 and 2, JDBC and ODBC file, sign and close a case and
# read every view, and know nothing of civicgrid's types: numbers of cases and
# codes are text, instants, numbers and truth values are what they are anywhere.
# A client whose packages are not there is left out.
use strict;
use warnings;

use CivicGrid;
use IPC::Run qw(run);
use Test::More;
use Time::Local qw(timegm);

my $node = new_node('clients');
# JDBC has no sockets of Unix
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->restart;
new_database($node, 'town');

my $settings =
  "SET search_path = civicgrid, public; SET TimeZone = 'UTC'; SET client_min_messages = warning;";

sub result_of
{
	my ($query) = @_;
	return $node->safe_psql('town', "$settings $query");
}

result_of(<<'EOS');
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES
	('site', 'matter', '01', '市容', NULL), ('site', 'matter', '0101', '垃圾', '01');
INSERT INTO grid_cell (kind, code, name, geom)
VALUES ('unit', '440310001001001', '六联一格', st_makeenvelope(114.34, 22.69, 114.35, 22.70, 4326));
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
	(1, '区分拨中心', 'centre', 2, NULL, '440310', 9), (4, '区城管局', 'department', 2, 1, '440310', 20),
	(13, '区网格管理队', 'grid team', 2, 1, '440310', 30);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit, basis) VALUES (1, 'site', '01', 4, '城管权责清单7');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, stage, term, warnings) VALUES
	(1, 'site', 'sign', '2 work hours', '{}'), (2, 'site', 'handle', '2 work days', '{75,100}'),
	(3, 'site', 'overall', '5 work days', '{75,100}');
CALL publish_calendar('office', '2026-01-01 00:00+08');
CALL publish_taxonomy('site', 'matter', '2026-01-01 00:00+08');
CALL publish_grid('2026', '2026-01-01 00:00+08');
CALL publish_rulebook('site', '2026-01-01 00:00+08');
CREATE ROLE town_collector LOGIN;
CREATE ROLE town_dispatcher LOGIN;
CREATE ROLE town_handler LOGIN;
SELECT grant_role('town_collector', 'collector', 13), grant_role('town_dispatcher', 'dispatcher', 1),
	grant_role('town_handler', 'handler', 4), grant_role('town_dispatcher', 'analyst');
CREATE ROLE town_program LOGIN IN ROLE town_collector, town_dispatcher, town_handler;
EOS

# What a client does.  Instants are a day of its own for each, so that the
# counts of kpi_day are, too.
sub statements
{
	my ($client, $day) = @_;
	my $at = sub { "instant:2026-${day}T$_[0]:00+00:00" };
	my $case = 'CAST(? AS caseno)';

	return (
		[ read => 'SET search_path = civicgrid, public' ],
		[ read => "SET TimeZone = 'UTC'" ],
		[ read => 'SET ROLE town_collector' ],
		[   print =>
			  'SELECT caseno FROM report_event(channel => ?, description => ?, location => st_setsrid(st_makepoint(?, ?), 4326), class => CAST(? AS eventcode), severity => ?, external_id => ?, at => ?) AS r (caseno)',
			'text:grid', 'text:路边垃圾没人清理', 'number:114.345', 'number:22.695', 'text:0101',
			'integer:2', "text:$client", $at->('02:00')
		],
		[ read => 'SET ROLE town_dispatcher' ],
		[ print => "SELECT state FROM file_case($case, at => ?)", 'first:', $at->('02:05') ],
		[ print => "SELECT state, unit, severity FROM dispatch($case, at => ?)", 'first:', $at->('02:10') ],
		[ read => 'SET ROLE town_handler' ],
		[   print => 'SELECT unit_name, duty, state, given_at, due_at, overdue FROM inbox WHERE caseno = ?',
			'first:'
		],
		[ print => "SELECT state, since, step FROM sign($case, at => ?)", 'first:', $at->('02:20') ],
		[ print => "SELECT state FROM feedback($case, ?, at => ?)", 'first:', 'text:已清理', $at->('05:00') ],
		[ read => 'SET ROLE town_dispatcher' ],
		[   print => "SELECT state FROM check_case($case, ?, at => ?)", 'first:', 'integer:13',
			$at->('05:10')
		],
		[ read => 'SET ROLE town_collector' ],
		[   print => "SELECT state FROM checked($case, ?, at => ?)", 'first:', 'boolean:true', $at->('06:00')
		],
		[ read => 'SET ROLE town_dispatcher' ],
		[ print => "SELECT state, closed_at FROM close_case($case, at => ?)", 'first:', $at->('06:10') ],
		[   print =>
			  'SELECT external_id, class, class_name, cell, severity, state, state_name, open, unit, lead_name, reported_at, closed_at, steps, returns, satisfied FROM cases WHERE caseno = ?',
			'first:'
		],
		[   print =>
			  'SELECT step, action, at, actor, actor_unit, to_state, unit_name, reason FROM case_steps WHERE caseno = ? ORDER BY step',
			'first:'
		],
		[   print =>
			  'SELECT kind, stage, unit_name, term, started_at, due_at, stopped_at, verdict, extensions FROM case_clocks WHERE caseno = ? ORDER BY started_at, kind',
			'first:'
		],
		[   print =>
			  'SELECT day, sum(reported), sum(closed) FROM kpi_day WHERE day = CAST(? AS date) GROUP BY day',
			"text:2026-$day"
		],
		map { [ read => "SELECT * FROM $_" ] }
		  qw(cases case_steps case_clocks inbox overdue returns open_data case_map kpi_day kpi_rates unit_month collector_month hotspots funnel first_dispatch)
	);
}

# By psql, for comparison: what the parameters stand for is written out.
sub by_psql
{
	my (@statements) = @_;
	my ($first, @printed);
	my $before = $settings;

	for my $statement (@statements)
	{
		my ($task, $sql, @parameters) = @$statement;

		for (@parameters)
		{
			my ($kind, $value) = /^(\w+):(.*)/;
			my $literal =
			    $kind eq 'number' || $kind eq 'integer' || $kind eq 'boolean' ? $value
			  : $kind eq 'instant' ? "timestamptz '$value'"
			  : $kind eq 'first'   ? "'$first'"
			  :                      "'$value'";
			$sql =~ s/\?/$literal/;
		}
		if ($sql =~ /^SET/)
		{
			$before .= " $sql;";
			next;
		}
		my $result = $node->safe_psql('town', "$before $sql",
			extra_params => [ '-P', 'null=-' ]);
		$first //= $result;
		push @printed, $task eq 'print' ? split(/\n/, $result) : split(/\n/, $result, -1) . ' rows';
	}
	s/\b(\d\d:\d\d:\d\d)\+00\b/$1/g, s/(?<=\|)t(?=\||$)/true/g, s/(?<=\|)f(?=\||$)/false/g for @printed;
	return @printed;
}

# What differs between clients by itself: the number of the case, and the day
sub alike
{
	my ($client, $day, @lines) = @_;
	my $text = join "\n", map { /^\d+ rows/ ? 'rows' : $_ } @lines;

	$text =~ s/\b\d{8}-\d{6}-\d{7}-\d\b/NUMBER/g;
	$text =~ s{\b2026-(\d\d)-(\d\d)\b}{
		sprintf 'DAY%+d', (timegm(0, 0, 0, $2, $1 - 1, 2026) - timegm(0, 0, 0, substr($day, 3), substr($day, 0, 2) - 1, 2026)) / 86400}ge;
	$text =~ s/^\Q$client\E\|/CLIENT|/gm;
	return $text;
}

my ($port, $user) = ($node->port, 'town_program');
my ($jar) = grep { -f } map { "/usr/share/java/$_.jar" } qw(postgresql postgresql-jdbc);
my ($odbc) = grep { -f } glob '/usr/lib/*/odbc/psqlodbcw.so';
my $uri = "host=127.0.0.1 port=$port dbname=town user=$user";

sub there
{
	my (@command) = @_;
	my $there = eval { run \@command, '>', \my $out, '2>', \my $err };
	return $there;
}

# Days are Mondays, of weeks like each other.
my @clients = (
	[ psycopg => '03-09', 'python3-psycopg', there('python3', '-c', 'import psycopg'),
		'python3', 'test/clients/client.py', 'psycopg', $uri ],
	[ psycopg2 => '03-16', 'python3-psycopg2', there('python3', '-c', 'import psycopg2'),
		'python3', 'test/clients/client.py', 'psycopg2', $uri ],
	[ JDBC => '03-23', 'libpostgresql-jdbc-java and default-jdk-headless', $jar && there('javac', '-version'),
		'java', '-cp', $jar // '', 'test/clients/Client.java', "jdbc:postgresql://127.0.0.1:$port/town?user=$user" ],
	[ ODBC => '01-12', 'odbc-postgresql and python3-pyodbc', $odbc && there('python3', '-c', 'import pyodbc'),
		'python3', 'test/clients/client.py', 'pyodbc',
		# truth values are texts to this driver if it is not told
		'Driver=' . ($odbc // '') . ";Servername=127.0.0.1;Port=$port;Database=town;Username=$user;BoolsAsChar=0" ]
);

my $expected = alike('psql', '03-02', by_psql(statements('psql', '03-02')));
like($expected, qr/^NUMBER\nfiled\ndispatched\|4\|2\n/, 'psql files and dispatches');
like($expected, qr/\nclosed\|DAY\+0 06:10:00\n/, 'and closes');
for (@clients)
{
	my ($client, $day, $packages, $there, @command) = @$_;
	my $input = join '', map { join("\t", @$_) . "\n" } statements($client, $day);
	my ($out, $err) = ('', '');

  SKIP:
	{
		skip "$packages not installed", 2 unless $there;
		run \@command, '<', \$input, '>', \$out, '2>', \$err;
		is($err, '', "$client: every statement is understood");
		is(alike($client, $day, split /\n/, $out), $expected, "$client: reads what psql reads");
	}
}
is(result_of('SELECT count(*) FROM verify_journal()'), '0', 'all journals are sound');
done_testing();
