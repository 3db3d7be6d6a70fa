# Figures: on a random history made with the verbs every count of kpi_day and
# kpi_due is
# what an independent query finds in the journal and the clocks, whether days
# are kept or counted live, and after steps are recorded late; rates and months
# are made of the counts.  GDAL opens the map of cases as a layer; that part is
# skipped where it is not there.
use strict;
use warnings;

use CivicGrid;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('kpi');
new_database($node, 'town');

sub query
{
	my ($sql) = @_;
	return $node->safe_psql('town',
		"SET search_path = civicgrid, public; SET TimeZone = 'Asia/Shanghai'; $sql"
	);
}

# ------------------------------------------------------------ a random history

query(<<'EOS');
INSERT INTO taxonomy (taxonomy, name) VALUES ('site', '本地分类');
INSERT INTO event_class (taxonomy, kind, code, name, parent) VALUES ('site', 'matter', '01', '市容', NULL),
	('site', 'matter', '0101', '垃圾', '01'), ('site', 'matter', '0102', '广告', '01'), ('site', 'matter', '02', '工地', NULL);
INSERT INTO grid_cell (kind, code, geom)
SELECT 'unit', v.code::gridcode, st_makeenvelope(114.3 + 0.01 * n, 22.69, 114.31 + 0.01 * n, 22.70, 4490)
FROM unnest('{440310001001001,440310001002001,440310002001001}'::text[]) WITH ORDINALITY AS v (code, n);
INSERT INTO unit (unit, name, kind, level, parent, territory, staff) VALUES
	(8, '市分拨中心', 'centre', 1, NULL, '4403', 5), (1, '区分拨中心', 'centre', 2, 8, '440310', 5), (2, '城管局', 'department', 2, 1, '440310', 9),
	(3, '住建局', 'department', 2, 1, '440310', 9), (4, '采集中心', 'grid team', 2, 1, '440310', 9),
	(5, '社区工作站', 'community station', 4, 1, '440310', 3), (6, '城管一中队', 'law enforcement team', 3, 2, '440310', 9),
	(7, '城管二中队', 'law enforcement team', 3, 2, '440310', 9);
INSERT INTO rulebook_draft (rulebook, name, taxonomy, kind, calendar) VALUES ('site', '坪山', 'site', 'matter', 'office');
INSERT INTO duty_rule (rule, rulebook, class, lead_unit, basis) VALUES
	(1, 'site', '01', 2, '清单1'), (2, 'site', '02', 3, '清单2'), (3, 'site', '0102', 6, '清单3');
INSERT INTO duty_assist (rule, place, kind, level, task) VALUES (2, 1, 'community station', 4, '现场配合');
INSERT INTO fallback (fallback, rulebook, territory, unit) VALUES (1, 'site', NULL, 1);
INSERT INTO sla_policy (policy, rulebook, stage, term) VALUES (1, 'site', 'verify', '30 minutes'), (2, 'site', 'file', '60 minutes'),
	(3, 'site', 'dispatch', '60 minutes'), (4, 'site', 'sign', '2 work hours'), (5, 'site', 'handle', '3 work days'),
	(6, 'site', 'check', '4 work hours'), (7, 'site', 'overall', '4 work days');
CALL publish_calendar('office', '2025-01-01 00:00+08');
CALL publish_rulebook('site', '2025-01-01 00:00+08');
-- who collects, handles and decides are not the same
CREATE ROLE kpi_centre SUPERUSER;
CREATE ROLE kpi_handler SUPERUSER;
CREATE ROLE kpi_collector SUPERUSER;
CREATE ROLE kpi_boss SUPERUSER;
ALTER DATABASE town SET search_path = civicgrid, public;

CREATE TABLE attempt (action text, refused text);
CREATE FUNCTION pick(things text[]) RETURNS text LANGUAGE sql RETURN things[1 + floor(random() * cardinality(things))];

CREATE FUNCTION open_case(n integer, at timestamptz) RETURNS caseno
	LANGUAGE plpgsql
AS $f$
DECLARE
	no constant caseno := make_caseno(at::date, '440310', n);
	class constant eventcode := pick('{0101,0102,02}');
	cell constant gridcode := pick('{440310001001001,440310001002001,440310002001001}');
	s case_state;
BEGIN
	s.caseno := no;
	s.state := 'reported';
	s.at := at;
	s.unit := 1;
	s.centre := 1;
	s.severity := 1;
	s.routing := route('site', class, cell, 'grid', 1, NULL, at, no);
	INSERT INTO case_record (caseno, reported_at, taxonomy, kind, class, cell, channel, location)
	VALUES (no, at, 'site', 'matter', class, cell, pick('{grid,12345}'), CASE WHEN n % 2 = 0 THEN st_setsrid(st_makepoint(114.3 + random() * 0.04, 22.695), 4490) END);
	IF random() < 0.2 THEN
		INSERT INTO case_link (caseno, other, link, at)
		SELECT no, max(r.caseno), 'duplicate', open_case.at FROM case_record AS r WHERE r.caseno < no HAVING count(*) > 0;
	END IF;
	PERFORM set_config('role', pick('{kpi_centre,kpi_collector}'), true);
	PERFORM case_open(s, 'report_event', NULL, '{}');
	RETURN no;
END $f$;

-- One act that the state of the case may allow
CREATE FUNCTION act(no caseno, at timestamptz) RETURNS void
	LANGUAGE plpgsql
AS $f$
DECLARE
	s case_state;
	action text;
	who text := 'kpi_centre';
	line text;
BEGIN
	SELECT c.* INTO s FROM case_state AS c WHERE c.caseno = no;
	action := pick(CASE s.state
		WHEN 'reported' THEN '{verify,verify,file_case,file_case,file_case,void_case,merge_cases}'
		WHEN 'verifying' THEN '{verified,verified,verified,recall}'
		WHEN 'filed' THEN '{dispatch,dispatch,dispatch,dispatch,send_back,suspend,adjudicate}'
		WHEN 'returned' THEN '{dispatch,dispatch,adjudicate}'
		WHEN 'dispatched' THEN '{sign,sign,sign,sign,return_case,recall,transfer,escalate}'
		WHEN 'handling' THEN '{feedback,feedback,feedback,feedback,return_case,ask_extension,ask_extension,decide_extension,decide_extension,suspend,supervise,dispatch_also,sign,recall,transfer,escalate,return_part}'
		WHEN 'suspended' THEN '{resume,resume,comment}'
		WHEN 'handled' THEN '{check_case,check_case,check_case,rework}'
		WHEN 'checking' THEN '{checked,checked,checked,recall}'
		WHEN 'rejected' THEN '{rework,rework,check_case}'
		WHEN 'checked' THEN '{close_case,close_case,rework}'
		WHEN 'closed' THEN '{visit,visit,visit,visit,reopen,appeal,appeal,decide_appeal,decide_appeal}'
		WHEN 'visited' THEN '{reopen,appeal,decide_appeal,decide_appeal,comment}'
		ELSE '{comment}' END::text[]);
	IF action IN ('verified', 'checked') THEN
		who := 'kpi_collector';
	ELSIF action IN ('sign', 'feedback', 'return_case', 'return_part', 'transfer', 'escalate', 'ask_extension', 'appeal') THEN
		who := 'kpi_handler';
	ELSIF action IN ('adjudicate', 'decide_extension', 'decide_appeal', 'supervise') THEN
		who := 'kpi_boss';
	END IF;
	line := CASE action
		WHEN 'verify' THEN 'verify($1, 4, at => $2)'
		WHEN 'verified' THEN format('verified($1, %L, ''所见'', at => $2)', random() < 0.7)
		WHEN 'void_case' THEN 'void_case($1, ''不属实'', $2)'
		WHEN 'merge_cases' THEN '(SELECT merge_cases($1, max(o.caseno), ''同一问题'', $2) FROM case_state AS o WHERE o.caseno < $1 AND o.state IN (''handling'', ''dispatched''))'
		WHEN 'dispatch' THEN CASE WHEN random() < 0.5 THEN 'dispatch($1, at => $2)' ELSE format('dispatch($1, %s, ''人工'', $2)', pick('{2,3,6,7}')) END
		WHEN 'send_back' THEN 'return_case($1, ''不明确'', ''请补充'', at => $2)'
		WHEN 'adjudicate' THEN format('adjudicate($1, ''职责清单'', %s, at => $2)', pick('{2,3,6}'))
		WHEN 'return_case' THEN '(SELECT return_case($1, min(r.reason), ''不属本单位'', at => $2) FROM return_reason AS r)'
		WHEN 'return_part' THEN '(SELECT return_case($1, min(r.reason), ''无法配合'', unit => 5, at => $2) FROM return_reason AS r)'
		WHEN 'transfer' THEN format('transfer($1, %s, ''就近'', $2)', pick('{6,7,2}'))
		WHEN 'escalate' THEN 'escalate($1, ''超出权限'', $2)'
		WHEN 'ask_extension' THEN 'ask_extension($1, ''2 work hours'', ''等料'', $2)'
		WHEN 'decide_extension' THEN format('decide_extension($1, %L, ''理由'', $2)', random() < 0.7)
		WHEN 'suspend' THEN 'suspend($1, $2 + interval ''9 days'', ''等许可'', $2)'
		WHEN 'feedback' THEN CASE WHEN random() < 0.4 THEN 'feedback($1, ''已办'', unit => 5, at => $2)' ELSE 'feedback($1, ''已办'', at => $2)' END
		WHEN 'check_case' THEN 'check_case($1, 4, at => $2)'
		WHEN 'checked' THEN format('checked($1, %L, ''所见'', at => $2)', random() < 0.7)
		WHEN 'visit' THEN format('visit($1, %s, ''回访'', $2)', pick('{true,false,null::boolean,null::boolean}'))
		WHEN 'dispatch_also' THEN 'dispatch_also($1, 5, ''配合'', $2)'
		WHEN 'sign' THEN CASE WHEN random() < 0.3 THEN 'sign($1, 5, $2)' ELSE 'sign($1, at => $2)' END
		WHEN 'decide_appeal' THEN format('decide_appeal($1, %L, ''理由'', $2)', random() < 0.7)
		WHEN 'supervise' THEN 'supervise($1, ''批示'', $2)'
		WHEN 'comment' THEN 'comment($1, ''备注'', $2)'
		WHEN 'rework' THEN 'rework($1, ''未办好'', $2)'
		WHEN 'recall' THEN 'recall($1, ''有误'', $2)'
		WHEN 'reopen' THEN 'reopen($1, ''再现'', $2)'
		WHEN 'appeal' THEN 'appeal($1, ''不可抗力'', $2)'
		ELSE format('%I($1, at => $2)', action) END;
	PERFORM set_config('role', who, true);
	BEGIN
		EXECUTE 'SELECT ' || line USING no, at;
		IF action = 'appeal' THEN
			PERFORM set_config('role', 'kpi_boss', true);
			PERFORM decide_appeal(no, random() < 0.8, '理由', at + interval '0.5 seconds');
		END IF;
		INSERT INTO attempt VALUES (action, NULL);
	EXCEPTION WHEN OTHERS THEN
		INSERT INTO attempt VALUES (action, SQLSTATE || ' ' || SQLERRM);
	END;
	PERFORM set_config('role', 'none', true);
END $f$;

-- Cases of some days, each with some acts; instants of a case differ.
CREATE FUNCTION play(from_n integer, to_n integer, acts integer) RETURNS void
	LANGUAGE plpgsql
AS $f$
DECLARE
	no caseno;
	t timestamptz;
BEGIN
	FOR n IN from_n..to_n LOOP
		t := '2025-04-01 00:00+08'::timestamptz + random() * interval '20 days';
		no := open_case(n, t);
		PERFORM set_config('role', 'none', true);
		FOR i IN 1..acts LOOP
			EXIT WHEN (SELECT c.state IN ('void', 'merged') FROM case_state AS c WHERE c.caseno = no);
			t := t + interval '1 second' + CASE WHEN random() < 0.7 THEN random() * interval '90 minutes' ELSE random() * interval '60 hours' END;
			PERFORM act(no, t);
		END LOOP;
	END LOOP;
END $f$;

-- The counts as rows, and the same by the journal: each measure by a query of
-- its own, of steps beside the step before and the clocks that end with them.
CREATE VIEW of_kpi_day AS
SELECT m.measure, k.day, k.unit, k.class, k.cell, k.channel, sum((k.counts ->> m.measure)::bigint)::bigint AS count
FROM (
	SELECT day, unit, class, cell, channel, to_jsonb(d) AS counts FROM kpi_day AS d
	UNION ALL
	SELECT day, unit, class, cell, channel, to_jsonb(d) FROM kpi_due AS d
) AS k
JOIN kpi_measure AS m ON k.counts ->> m.measure <> '0'
GROUP BY 1, 2, 3, 4, 5, 6;
CREATE VIEW step AS
SELECT j.caseno, j.step, j.at, (j.at + interval '8 hours') AT TIME ZONE 'UTC' AS local, j.action, j.outcome, j.unit,
	lag(j.to_state) OVER w AS was, j.to_state AS became, lag(j.unit) OVER w AS had,
	count(*) FILTER (WHERE j.to_state = 'handled' AND j.from_state = 'handling') OVER (PARTITION BY j.caseno ORDER BY j.step ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS handlings,
	(array_remove(array_agg(CASE WHEN j.to_state = 'handled' AND j.from_state = 'handling' THEN j.from_unit END) OVER (PARTITION BY j.caseno ORDER BY j.step ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), NULL)) AS handlers,
	(array_remove(array_agg(CASE WHEN j.to_state = 'dispatched' THEN j.unit END) OVER (PARTITION BY j.caseno ORDER BY j.step), NULL))[1] AS first_unit
FROM case_journal AS j
WINDOW w AS (PARTITION BY j.caseno ORDER BY j.step);
-- the tree as it is while cases are passed on
CREATE TABLE parent_then AS SELECT unit, parent FROM unit;
CREATE VIEW below AS
WITH RECURSIVE down (above, unit) AS (
	SELECT parent, unit FROM parent_then WHERE parent IS NOT NULL
	UNION
	SELECT d.above, p.unit FROM down AS d JOIN parent_then AS p ON p.parent = d.unit
)
TABLE down;
CREATE VIEW ended AS
SELECT c.caseno, c.stopped_at AS at, CASE c.kind WHEN 'case' THEN 'case' ELSE c.stage END AS stage, c.verdict FROM case_clock AS c WHERE c.stopped_at IS NOT NULL;
CREATE VIEW recount AS
WITH s AS (SELECT step.*, local::date AS day, coalesce(handlers[cardinality(handlers)], had) AS handler FROM step),
fact AS (
	SELECT caseno, day, unit, 'reported' AS measure FROM s WHERE step = 1
	UNION ALL SELECT s.caseno, day, unit, 'duplicates' FROM s JOIN case_link AS l ON l.caseno = s.caseno AND l.at = s.at WHERE step = 1 AND l.link = 'duplicate'
	UNION ALL SELECT caseno, day, unit, 'verify_due' FROM s WHERE action = 'verify'
	UNION ALL SELECT caseno, day, had, 'verified' FROM s WHERE action = 'verified'
	UNION ALL SELECT caseno, day, had, 'verified_on_time' FROM s JOIN ended USING (caseno, at) WHERE action = 'verified' AND stage = 'verify' AND verdict = 'on time'
	UNION ALL SELECT caseno, day, had, 'unfounded' FROM s WHERE action = 'verified' AND outcome = 'false'
	UNION ALL SELECT caseno, day, had, 'filed' FROM s WHERE was = 'reported' AND became = 'filed'
	UNION ALL SELECT caseno, day, had, 'filed_on_time' FROM s JOIN ended USING (caseno, at) WHERE was = 'reported' AND became = 'filed' AND stage = 'file' AND verdict = 'on time'
	UNION ALL SELECT caseno, day, had, 'voided' FROM s WHERE became = 'void'
	UNION ALL SELECT caseno, day, had, 'merged' FROM s WHERE became = 'merged' AND was <> 'merged'
	UNION ALL SELECT caseno, day, unit, 'dispatch_due' FROM s WHERE became IN ('filed', 'returned') AND was NOT IN ('filed', 'returned', 'suspended')
	UNION ALL SELECT caseno, day, had, 'dispatched' FROM s WHERE became = 'dispatched' AND was IN ('filed', 'returned')
	UNION ALL SELECT caseno, day, had, 'dispatched_on_time' FROM s JOIN ended USING (caseno, at) WHERE became = 'dispatched' AND was IN ('filed', 'returned') AND stage = 'dispatch' AND verdict = 'on time'
	UNION ALL SELECT caseno, day, unit, 'received' FROM s WHERE became = 'dispatched' AND action NOT IN ('resume', 'comment', 'supervise', 'sign', 'dispatch_also', 'return_case', 'feedback')
	UNION ALL SELECT caseno, day, had, 'signed' FROM s WHERE was = 'dispatched' AND became = 'handling'
	UNION ALL SELECT caseno, day, had, 'signed_on_time' FROM s JOIN ended USING (caseno, at) WHERE was = 'dispatched' AND became = 'handling' AND stage = 'sign' AND verdict = 'on time'
	UNION ALL SELECT caseno, day, had, 'handled' FROM s WHERE was = 'handling' AND became = 'handled'
	UNION ALL SELECT caseno, day, had, CASE verdict WHEN 'on time' THEN 'on_time' ELSE 'overdue' END FROM s JOIN ended USING (caseno, at) WHERE was = 'handling' AND became = 'handled' AND stage = 'handle'
	UNION ALL SELECT caseno, day, had, 'handled_first' FROM s WHERE was = 'handling' AND became = 'handled' AND handlings = 0
	UNION ALL SELECT caseno, day, had, 'handled_right' FROM s WHERE was = 'handling' AND became = 'handled' AND handlings = 0 AND (first_unit = had
		OR EXISTS (SELECT FROM case_journal AS t JOIN below AS b ON b.above = s.first_unit AND b.unit = s.had
			WHERE t.caseno = s.caseno AND t.step < s.step AND t.action = 'transfer' AND t.unit = s.had))
	UNION ALL SELECT caseno, day, had, 'returned' FROM s WHERE became = 'returned' AND was <> 'returned' AND was <> 'suspended'
	UNION ALL SELECT caseno, day, had, 'sent_back' FROM s WHERE became = 'reported' AND was IN ('filed', 'returned')
	UNION ALL SELECT caseno, day, had, 'transferred' FROM s WHERE action = 'transfer'
	UNION ALL SELECT caseno, day, had, 'escalated' FROM s WHERE action = 'escalate'
	UNION ALL SELECT caseno, day, had, 'recalled' FROM s WHERE action = 'recall' AND became = 'filed'
	UNION ALL SELECT caseno, day, unit, 'adjudicated' FROM s WHERE action = 'adjudicate'
	UNION ALL SELECT caseno, day, had, 'extension_asked' FROM s WHERE action = 'ask_extension'
	UNION ALL SELECT caseno, day, had, 'extended' FROM s WHERE action = 'decide_extension' AND outcome = 'granted'
	UNION ALL SELECT caseno, day, had, 'suspended' FROM s WHERE became = 'suspended' AND was <> 'suspended'
	UNION ALL SELECT caseno, day, had, 'resumed' FROM s WHERE was = 'suspended' AND became <> 'suspended'
	UNION ALL SELECT caseno, day, unit, 'check_due' FROM s WHERE became = 'checking' AND was <> 'checking'
	UNION ALL SELECT caseno, day, had, 'checked' FROM s WHERE action = 'checked'
	UNION ALL SELECT caseno, day, had, 'checked_on_time' FROM s JOIN ended USING (caseno, at) WHERE action = 'checked' AND stage = 'check' AND verdict = 'on time'
	UNION ALL SELECT caseno, day, handler, CASE outcome WHEN 'pass' THEN 'check_passed' ELSE 'check_failed' END FROM s WHERE action = 'checked'
	UNION ALL SELECT caseno, day, unit, 'reworked' FROM s WHERE action = 'rework'
	UNION ALL SELECT caseno, day, handler, 'closed' FROM s WHERE became = 'closed' AND was IN ('checked', 'confirming')
	UNION ALL SELECT caseno, day, handler, CASE verdict WHEN 'on time' THEN 'closed_on_time' ELSE 'closed_overdue' END FROM s JOIN ended USING (caseno, at) WHERE became = 'closed' AND was IN ('checked', 'confirming') AND stage = 'case'
	UNION ALL SELECT caseno, day, handler, 'reopened' FROM s WHERE action = 'reopen'
	UNION ALL SELECT caseno, day, handler, 'visited' FROM s WHERE action = 'visit' AND outcome NOT IN ('unreached', 'silent')
	UNION ALL SELECT caseno, day, handler, outcome FROM s WHERE action = 'visit' AND outcome <> 'silent'
	UNION ALL SELECT s.caseno, day, a.unit, 'appealed' FROM s JOIN case_appeal AS a ON a.caseno = s.caseno AND a.asked_at = s.at WHERE action = 'appeal'
	UNION ALL SELECT s.caseno, day, a.unit, 'exempted' FROM s JOIN case_appeal AS a ON a.caseno = s.caseno AND a.decided_at = s.at WHERE action = 'decide_appeal' AND a.granted
	UNION ALL SELECT caseno, day, had, 'supervised' FROM s WHERE action = 'supervise'
	UNION ALL
	SELECT d.caseno, d.day, d.unit, d.prefix || v.suffix
	FROM (
		SELECT c.caseno, ((c.due_at + interval '8 hours') AT TIME ZONE 'UTC')::date AS day,
			CASE c.kind WHEN 'case' THEN coalesce(t.lead, t.centre) ELSE c.holder::bigint END AS unit,
			CASE c.kind WHEN 'case' THEN 'close_due' ELSE 'due' END AS prefix, EXISTS (
				SELECT FROM case_appeal AS a WHERE a.caseno = c.caseno AND a.granted AND a.asked_at >= c.stopped_at AND (c.kind = 'case' OR a.unit::text = c.holder)) AS exempt, c.stopped_at, c.verdict, c.due_at
		FROM case_clock AS c
		JOIN case_state AS t ON t.caseno = c.caseno
		WHERE (c.kind = 'case' OR c.stage = 'handle') AND c.due_at < 'infinity' AND c.verdict IS DISTINCT FROM 'void'
			AND NOT (c.kind = 'stage' AND c.verdict IS NOT DISTINCT FROM 'on time'
				AND (SELECT j.to_state FROM case_journal AS j WHERE j.caseno = c.caseno AND j.at = c.stopped_at) <> 'handled')
			-- merging is no closing in time
			AND NOT (c.kind = 'case' AND c.verdict IS NOT DISTINCT FROM 'on time' AND EXISTS (
				SELECT FROM case_journal AS j WHERE j.caseno = c.caseno AND j.action = 'merge_cases' AND j.at = c.stopped_at))
	) AS d
	CROSS JOIN LATERAL (VALUES ('', true), ('_on_time', d.verdict = 'on time'), ('_undone', d.stopped_at IS NULL),
		('_overdue', coalesce(d.stopped_at, now()) > d.due_at AND NOT d.exempt), ('_exempt', coalesce(d.stopped_at, now()) > d.due_at AND d.exempt)) AS v (suffix, holds)
	WHERE v.holds
)
SELECT f.measure, f.day, f.unit, r.class::text AS class, r.cell::text AS cell, r.channel, count(*) AS count
FROM fact AS f
JOIN case_record AS r ON r.caseno = f.caseno
GROUP BY f.measure, f.day, f.unit, r.class::text, r.cell::text, r.channel;
SELECT setseed(0.6);
SELECT play(1, 120, 30);
-- what play() seldom does: the first unit passes a case on to its teams, which
-- handle it, at once or from one to the other
DO $f$
DECLARE
	no caseno;
	t constant timestamptz := '2025-04-10 09:00+08';
BEGIN
	FOR n IN 201..204 LOOP
		no := open_case(n, t);
		PERFORM set_config('role', 'kpi_handler', true);
		PERFORM file_case(no, at => t + interval '1 minute'), dispatch(no, CASE n WHEN 204 THEN 6 ELSE 2 END, at => t + interval '2 minutes');
		IF n < 204 THEN
			PERFORM transfer(no, 6, '就近', t + interval '3 minutes');
		END IF;
		IF n <> 201 THEN
			PERFORM transfer(no, 7, '就近', t + interval '4 minutes');
		END IF;
		PERFORM sign(no, at => t + interval '5 minutes'), feedback(no, '已办', at => t + interval '6 minutes');
		PERFORM set_config('role', 'none', true);
	END LOOP;
END $f$;
EOS

# The differences, if there are any
sub differences
{
	return query(
		q{SELECT 'kept', d.* FROM (TABLE of_kpi_day EXCEPT ALL TABLE recount) AS d
		UNION ALL SELECT 'recount', d.* FROM (TABLE recount EXCEPT ALL TABLE of_kpi_day) AS d ORDER BY 2, 3, 1 LIMIT 20});
}

is(differences(), '', 'every count is that of the journal, all days live');
my $unused = query(
	q{SELECT string_agg(measure, ' ' ORDER BY place) FROM kpi_measure WHERE measure NOT IN (SELECT measure FROM of_kpi_day)}
);
my @unused = split / /, $unused;
cmp_ok(scalar @unused, '<=', 3, 'nearly every measure counts something in this history')
  or diag($unused);

# ------------------------------------------------------------ days that are kept

my $closed = query(q{CALL close_kpi_days('2025-04-15')});
is($closed, 15, 'fifteen days are counted and kept');
is(query(q{CALL close_kpi_days('2025-04-15')}), 0, 'once');
is(differences(), '', 'the counts are the same, some days kept, some live');
query('SELECT setseed(0.7); SELECT play(121, 150, 15)');
cmp_ok(query(q{SELECT count(*) FROM kpi_closed_day WHERE NOT kpi_day_is_closed(day)}),
	'>', 5, 'steps of days that were kept are recorded late');
is(differences(), '', 'and counted all the same');
cmp_ok(query('CALL close_kpi_days()'), '>', 15, 'days are counted anew, and the others');
is(query(q{SELECT count(*) FROM kpi_days() AS d WHERE d < '2025-06-30' AND NOT kpi_day_is_closed(d)}),
	0, 'all days are kept');
is(differences(), '', 'and the counts are the same');
is( query(
		q{SELECT count(*) FROM case_record AS r WHERE NOT EXISTS (SELECT FROM kpi_count AS k WHERE k.caseno = r.caseno AND k.reported = 1)}
	),
	0,
	'every case is reported once');
is(query('SELECT count(*) FROM case_record'),
	query('SELECT sum(reported) FROM kpi_day'), 'in is out');

# ------------------------------------------------------------ days that tick() keeps

# What tick() does, a hundred days at a time, until all that are over are kept
sub keep_all_days
{
	for (1 .. 20)
	{
		query(q{SELECT tick_kpi_days(class_day(now()) - 1, 100)});
		return 'all are kept'
		  if query(
			q{SELECT count(*) FROM kpi_days() AS d WHERE d < class_day(now()) AND NOT kpi_day_is_closed(d)}
		  ) == 0;
	}
	return 'some are not kept';
}

query('DELETE FROM kpi_closed_day; DELETE FROM kpi_count');
query(q{BEGIN; CALL tick('2025-04-15 00:00+08', commits => false); COMMIT});
is(query('SELECT count(*) FROM kpi_closed_day'),
	0, 'tick() keeps no day in a transaction of others');
query(q{CALL tick('2025-04-15 00:00+08')});
is(query('SELECT min(day), max(day), count(*) FROM kpi_closed_day'),
	'2025-04-07|2025-04-14|8', 'the latest days that are over, and eight at a time');
is(differences(), '', 'the counts are the same, some days kept, some live');
is(keep_all_days(), 'all are kept', 'it keeps the others, by and by');
is(differences(), '', 'and the counts are the same');
query('SELECT setseed(0.8); SELECT play(151, 170, 15)');
cmp_ok(query('SELECT count(*) FROM kpi_closed_day WHERE NOT kpi_day_is_closed(day)'),
	'>', 5, 'steps of days that it kept are recorded late');
is(differences(), '', 'and counted all the same');
is(keep_all_days(), 'all are kept', 'it finds these days');
is(differences(), '', 'and the counts are the same');
# a case of another class than it was thought to be
my $amended = query(q{WITH u AS (UPDATE case_record SET class = '02', cell = '440310002001001', channel = 'app'
	WHERE caseno IN (SELECT caseno FROM case_state WHERE step > 10 ORDER BY caseno LIMIT 5) RETURNING 1) SELECT count(*) FROM u});
is($amended, 5, 'cases are given another class, cell and channel');
cmp_ok(query('SELECT count(*) FROM kpi_closed_day WHERE NOT kpi_day_is_closed(day)'),
	'>', 5, 'no count of their days holds');
is(differences(), '', 'they count by what they are now');
is(query('SELECT tick_kpi_days(class_day(now()) - 1)'),
	0, 'no day is counted anew');
is(query('SELECT count(*) FROM kpi_closed_day WHERE NOT kpi_day_is_closed(day)'),
	0, 'but all counts hold again');
is(differences(), '', 'and are right');
query(q{INSERT INTO kpi_rule (measure, rule, action, unit_of) VALUES ('supervised', 9, 'comment', 'from')});
is(query('SELECT count(*) FROM kpi_closed_day WHERE kpi_day_is_closed(day)'),
	0, 'no count holds by other rules');
query(q{DELETE FROM kpi_rule WHERE origin = 'site'});
# counting days is somebody else's for the moment
my $other = $node->background_psql('town', on_error_stop => 1);
$other->query_safe(q{SET search_path = civicgrid, public; BEGIN; CALL close_kpi_days()});
query('DELETE FROM kpi_closed_day');
is(query(q{SELECT tick_kpi_days(class_day(now()) - 1)}),
	0, 'who counts is not waited for');
$other->query_safe('COMMIT');
$other->quit;
is(keep_all_days(), 'all are kept', 'all days are kept again');

# ------------------------------------------------------------ rates and months

is( query(
		q{SELECT count(*) FROM (SELECT day, unit, sum(satisfied) AS a, sum(visited) AS b FROM kpi_day GROUP BY day, unit HAVING sum(visited) > 0) AS k
		FULL JOIN (SELECT * FROM kpi_rates WHERE rate = 'satisfied' AND denominator > 0) AS r USING (day, unit)
		WHERE (a, b) IS DISTINCT FROM (numerator, denominator)}),
	0,
	'a rate is the quotient of its counts');
is( query(
		q{SELECT count(*) FROM (SELECT date_trunc('month', day)::date AS month, unit, sum(handled) AS a, sum(due) AS b, sum(due_overdue) AS c
			FROM (SELECT day, unit, handled, 0 AS due, 0 AS due_overdue FROM kpi_day UNION ALL SELECT day, unit, 0, due, due_overdue FROM kpi_due) AS d GROUP BY 1, 2) AS k
		FULL JOIN unit_month AS m ON m.month = k.month AND m.unit = k.unit WHERE (a, b, c) IS DISTINCT FROM (m.handled, m.due, m.due_overdue)}
	),
	0,
	'a month is the sum of its days');
is( query(
		q{SELECT sum(verified), sum(checked), sum(verified_on_time), sum(checked_on_time) FROM collector_month}),
	query(q{SELECT sum(verified), sum(checked), sum(verified_on_time), sum(checked_on_time) FROM kpi_day}),
	'what collectors did is what their units did');
is( query(
		q{SELECT count(*) FILTER (WHERE was_right), count(was_right) FROM first_dispatch}),
	query(q{SELECT sum(handled_right), sum(handled_first) FROM kpi_day}),
	'first dispatches');
cmp_ok(query('SELECT count(*) FROM first_dispatch WHERE was_right AND handler <> first_unit'),
	'>', 0, 'some are right that a team of the first unit handled');
cmp_ok(query('SELECT count(*) FROM first_dispatch AS f JOIN below AS b ON b.above = f.first_unit AND b.unit = f.handler WHERE NOT f.was_right'),
	'>', 0, 'some are not, that a dispatch centre gave to it');
query('UPDATE unit SET parent = 3 WHERE unit IN (6, 7)');
is(differences(), '', 'the tree counts as it was, of days that are kept');
query('DELETE FROM kpi_closed_day; DELETE FROM kpi_count');
is(differences(), '', 'and live');
is( query(
		q{SELECT sum(reported), sum(open) FROM funnel}),
	query(q{SELECT count(*), count(*) FILTER (WHERE open) FROM cases}),
	'the funnel begins with all cases');

# ------------------------------------------------------------ the map in GDAL

SKIP:
{
	skip 'ogrinfo is not here (Debian package gdal-bin)', 2
	  unless grep { -x "$_/ogrinfo" } split /:/, $ENV{PATH};
	local %ENV = (%ENV, LC_ALL => 'C.UTF-8');
	my $source = sprintf "PG:host='%s' port=%s dbname=town schemas=civicgrid tables=case_map",
	  $node->host, $node->port;
	my ($out, $err) = run_command([ 'ogrinfo', '-so', $source, 'case_map' ]);
	like($out, qr/^Geometry: Point$/m, 'ogrinfo opens the map as a layer of points');
	my $cases = query('SELECT count(*) FROM case_map');
	like($out, qr/^Feature Count: $cases$/m, "with $cases features");
	diag($out, $err) unless $out =~ /^Geometry: Point$/m;
}

$node->stop;
done_testing();
