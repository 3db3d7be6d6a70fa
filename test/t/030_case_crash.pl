# The server is killed, again and again, while people act on cases.  Whatever
# was acknowledged is there afterwards, nothing is there by half, and the
# journals prove it.
#
#   CIVICGRID_CRASH_ROUNDS    how often (10)

use strict;
use warnings;

use CivicGrid;
use File::Path qw(make_path);
use IPC::Run qw(start finish);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $rounds  = $ENV{CIVICGRID_CRASH_ROUNDS} // 10;
my $benches = 4;
my $loggers = 2;

# What a commit says is on its way to the disk; kill -9 leaves the system's
# own cache alone, so there is no need to wait for the disk itself.
my $node = new_node('crash', conf => "synchronous_commit = on\n");
my $dir  = PostgreSQL::Test::Utils::tempdir();

new_database($node, 'cases');
$node->safe_psql(
	'cases', <<'EOS');
SET search_path = civicgrid, public;
SET client_min_messages = warning;
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name) VALUES ('site', 'matter', '01', '市容');
INSERT INTO grid_cell (kind, code, name) VALUES ('unit', '440310001001001', '六联一格');
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
	(1, '区分拨中心', 'centre', 2, NULL, '440310', 9),
	(2, '区城管局', 'department', 2, 1, '440310', 20),
	(3, '区住建局', 'department', 2, 1, '440310', 20),
	(4, '六联网格队', 'grid team', 5, 1, '440310001001001', 3);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit) VALUES (1, 'site', '01', 2);
INSERT INTO duty_assist (rule, place, unit, task) VALUES (1, 1, 3, '配合');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, stage, term) VALUES
	(1, 'site', 'file', '15 minutes'), (2, 'site', 'sign', '2 work hours'), (3, 'site', 'handle', '4 work days'),
	(4, 'site', 'check', '4 work hours'), (5, 'site', 'overall', '10 work days');
CALL publish_calendar('office', '2026-01-01');
CALL publish_rulebook('site', '2026-01-01');

-- one who handles, one who checks
CREATE ROLE handling SUPERUSER;
CREATE ROLE checking SUPERUSER;

-- One verb: the next one of a case that nobody is at, or a new case.
CREATE FUNCTION public.act(who text, OUT done text)
	LANGUAGE plpgsql
	SET search_path = civicgrid, public
AS $$
DECLARE
	s case_state;
	at timestamptz;
	draw constant double precision := random();
BEGIN
	PERFORM set_config('civicgrid.person', who, true), set_config('role', 'handling', true);
	SELECT c.* INTO s FROM case_state AS c
	WHERE c.state <> 'visited'
	ORDER BY c.caseno
	OFFSET floor(random() * 12)
	LIMIT 1
	FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		s.caseno := new_caseno('440310', '2026-03-02 10:00+08');
		INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell)
		VALUES (s.caseno, '2026-03-02 10:00+08', 'site', 'matter', '01', '440310001001001');
		s.state := 'reported';
		s.at := '2026-03-02 10:00+08';
		s.unit := 1;
		s.centre := 1;
		s.routing_edition := rulebook_edition_in_force('site', s.at);
		s.routing := route('site', '01', '440310001001001', at => s.at);
		s := case_open(s, 'report_event', NULL, '{}');
		done := s.caseno || ' ' || s.step;
		RETURN;
	END IF;
	at := s.at + interval '10 minutes';
	CASE s.state
		WHEN 'reported' THEN s := file_case(s.caseno, at => at);
		WHEN 'filed' THEN
			s := CASE WHEN draw < 0.2 AND s.suspensions = 0 THEN suspend(s.caseno, at + interval '2 days', '等待', at)
				ELSE dispatch(s.caseno, at => at) END;
		WHEN 'suspended' THEN s := resume(s.caseno, at => at);
		WHEN 'dispatched' THEN
			s := CASE WHEN draw < 0.2 THEN recall(s.caseno, '派错', at) ELSE sign(s.caseno, 2, at) END;
		WHEN 'handling' THEN
			IF EXISTS (SELECT FROM case_task AS t WHERE t.caseno = s.caseno AND t.unit = 3 AND t.state = 'open') THEN
				s := sign(s.caseno, 3, at);
			ELSE
				s := feedback(s.caseno, '已处理', at => at,
					unit => (SELECT max(t.unit) FROM case_task AS t WHERE t.caseno = s.caseno AND t.state = 'signed'));
			END IF;
		WHEN 'handled' THEN s := check_case(s.caseno, 4, at => at);
		WHEN 'checking' THEN
			-- who handled a case does not check it
			PERFORM set_config('civicgrid.person', 'checker ' || who, true), set_config('role', 'checking', true);
			s := checked(s.caseno, draw > 0.2, '看过', at => at);
		WHEN 'rejected' THEN s := rework(s.caseno, '未完成', at);
		WHEN 'checked' THEN s := close_case(s.caseno, at => at);
		WHEN 'closed' THEN s := visit(s.caseno, draw > 0.2, '电话', at);
	END CASE;
	done := s.caseno || ' ' || s.step;
END;
$$;
SELECT act('first') FROM generate_series(1, 200);
EOS

# Nothing but whole steps, each proved by the one before.
sub sound
{
	my ($name) = @_;

	is( $node->safe_psql(
			'cases', <<'EOS'),
SET search_path = civicgrid, public;
SELECT 'journal', v.* FROM verify_journal() AS v;
SELECT 'replay', r.* FROM replay_check() AS r;
SELECT 'clock', c.* FROM clock_check() AS c;
SELECT 'record', r.caseno FROM case_record AS r WHERE NOT EXISTS (SELECT FROM case_state AS s WHERE s.caseno = r.caseno);
SELECT 'routing', t.caseno FROM case_routing AS t
WHERE NOT EXISTS (SELECT FROM case_journal AS j WHERE j.caseno = t.caseno AND j.detail #>> '{routing,step}' = t.step::text);
EOS
		'', "$name: verified, replayed");
	return;
}
sound('before');

my (%acknowledged, $counted, $seen);
$counted = $seen = 0;

for my $round (1 .. $rounds)
{
	my $log = "$dir/$round";
	make_path($log);
	my $before = $node->safe_psql('cases', 'SELECT count(*) FROM civicgrid.case_journal');

	# Clients of pgbench log each transaction that was acknowledged, a verb
	# each; those of psql which step of which case it was.
	my @clients;
	append_to_file("$log/act.sql", "SELECT public.act('round $round client ' || :client_id);\n");
	push @clients,
	  start [
		'pgbench', '-n', '-c', $benches, '-j', 2, '-T', 60, '-l', "--log-prefix=$log/bench",
		'-f', "$log/act.sql", '-d', $node->connstr('cases')
	  ],
	  '>', "$log/pgbench.out", '2>', "$log/pgbench.err";
	for my $n (1 .. $loggers)
	{
		append_to_file("$log/psql$n.sql", "SELECT public.act('round $round psql $n');\n" x 5000);
		push @clients,
		  start [ 'psql', '-XAtq', '-f', "$log/psql$n.sql", '-d', $node->connstr('cases') ],
		  '>', "$log/psql$n.out", '2>', "$log/psql$n.err";
	}

	# in the middle of it, at another place each time
	my $until = time + 30;
	my $wanted = $before + 60 + 37 * $round % 100;
	sleep 0.05 while time < $until && $node->safe_psql('cases', 'SELECT count(*) FROM civicgrid.case_journal') < $wanted;

	my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
	my @children = split ' ', `ps -o pid= --ppid $postmaster`;
	kill 'KILL', $postmaster, @children;
	$node->{_pid} = undef;
	# they fail, which they are meant to
	finish $_ for @clients;

	# the system takes its time to clear dead processes away
	$until = time + 30;
	sleep 0.05 while time < $until && grep { kill 0, $_ } $postmaster, @children;
	$node->start;

	for my $n (1 .. $loggers)
	{
		$acknowledged{"$_ round $round psql $n"} = 1 for grep { /^\d{8}-\d{6}-\d{7}-[\dX] \d+$/ } split /\n/, slurp_file("$log/psql$n.out");
	}
	my @count = (0) x $benches;
	for my $file (glob "$log/bench*")
	{
		$count[ (split ' ')[0] ]++ for split /\n/, slurp_file($file);
	}
	for my $client (0 .. $benches - 1)
	{
		my $steps = $node->safe_psql('cases',
			"SELECT count(*) FROM civicgrid.case_journal WHERE person IN ('round $round client $client', 'checker round $round client $client')");

		$seen++;
		# one more may have been done and not acknowledged
		fail("round $round, client $client: $steps steps, $count[$client] acknowledged")
		  unless $steps == $count[$client] || $steps == $count[$client] + 1;
		$counted += $count[$client];
	}
	my $after = $node->safe_psql('cases', 'SELECT count(*) FROM civicgrid.case_journal');
	cmp_ok($after, '>', $before, "round $round: killed in the middle of the load");
	sound("round $round");
}

is($seen, $rounds * $benches, 'clients were counted');
cmp_ok($counted, '>', 10 * $rounds, "$counted acknowledged transactions of pgbench are in the journal");
my $count = keys %acknowledged;
cmp_ok($count, '>', $rounds, "$count steps were acknowledged to clients that logged them");
append_to_file("$dir/acknowledged", join('', map { "$_\n" } sort keys %acknowledged));
is( $node->safe_psql(
		'cases', <<"EOS"),
CREATE TEMP TABLE acknowledged (line text);
COPY acknowledged FROM '$dir/acknowledged';
SELECT count(*) FROM acknowledged;
SELECT line FROM acknowledged
EXCEPT
SELECT caseno || ' ' || step || ' ' || replace(person, 'checker ', '') FROM civicgrid.case_journal;
EOS
	"$count",
	'each of them is there');

# and work goes on
$node->safe_psql('cases', "SELECT act('last') FROM generate_series(1, 100)");
sound('afterwards');

$node->stop;
done_testing();
