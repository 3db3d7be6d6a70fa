# Roles and rights: what each of the seven roles may do is what doc/roles.md
# says, in the catalogue and when it is tried; texts of callers are never run;
# what callers put into public or into their temporary schema is never used.
use strict;
use warnings;

use CivicGrid;
use Test::More;

my @roles = qw(collector dispatcher handler supervisor auditor analyst admin);

sub slurp
{
	my ($file) = @_;
	open my $in, '<:raw', $file or die "$file: $!";
	local $/;
	return scalar <$in>;
}

# What the documentation says: object => role => rights.
my %documented;
for my $line (split /\n/, slurp('doc/roles.md'))
{
	next unless $line =~ /^\| `(\w+)` \|((?:[^|]*\|){7})$/;
	my ($object, @rights) = ($1, map { s/^\s+|\s+$//gr } split /\|/, $2);
	push @rights, '' while @rights < @roles;
	@{ $documented{$object} }{@roles} = @rights;
}
cmp_ok(scalar keys %documented, '>', 100, 'the tables of doc/roles.md were found');

my $node = new_node('case_roles');
new_database($node, 'cases');

sub result_of
{
	my ($query) = @_;
	return $node->safe_psql('cases',
		"SET search_path = civicgrid, public; SET client_min_messages = warning; $query");
}

sub rows_are
{
	my ($query, $expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(result_of($query), $expected, $name);
	return;
}

# A district with a bureau, a street with an office, a community with a team of
# collectors.
result_of(<<'EOS');
SET TimeZone = 'Asia/Shanghai';
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES
	('site', 'matter', '01', '市容', NULL), ('site', 'matter', '0101', '垃圾', '01'), ('site', 'matter', '0102', '广告', '01');
INSERT INTO class_phrase (taxonomy, kind, phrase, code) VALUES ('site', 'matter', '垃圾', '0101'), ('site', 'matter', '广告', '0102');
INSERT INTO grid_cell (kind, code, name, geom)
VALUES ('unit', '440310001001001', '六联一格', st_makeenvelope(114.34, 22.69, 114.35, 22.70, 4326));
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
	(1, '区分拨中心', 'centre', 2, NULL, '440310', 9), (2, '坪山街道分中心', 'centre', 3, 1, '440310001', 5),
	(4, '区城管局', 'department', 2, 1, '440310', 20), (5, '区住建局', 'department', 2, 1, '440310', 20),
	(6, '六联社区工作站', 'community station', 4, 2, '440310001001', 6), (11, '六联网格队', 'grid team', 5, 6, '440310001001001', 3);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit, basis) VALUES (1, 'site', '01', 4, '城管权责清单7');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, stage, term, warnings) VALUES
	(1, 'site', 'handle', '2 work days', '{75,100}'), (2, 'site', 'overall', '5 work days', '{75,100}');
CALL publish_calendar('office', '2026-01-01 00:00+08');
CALL publish_taxonomy('site', 'matter', '2026-01-01 00:00+08');
CALL publish_grid('2026', '2026-01-01 00:00+08');
CALL publish_rulebook('site', '2026-01-01 00:00+08');
EOS
my %unit = (collector => 11, dispatcher => 1, handler => 4, supervisor => 1,
	auditor => 'NULL', analyst => 'NULL', admin => 'NULL');
for my $role (@roles)
{
	result_of("CREATE ROLE m_$role LOGIN; SELECT grant_role('m_$role', '$role', $unit{$role})");
}
result_of('CREATE ROLE m_nobody LOGIN');

# The matrix, as the catalogue has it: c stands for some columns only.
my $matrix = result_of(<<'EOS');
SELECT c.relname, r.role, concat(
	CASE WHEN has_table_privilege('m_' || r.role, c.oid, 'SELECT') THEN 'r'
		WHEN has_any_column_privilege('m_' || r.role, c.oid, 'SELECT') THEN 'c' END,
	CASE WHEN has_any_column_privilege('m_' || r.role, c.oid, 'INSERT') THEN 'a' END,
	CASE WHEN has_any_column_privilege('m_' || r.role, c.oid, 'UPDATE') THEN 'w' END,
	CASE WHEN has_table_privilege('m_' || r.role, c.oid, 'DELETE') THEN 'd' END,
	CASE WHEN has_table_privilege('m_' || r.role, c.oid, 'TRUNCATE, REFERENCES, TRIGGER') THEN '!' END)
FROM pg_class AS c, unnest('{collector,dispatcher,handler,supervisor,auditor,analyst,admin}'::text[]) AS r (role)
WHERE c.relnamespace = 'civicgrid'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT p.proname, r.role, CASE WHEN bool_and(has_function_privilege('m_' || r.role, p.oid, 'EXECUTE')) THEN 'x'
	WHEN bool_or(has_function_privilege('m_' || r.role, p.oid, 'EXECUTE')) THEN '?' ELSE '' END
FROM pg_proc AS p, unnest('{collector,dispatcher,handler,supervisor,auditor,analyst,admin}'::text[]) AS r (role)
WHERE p.pronamespace = 'civicgrid'::regnamespace AND NOT has_function_privilege('m_nobody', p.oid, 'EXECUTE')
	AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = p.pronamespace AND c.relname = p.proname)
GROUP BY p.proname, r.role
EOS
my %found;
for my $line (split /\n/, $matrix)
{
	my ($object, $role, $rights) = split /\|/, $line, -1;
	$found{$object}{$role} = $rights;
}
my @wrong;
for my $object (sort { $a cmp $b } keys %{ { %found, %documented } })
{
	my $is = join ' | ', map { $found{$object}{$_} // '-' } @roles;
	my $says = exists $documented{$object}
	  ? join(' | ', map { $documented{$object}{$_} } @roles)
	  # what is granted to nobody need not be listed
	  : join(' | ', ('') x @roles);
	push @wrong, "| `$object` | $is |" if $is ne $says;
}
is(join("\n", @wrong), '', 'the server grants what doc/roles.md says');
rows_are(q{
	SELECT count(*) FROM pg_class AS c, unnest('{r,p,v}'::"char"[]) AS k
	WHERE c.relkind = k AND c.relnamespace = 'civicgrid'::regnamespace
		AND has_any_column_privilege('m_nobody', c.oid, 'SELECT')}, '0',
	'who has no role reads nothing');

# And when it is tried.  Each attempt is undone.
result_of(<<'EOS');
CREATE FUNCTION public.try(who text, statement text) RETURNS text LANGUAGE plpgsql
SET search_path = civicgrid, public AS $$
DECLARE
	answer text;
BEGIN
	PERFORM set_config('role', who, true);
	BEGIN
		EXECUTE statement;
		RAISE EXCEPTION USING ERRCODE = 'ZZ000';
	EXCEPTION WHEN OTHERS THEN
		-- to write a view is refused before its rights are looked at
		answer := CASE WHEN SQLSTATE = '42501' AND SQLERRM ~ '^permission denied for' OR SQLERRM ~ '^cannot .* view "' THEN 'may not' ELSE 'may' END;
	END;
	PERFORM set_config('role', 'none', true);
	RETURN answer;
END;
$$;
EOS
my $tried = result_of(<<'EOS');
WITH attempt AS (
	SELECT c.relname::text AS object, v.privilege, format(v.statement, c.oid::regclass,
		(SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attgenerated = '' ORDER BY a.attnum LIMIT 1)) AS statement
	FROM pg_class AS c, (VALUES
		('r', 'SELECT * FROM %s LIMIT 1'), ('a', 'INSERT INTO %s DEFAULT VALUES'),
		('w', 'UPDATE %s SET %I = NULL WHERE false'), ('d', 'DELETE FROM %s WHERE false')
	) AS v (privilege, statement)
	WHERE c.relnamespace = 'civicgrid'::regnamespace AND c.relkind IN ('r', 'v')
	UNION ALL
	SELECT p.proname, 'x', format(CASE p.prokind WHEN 'p' THEN 'CALL %s(%s)' ELSE 'SELECT civicgrid.%s(%s)' END, p.proname,
		-- what is known to be NULL would not be called
		(SELECT string_agg(format(CASE p.prokind WHEN 'p' THEN 'NULL::%s' ELSE '(SELECT NULL::%s)' END, format_type(t.type, NULL)), ', ' ORDER BY t.n)
			FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS t (type, n)))
	FROM pg_proc AS p
	WHERE p.pronamespace = 'civicgrid'::regnamespace AND NOT has_function_privilege('m_nobody', p.oid, 'EXECUTE')
		AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
)
SELECT a.object, r.role, a.privilege, try('m_' || r.role, a.statement)
FROM attempt AS a, unnest('{collector,dispatcher,handler,supervisor,auditor,analyst,admin}'::text[]) AS r (role)
EOS
@wrong = ();
my $attempts = 0;
for my $line (split /\n/, $tried)
{
	my ($object, $role, $privilege, $answer) = split /\|/, $line, -1;
	my $says = $documented{$object}{$role} // '';
	$attempts++;
	# some columns are not all, or may be
	next if $says eq 'c' && $privilege eq 'r';
	push @wrong, "$role $privilege $object: $answer"
	  if ($answer eq 'may') != (index($says, $privilege) >= 0);
}
is(join("\n", @wrong), '', "all $attempts attempts end as documented");
cmp_ok($attempts, '>', 2000, 'everything was tried');

# A whole life of a case in which every text is hostile.  Whoever builds a
# statement of them drops the canary, or makes a role.
my @hostile = (
	q{'; DROP TABLE public.canary; --},
	q{x'); DROP TABLE public.canary; --},
	q{$$; DROP TABLE public.canary; $$},
	q{\'; DROP TABLE public.canary; --},
	q{"; DROP TABLE public.canary; --},
	q{%s %I %L %1$s %%},
	q{' || (SELECT set_config('role', 'postgres', false)) || '},
	q{x' UNION SELECT name FROM civicgrid.case_reporter --},
	q{E'\x27; CREATE ROLE evil SUPERUSER; --},
	"line\n\\! touch /tmp/x\n\\q",
	q{{"a": "'; DROP TABLE public.canary; --"}},
	q{＇；DROP TABLE public.canary；--},
);
result_of('CREATE TABLE public.canary (x integer); CREATE TABLE public.payload (n integer, t text); GRANT SELECT ON public.payload TO PUBLIC');
for my $n (0 .. $#hostile)
{
	(my $quoted = $hostile[$n]) =~ s/'/''/g;
	result_of("SET standard_conforming_strings = on; INSERT INTO public.payload VALUES ($n, '$quoted')");
}
result_of(<<'EOS');
CREATE FUNCTION public.as_role(who text, statement text) RETURNS text LANGUAGE plpgsql
SET search_path = civicgrid, public AS $$
DECLARE
	answer text;
BEGIN
	PERFORM set_config('role', who, true);
	EXECUTE statement INTO answer;
	PERFORM set_config('role', 'none', true);
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	PERFORM set_config('role', 'none', true);
	RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
-- the words after the text are those that differ between steps
CREATE FUNCTION public.life(n integer) RETURNS text LANGUAGE plpgsql
SET search_path = civicgrid, public AS $$
DECLARE
	x constant text := (SELECT p.t FROM payload AS p WHERE p.n = life.n);
	at timestamptz := '2026-03-02 10:00+08';
	case_number caseno;
	step record;
	answer text;
	answers text[];
BEGIN
	FOR step IN
		SELECT * FROM (VALUES
			('collector', 'SELECT report_event(''grid'', %L, cell => ''440310001001001'', class => ''0102'', address => %1$L, external_id => %1$L, owner => %1$L, reporter => jsonb_build_object(''name'', %1$L, ''phone'', %1$L, ''address'', %1$L), attachments => jsonb_build_array(jsonb_build_object(''uri'', ''a:'' || %1$L, ''name'', %1$L)), at => %2$L)'),
			('dispatcher', 'SELECT (verify(%3$L, 11, %1$L, %2$L)).state'),
			('collector', 'SELECT (verified(%3$L, true, %1$L, NULL, %2$L)).state'),
			('dispatcher', 'SELECT (amend(%3$L, %1$L, owner => ''2'' || %1$L, at => %2$L)).state'),
			('dispatcher', 'SELECT (file_case(%3$L, %1$L, %2$L)).state'),
			('dispatcher', 'SELECT (dispatch(%3$L, NULL, %1$L, %2$L)).state'),
			('dispatcher', 'SELECT (dispatch_also(%3$L, 5, %1$L, %2$L)).state'),
			('handler', 'SELECT (return_case(%3$L, ''not ours'', %1$L, 5, at => %2$L)).state'),
			('dispatcher', 'SELECT (dispatch(%3$L, 5, %1$L, %2$L)).state'),
			('supervisor', 'SELECT (adjudicate(%3$L, %1$L, 4, at => %2$L)).state'),
			('handler', 'SELECT (sign(%3$L, at => %2$L)).state'),
			('handler', 'SELECT (ask_extension(%3$L, ''1 work days'', %1$L, %2$L)).state'),
			('dispatcher', 'SELECT (decide_extension(%3$L, false, %1$L, %2$L)).state'),
			('supervisor', 'SELECT (supervise(%3$L, %1$L, %2$L)).state'),
			('handler', 'SELECT (comment(%3$L, %1$L, %2$L)).state'),
			('supervisor', 'SELECT (suspend(%3$L, timestamptz %2$L + interval ''1 day'', %1$L, %2$L)).state'),
			('supervisor', 'SELECT (resume(%3$L, %1$L, %2$L)).state'),
			('handler', 'SELECT (feedback(%3$L, %1$L, at => %2$L)).state'),
			('dispatcher', 'SELECT (check_case(%3$L, 11, %1$L, %2$L)).state'),
			('collector', 'SELECT (checked(%3$L, false, %1$L, NULL, %2$L)).state'),
			('dispatcher', 'SELECT (rework(%3$L, %1$L, %2$L)).state'),
			('handler', 'SELECT (feedback(%3$L, %1$L, at => %2$L)).state'),
			('dispatcher', 'SELECT (check_case(%3$L, 11, %1$L, %2$L)).state'),
			('collector', 'SELECT (checked(%3$L, true, %1$L, NULL, %2$L)).state'),
			('dispatcher', 'SELECT (close_case(%3$L, %1$L, %2$L)).state'),
			('dispatcher', 'SELECT (visit(%3$L, true, %1$L, %2$L)).state'),
			('dispatcher', 'SELECT (reporter_of(%3$L, %1$L, %2$L)).name'),
			('dispatcher', 'SELECT (reopen(%3$L, %1$L, %2$L)).state')
		) AS v (role, statement)
	LOOP
		at := at + interval '1 minute';
		PERFORM set_config('civicgrid.person', step.role || ' ' || x, true);
		answer := as_role('m_' || step.role, format(step.statement, x, at, case_number));
		IF case_number IS NULL THEN
			case_number := answer::caseno;
		ELSE
			answers := answers || answer;
		END IF;
	END LOOP;
	RETURN CASE WHEN (SELECT r.description FROM case_record AS r WHERE r.caseno OPERATOR(civicgrid.=) case_number) = x
			AND (SELECT r.name FROM case_reporter AS r WHERE r.caseno OPERATOR(civicgrid.=) case_number) = x
		THEN 'kept' ELSE 'changed' END || ' ' || array_to_string(array_replace(answers, x, 'the name'), ' ');
END;
$$;
EOS
my $life = 'kept verifying reported reported filed dispatched dispatched returned dispatched dispatched handling handling handling'
  . ' handling handling suspended handling handled checking rejected handling handled checking checked closed visited the name filed';
for my $n (0 .. $#hostile)
{
	rows_are("SELECT life($n)", $life, "a life in which every text is $hostile[$n]");
}
rows_are(q{SELECT count(*), (SELECT count(*) FROM canary) FROM pg_roles WHERE rolname = 'evil'}, '0|0', 'nothing of it was run');
rows_are(q{SELECT count(DISTINCT j.person), bool_and(j.remark IS NULL OR j.remark IN (SELECT t FROM payload)) FROM case_journal AS j},
	4 * @hostile . '|t', 'and all was written down as it came');

# Each view works for those who read it: what is below it is granted, too.
@wrong = ();
for my $view (sort { $a cmp $b } split /\n/, result_of(q{
	SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = 'civicgrid'::regnamespace}))
{
	for my $role (grep { ($documented{$view}{$_} // '') =~ /r/ } @roles)
	{
		my ($ret, $out, $err) = $node->psql('cases', "SET ROLE m_$role; SELECT * FROM civicgrid.$view LIMIT 5");
		push @wrong, "$role, $view: $err" if $ret;
	}
}
is(join("\n", @wrong), '', 'each view works for all who may read it');

# Every text argument of every function that a role may call, whatever the
# state of the case.
my $calls = result_of(<<'EOS');
WITH callee AS (
	SELECT p.oid, p.proname, p.prokind, p.proargtypes::oid[] AS types, r.role
	FROM pg_proc AS p, unnest('{collector,dispatcher,handler,supervisor,auditor,analyst,admin}'::text[]) AS r (role)
	WHERE p.pronamespace = 'civicgrid'::regnamespace AND p.prokind IN ('f', 'p')
		AND NOT has_function_privilege('m_nobody', p.oid, 'EXECUTE') AND has_function_privilege('m_' || r.role, p.oid, 'EXECUTE')
), argument AS (
	SELECT c.*, t.n AS place FROM callee AS c, unnest(c.types) WITH ORDINALITY AS t (type, n)
	WHERE t.type IN ('text'::regtype, 'jsonb'::regtype, 'name'::regtype)
)
SELECT count(try('m_' || a.role, format(CASE a.prokind WHEN 'p' THEN 'CALL civicgrid.%s(%s)' ELSE 'SELECT civicgrid.%s(%s)' END, a.proname, (
	SELECT string_agg(CASE
		WHEN t.n = a.place THEN quote_literal(CASE t.type WHEN 'jsonb'::regtype THEN jsonb_build_array(jsonb_build_object('channel', p.t, 'uri', p.t, 'name', p.t))::text ELSE p.t END)
		WHEN t.type = 'caseno'::regtype THEN quote_literal((SELECT max(s.caseno::text) FROM case_state AS s))
		WHEN t.type = 'text'::regtype THEN '''grid'''
		WHEN t.type = 'bigint'::regtype THEN '4'
		ELSE 'NULL'
	END || '::' || format_type(t.type, NULL), ', ' ORDER BY t.n)
	FROM unnest(a.types) WITH ORDINALITY AS t (type, n)
)))) FROM argument AS a, payload AS p
EOS
cmp_ok($calls, '>', 1000, "$calls calls with a hostile text in each place");
rows_are(q{SELECT count(*), (SELECT count(*) FROM canary) FROM pg_roles WHERE rolname = 'evil'}, '0|0', 'nothing of it was run');
rows_are(q{SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname LIKE 'm\_%'}, '0', 'nobody became a superuser');
# A query as a source of reports is run with the caller's rights.
like(
	result_of(q{SELECT as_role('m_collector', $$SELECT count(*) FROM report_events('SELECT ''grid'' AS channel, name AS description FROM civicgrid.case_reporter')$$)}),
	qr/^42501 permission denied for table case_reporter/, 'a source of reports reads what its caller may read');

# Hostile objects, found first by the caller's search path.  Each tells who ran
# it; nothing of the extension may, with rights that are not the caller's.
result_of(<<'EOS');
CREATE TABLE public.trap (what text, who text);
GRANT INSERT, SELECT ON public.trap TO PUBLIC;
CREATE SCHEMA hostile;
GRANT USAGE ON SCHEMA hostile TO PUBLIC;
CREATE FUNCTION hostile.snap(what text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	IF current_user = 'postgres' AND (session_user <> 'postgres' OR current_setting('role') <> 'none') THEN
		INSERT INTO public.trap VALUES (what, current_user);
	END IF;
END;
$$;
DO $$
DECLARE
	f record;
	made integer := 0;
BEGIN
	-- every function of pg_catalog that takes or gives ordinary types
	FOR f IN
		SELECT p.proname, p.oid, pg_get_function_identity_arguments(p.oid) AS arguments, format_type(p.prorettype, NULL) AS result
		FROM pg_proc AS p
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0
			AND p.proname IN ('now', 'clock_timestamp', 'upper', 'lower', 'length', 'left', 'right', 'repeat', 'replace', 'sha256',
				'current_setting', 'set_config', 'pg_advisory_xact_lock', 'hashtextextended', 'jsonb_set', 'to_jsonb', 'array_remove',
				'array_position', 'array_append', 'array_to_string', 'string_to_array', 'isfinite', 'upper_inf', 'int8eq', 'texteq', 'jsonb_array_length',
				'jsonb_typeof', 'to_char', 'date_trunc', 'convert_to', 'octet_length', 'cardinality', 'quote_ident', 'quote_literal', 'btrim')
			AND p.prorettype::regtype::text !~ '^(any|void)' AND 'any' <> ALL (SELECT left(t::regtype::text, 3) FROM unnest(p.proargtypes::oid[]) AS t)
	LOOP
		EXECUTE format('CREATE FUNCTION hostile.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', f.proname, f.arguments, f.result,
			format('BEGIN PERFORM hostile.snap(%L); RETURN NULL; END', f.proname));
		made := made + 1;
	END LOOP;
	IF made < 30 THEN
		RAISE EXCEPTION '% functions only', made;
	END IF;
	-- those of the extension itself
	FOR f IN SELECT unnest('{acting,acting_person,acting_is_superuser,my_units,sees_everything,sees_sensitive}'::text[]) AS proname LOOP
		EXECUTE format('CREATE FUNCTION hostile.%I() RETURNS text LANGUAGE plpgsql AS %L', f.proname,
			format('BEGIN PERFORM hostile.snap(%L); RETURN ''m_admin''; END', f.proname));
	END LOOP;
END;
$$;
CREATE FUNCTION hostile.same(a text, b text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM hostile.snap('text ='); RETURN true; END$$;
CREATE OPERATOR hostile.= (FUNCTION = hostile.same, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION hostile.same(a civicgrid.caseno, b civicgrid.caseno) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM hostile.snap('caseno ='); RETURN true; END$$;
CREATE OPERATOR hostile.= (FUNCTION = hostile.same, LEFTARG = civicgrid.caseno, RIGHTARG = civicgrid.caseno);
CREATE FUNCTION hostile.same(a bigint, b bigint) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM hostile.snap('bigint ='); RETURN true; END$$;
CREATE OPERATOR hostile.= (FUNCTION = hostile.same, LEFTARG = bigint, RIGHTARG = bigint);
CREATE FUNCTION hostile.joined(a text, b text) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM hostile.snap('||'); RETURN 'x'; END$$;
CREATE OPERATOR hostile.|| (FUNCTION = hostile.joined, LEFTARG = text, RIGHTARG = text);
CREATE FUNCTION hostile.beside(a civicgrid.gridcode, b civicgrid.gridcode) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM hostile.snap('<@'); RETURN true; END$$;
CREATE OPERATOR hostile.<@ (FUNCTION = hostile.beside, LEFTARG = civicgrid.gridcode, RIGHTARG = civicgrid.gridcode);
CREATE TABLE hostile.role_member AS SELECT 'm_handler'::text AS member, 'admin'::text AS role, NULL::bigint AS unit;
CREATE TABLE hostile.case_state AS SELECT * FROM civicgrid.case_state;
CREATE TABLE hostile.case_transition AS SELECT * FROM civicgrid.case_transition;
GRANT SELECT ON ALL TABLES IN SCHEMA hostile TO PUBLIC;
-- what such a function looks like that does not pin its path
CREATE FUNCTION public.careless() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN RETURN 'a'::text || upper('b'::text) || acting(); END$$;
EOS
sub as_login
{
	my ($role, $sql) = @_;
	my ($ret, $out, $err) = $node->psql('cases', <<"EOS", extra_params => [ '-U', "m_$role" ]);
CREATE TEMPORARY TABLE role_member AS SELECT 'm_$role'::text AS member, 'admin'::text AS role, NULL::bigint AS unit;
CREATE TEMPORARY TABLE case_state (caseno text);
CREATE TEMPORARY TABLE unit (unit bigint);
SET search_path = hostile, pg_temp, public, pg_catalog, civicgrid;
$sql
EOS
	return $ret ? "error: $err" : $out;
}
like(as_login('handler', 'SELECT public.careless()'), qr/^x?\s*$/, 'a careless function falls into the trap');
rows_are('SELECT string_agg(DISTINCT what, $$,$$ ORDER BY what) FROM trap', 'acting,upper,||', 'which tells');
result_of('TRUNCATE trap');
my $at = '2026-03-05 10:00+08';
my $no = as_login('collector', "SELECT civicgrid.report_event('grid', '墙上广告', cell => '440310001001001', class => '0102', at => '$at')");
like($no, qr/^\d{8}-\d{6}-\d{7}-\d$/, 'with hostile objects first on the path: report_event');
my @acts = (
	[ dispatcher => "file_case('$no', 'x', '$at')", 'filed' ],
	[ dispatcher => "dispatch('$no', NULL, 'x', '$at')", 'dispatched' ],
	[ handler => "sign('$no', at => '$at')", 'handling' ],
	[ handler => "feedback('$no', 'x', at => '$at')", 'handled' ],
	[ dispatcher => "check_case('$no', 11, 'x', '$at')", 'checking' ],
	[ collector => "checked('$no', true, 'x', NULL, '$at')", 'checked' ],
	[ dispatcher => "close_case('$no', 'x', '$at')", 'closed' ],
);
for my $act (@acts)
{
	is(as_login($act->[0], "SELECT (civicgrid.$act->[1]).state"), $act->[2], "with hostile objects first on the path: $act->[1]");
}
like(as_login('handler', "SELECT civicgrid.grant_role('m_handler', 'admin')"), qr/permission denied/, 'no role is had by a table of the caller\'s');
like(as_login('handler', "SELECT count(*) FROM civicgrid.role_member"), qr/permission denied/, 'nor read by it');
is(as_login('handler', "SELECT civicgrid.sees_everything() OR civicgrid.sees_sensitive() OR civicgrid.acting_is_superuser()"), 'f',
	'nor is anything seen by it');
is(as_login('collector', "SELECT count(*) FROM civicgrid.case_record AS r WHERE r.description OPERATOR(hostile.=) 'x'"),
	result_of("SELECT count(*) FROM case_record"), 'an operator of the caller\'s is given the rows that he sees');
# the same calls again, of everything there is
result_of(q{SET search_path = hostile, public, pg_catalog, civicgrid;
	SELECT pg_catalog.count(try('m_' OPERATOR(pg_catalog.||) r.role, pg_catalog.format('SET search_path = hostile, public, pg_catalog, civicgrid; SELECT civicgrid.%s(%s)', p.proname, (
		SELECT pg_catalog.string_agg('NULL::' OPERATOR(pg_catalog.||) pg_catalog.format_type(t, NULL), ', ') FROM pg_catalog.unnest(p.proargtypes::oid[]) AS t))))
	FROM pg_catalog.pg_proc AS p, pg_catalog.unnest('{collector,dispatcher,handler,supervisor,auditor,admin}'::text[]) AS r (role)
	WHERE p.pronamespace OPERATOR(pg_catalog.=) 'civicgrid'::regnamespace AND p.prosecdef AND p.prokind OPERATOR(pg_catalog.=) 'f'});
rows_are('SELECT DISTINCT what FROM trap', '', 'nothing hostile was run with the rights of the owner');
rows_are('SELECT count(*) FROM trap', '0', 'not once');

# Dump and restore: policies, rights and grants come back as they were.
$node->safe_psql('postgres', 'CREATE DATABASE restored');
my $dump = $node->basedir . '/roles.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('cases') ], 'a database with roles is dumped');
$node->safe_psql('cases', 'DROP TABLE public.canary');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'and restored');
my $state = q{
	SELECT md5(string_agg(x, E'\n' ORDER BY x COLLATE "C")) FROM (
		SELECT concat_ws('|', tablename, policyname, cmd, qual) FROM pg_policies
		UNION ALL SELECT concat_ws('|', c.oid::regclass, c.relrowsecurity, a.grantee::regrole, a.privilege_type)
			FROM pg_class AS c, aclexplode(c.relacl) AS a WHERE c.relnamespace = 'civicgrid'::regnamespace AND a.grantee <> c.relowner
		UNION ALL SELECT concat_ws('|', c.attrelid::regclass, c.attname, a.grantee::regrole, a.privilege_type)
			FROM pg_attribute AS c, aclexplode(c.attacl) AS a WHERE c.attrelid::regclass::text LIKE 'civicgrid.%'
		UNION ALL SELECT concat_ws('|', p.oid::regprocedure, a.grantee::regrole, a.privilege_type)
			FROM pg_proc AS p, aclexplode(p.proacl) AS a WHERE p.pronamespace = 'civicgrid'::regnamespace AND a.grantee <> p.proowner
		UNION ALL SELECT concat_ws('|', member, role, unit) FROM civicgrid.role_member
	) AS v (x)};
is($node->safe_psql('restored', $state), $node->safe_psql('cases', $state), 'with the same policies, rights and grants');
is($node->safe_psql('restored', "SELECT civicgrid.apply_role_rights('handler')"), '0', 'to which nothing has to be added');
is($node->safe_psql('restored', 'SET ROLE m_handler; SELECT count(*) FROM civicgrid.case_state'),
	$node->safe_psql('cases', 'SET ROLE m_handler; SELECT count(*) FROM civicgrid.case_state'), 'each sees the same cases');

$node->stop;
done_testing();
