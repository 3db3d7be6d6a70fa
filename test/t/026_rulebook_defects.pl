# Faults planted into a rulebook without any, one at a time: each is found, with
# the rules and the region, and nothing that is not its consequence.  And a
# clean rulebook of 100,000 rules has none.
use strict;
use warnings;

use CivicGrid;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('defects', conf => "jit = off\nwork_mem = 64MB\nshared_buffers = 256MB\nmax_wal_size = 4GB\nfsync = off\n");
my $at = "timestamptz '2026-11-02 00:00+08'";

sub make_city
{
	my ($name, %size) = @_;
	new_database($node, $name);
	$node->safe_psql($name, "ALTER DATABASE $name SET search_path = public, civicgrid");
	$node->safe_psql($name, "ALTER DATABASE $name SET client_min_messages = warning");
	$node->safe_psql($name, "ALTER DATABASE $name SET timezone = 'Asia/Shanghai'");
	my $script = slurp_file('test/bench/rulebook.sql');
	$script =~ s/(?<!:):([a-z]+)/$size{$1}/g;
	$node->safe_psql($name, $script . "CALL publish_calendar('office', '2026-01-01 00:00+08');");
	return;
}

# ------------------------------------------------------------- a small city

make_city('small', districts => 2, streets => 3, communities => 3, grids => 3, tops => 4, classes => 5, rules => 150);
$node->safe_psql('small', <<'EOS');
CREATE TABLE plant (n int GENERATED ALWAYS AS IDENTITY, kind text, fault text, script text, rule bigint, policy bigint, unit bigint, class text, territory text, word text);
CREATE TABLE found (n int, severity text, fault text, rules bigint[], policies bigint[], unit bigint, class text, territory text, detail text, channel text);

-- explicit rules for one place, in an order of no meaning
CREATE VIEW explicit AS SELECT * FROM duty_rule WHERE lead_unit IS NOT NULL AND num_nonnulls(owner, severity, channel, time_window) = 0;

-- nobody in a street: neither the rule for everywhere, nor that for the street, nor a fallback
INSERT INTO plant (kind, fault, script, class, territory)
SELECT 'hole', 'hole', format('DELETE FROM duty_rule WHERE class = %1$L AND (territory IS NULL OR territory = %2$L); DELETE FROM fallback WHERE territory = %3$L',
    k.class, p.street, p.district), k.class, p.street
FROM bench_class AS k, (SELECT DISTINCT left(code, 9) AS street, left(code, 6) AS district FROM bench_place WHERE s > 1) AS p
WHERE NOT EXISTS (SELECT FROM duty_rule AS r WHERE r.class = k.class AND r.territory <@ p.street::gridcode AND length(r.territory::text) > 9)
ORDER BY md5(k.class::text || street) LIMIT 20;
-- nobody for those of a channel only, and of all others only
INSERT INTO plant (kind, fault, script, class, territory, word)
SELECT 'hole but for a channel', 'hole', format('DELETE FROM duty_rule WHERE class = %1$L AND (territory IS NULL OR territory = %2$L); DELETE FROM fallback WHERE territory = %3$L;'
    || 'INSERT INTO duty_rule (rulebook, class, territory, channel, lead_unit) SELECT %4$L, %1$L, %2$L, channel, 1 FROM channel WHERE channel <> %5$L',
    k.class, p.street, p.district, 'bench', 'bench web'), k.class, p.street, 'bench web'
FROM bench_class AS k, (SELECT DISTINCT left(code, 9) AS street, left(code, 6) AS district FROM bench_place WHERE s > 1) AS p
WHERE NOT EXISTS (SELECT FROM duty_rule AS r WHERE r.class = k.class AND r.territory <@ p.street::gridcode AND length(r.territory::text) > 9)
ORDER BY md5(street || k.class::text) LIMIT 10;
INSERT INTO plant (kind, fault, script, rule, class, territory)
SELECT 'tie', 'tie', format('INSERT INTO duty_rule (rule, rulebook, class, territory, owner, severity, channel, time_window, lead_unit)
    SELECT 900000, rulebook, class, territory, owner, severity, channel, time_window, 1 FROM duty_rule WHERE rule = %s', rule), rule, class, territory
FROM duty_rule ORDER BY md5(rule::text) LIMIT 30;
INSERT INTO plant (kind, fault, script, rule, class, territory)
SELECT 'shadowed', 'shadowed', format('INSERT INTO duty_rule (rule, rulebook, class, territory, lead_unit) VALUES (900000, %L, %L, %L, 1)', 'bench', top, place), 900000, NULL, NULL
FROM (SELECT DISTINCT left(class::text, 2) AS top FROM bench_class) AS k, (SELECT DISTINCT left(code, v.n) AS place FROM bench_place, (VALUES (9), (12)) AS v (n)) AS p
ORDER BY md5(top || place) LIMIT 20;
INSERT INTO plant (kind, fault, script, rule, class, territory)
SELECT 'no such unit there', 'no such unit', format('INSERT INTO duty_rule (rule, rulebook, class, territory, lead_kind, lead_level) VALUES (900000, %L, %L, %L, %L, 4)', 'bench', class, place, 'patrol'),
    900000, NULL, NULL
FROM bench_class AS k, (SELECT DISTINCT left(code, 12) AS place FROM bench_place) AS p
WHERE NOT EXISTS (SELECT FROM duty_rule AS r WHERE r.class = k.class AND r.territory = p.place::gridcode)
ORDER BY md5(class::text || place) LIMIT 15;
INSERT INTO plant (kind, fault, script, class, territory)
SELECT 'closed office', 'unresolved', format('UPDATE unit SET valid_to = %L WHERE unit = %s', '2026-01-01', u.unit), NULL, u.territory
FROM unit AS u WHERE kind LIKE 'office %' ORDER BY unit;
INSERT INTO plant (kind, fault, script, unit)
SELECT 'cycle', 'cycle', format('UPDATE unit SET parent = %s WHERE unit = %s', c.unit, u.unit), u.unit
FROM unit AS u JOIN unit AS c ON c.parent = u.unit ORDER BY md5(u.unit::text || c.unit::text) LIMIT 15;
INSERT INTO plant (kind, fault, script, unit)
SELECT 'orphan', 'orphan', format('UPDATE unit SET parent = 999999 WHERE unit = %s', u.unit), u.unit FROM unit AS u ORDER BY md5(u.unit::text) LIMIT 15;
INSERT INTO plant (kind, fault, script, word)
SELECT 'missing term', 'no term', format('DELETE FROM sla_policy WHERE stage = %L AND class IS NULL AND grade IS NULL', s), s FROM unnest('{handle,overall}'::text[]) AS s;
INSERT INTO plant (kind, fault, script, policy, class)
SELECT 'terms that tie', 'term tie', format('INSERT INTO sla_policy (policy, rulebook, class, territory, severity, grade, stage, term, calendar)
    SELECT 900000, rulebook, class, territory, severity, grade, stage, %L, calendar FROM sla_policy WHERE policy = %s', '1 work day', policy), policy, class
FROM sla_policy ORDER BY md5(policy::text) LIMIT 15;
INSERT INTO plant (kind, fault, script, rule)
SELECT 'class that is none', 'unknown class', format('INSERT INTO duty_rule (rule, rulebook, class, lead_unit) VALUES (900000, %L, %L, 1)', 'bench', c), 900000
FROM unnest('{09,01099,99,019,04006}'::text[]) AS c;
INSERT INTO plant (kind, fault, script, rule)
SELECT 'place without cells', 'unknown territory', format('INSERT INTO duty_rule (rule, rulebook, class, territory, lead_unit) VALUES (900000, %L, %L, %L, 1)', 'bench', '01001', p), 900000
FROM unnest('{440399,440301099,440302003004,440301001001099,4404}'::text[]) AS p;
INSERT INTO plant (kind, fault, script, rule)
SELECT 'over', 'out of force', format('UPDATE duty_rule SET valid_to = %L WHERE rule = %s', '2026-11-01', rule), rule FROM explicit WHERE length(territory::text) > 9 ORDER BY md5(rule::text) LIMIT 15;
INSERT INTO plant (kind, fault, script, rule)
SELECT 'forbidden', 'excluded', format('INSERT INTO duty_exclusion (rulebook, unit, class, territory) VALUES (%L, %s, %L, %L)', 'bench', lead_unit, class, territory), rule
FROM explicit ORDER BY md5(rule::text) LIMIT 20;
INSERT INTO plant (kind, fault, script, unit)
SELECT 'nobody there', 'no staff', format('UPDATE unit SET staff = 0 WHERE unit = %s', unit), unit FROM unit WHERE kind IN ('patrol', 'station') ORDER BY md5(unit::text) LIMIT 12;
INSERT INTO plant (kind, fault, script, rule, unit)
SELECT 'outside', 'outside', format('UPDATE duty_rule SET lead_unit = %s WHERE rule = %s', u.unit, r.rule), r.rule, u.unit
FROM (SELECT * FROM explicit ORDER BY md5(rule::text) LIMIT 15) AS r
CROSS JOIN LATERAL (SELECT u.unit FROM unit AS u WHERE kind = 'patrol' AND left(u.territory::text, 9) <> left(r.territory::text, 9) ORDER BY md5(u.unit::text || r.rule::text) LIMIT 1) AS u;
INSERT INTO plant (kind, fault, script, unit)
SELECT 'two of a kind', 'ambiguous', format('INSERT INTO unit (unit, name, kind, level, parent, territory, staff) SELECT 900000, %L, kind, level, parent, territory, 9 FROM unit WHERE unit = %s', 'second', unit), NULL
FROM unit WHERE kind LIKE 'office %' ORDER BY md5(unit::text) LIMIT 8;
INSERT INTO plant (kind, fault, script, word)
SELECT 'channel to nowhere', 'no intake', format('INSERT INTO channel (channel, name, intake_kind, intake_level) VALUES (%L, %L, %L, 5)', 'lost', 'lost', k), 'lost' FROM unnest('{patrol,station,street centre}'::text[]) AS k;
INSERT INTO plant (kind, fault, script, rule)
SELECT 'no such ' || what, 'unknown ' || what, format('UPDATE duty_rule SET %I = %L WHERE rule = %s', col, value, rule), rule
FROM (VALUES ('channel', 'channel', 'radio'), ('window', 'time_window', 'noon'), ('severity', 'severity', '9')) AS v (what, col, value),
    (SELECT rule FROM explicit ORDER BY md5(rule::text) LIMIT 5) AS r;
INSERT INTO plant (kind, fault, script, policy)
SELECT 'beyond the calendar', 'beyond the calendar', format('UPDATE sla_policy SET term = %L WHERE policy = %s', '9000 work days', policy), policy FROM sla_policy ORDER BY md5(policy::text) LIMIT 5;

-- what is there before, and then what each adds; all is undone
CREATE PROCEDURE dig(at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    p plant;
    f jsonb;
BEGIN
    INSERT INTO found SELECT 0, c.severity, c.fault, c.rules, c.policies, c.unit, c.class::text, c.territory::text, c.detail, concat_ws(' ', c.channel, c.stage) FROM rulebook_check('bench', at) AS c;
    FOR p IN SELECT * FROM plant ORDER BY n LOOP
        BEGIN
            EXECUTE p.script;
            SELECT coalesce(jsonb_agg(to_jsonb(c)), '[]') INTO f FROM rulebook_check('bench', at) AS c;
            RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = 'undo';
        EXCEPTION WHEN SQLSTATE 'ZZ000' THEN NULL;
        END;
        INSERT INTO found
        SELECT p.n, c.severity, c.fault, c.rules, c.policies, c.unit, c.class, c.territory, c.detail, concat_ws(' ', c.channel, c.stage)
        FROM jsonb_to_recordset(f) AS c (severity text, fault text, rules bigint[], policies bigint[], unit bigint, class text, territory text, detail text, channel text, stage text);
    END LOOP;
END $$;
EOS
$node->safe_psql('small', "CALL dig($at)");
is($node->safe_psql('small', "SELECT severity, fault, detail FROM found WHERE n = 0 AND severity <> 'notice' ORDER BY 1, 2, 3"), '', 'nothing is at fault before');
my $all = $node->safe_psql('small', 'SELECT count(*) FROM plant');
cmp_ok($all, '>=', 200, "$all faults are planted");
# what each brings with it
my %also = (
	'hole' => 'no general fallback',
	'hole but for a channel' => 'no general fallback',
	'cycle' => 'level above its parent,outside its parent',
	'terms that tie' => 'longer than overall,slower for the more urgent',
	'beyond the calendar' => 'longer than overall,slower for the more urgent',
	'two of a kind' => '"same kind, level and territory"',
	'channel to nowhere' => 'no such unit');
for my $kind (split /\n/, $node->safe_psql('small', 'SELECT kind FROM plant GROUP BY kind ORDER BY min(n)'))
{
	is($node->safe_psql('small', <<"EOS"), '', "$kind: all are found");
SELECT p.n, p.script FROM plant AS p
WHERE p.kind = '$kind' AND NOT EXISTS (
    SELECT FROM found AS f
    WHERE f.n = p.n AND f.fault = p.fault
        AND (p.rule IS NULL OR p.rule = ANY (f.rules)) AND (p.policy IS NULL OR p.policy = ANY (f.policies))
        AND (p.unit IS NULL OR p.unit = f.unit OR f.detail LIKE 'Unit ' || p.unit || ' %') AND (p.class IS NULL OR p.class = f.class) AND (p.territory IS NULL OR p.territory = f.territory)
        AND (p.word IS NULL OR f.channel ~ p.word))
ORDER BY p.n
EOS
	is($node->safe_psql('small', <<"EOS"), '', "$kind: nothing else is");
SELECT DISTINCT f.severity, f.fault, f.detail FROM plant AS p JOIN found AS f ON f.n = p.n
WHERE p.kind = '$kind' AND f.severity <> 'notice' AND f.fault <> p.fault AND f.fault <> ALL ('{@{[$also{$kind} // '']}}')
    AND NOT EXISTS (SELECT FROM found AS o WHERE o.n = 0 AND o.fault = f.fault AND o.detail = f.detail)
ORDER BY 1, 2, 3
EOS
}

# ------------------------------------------------------------ at full size

make_city('large', districts => 8, streets => 10, communities => 10, grids => 50, tops => 20, classes => 25, rules => 63500);
is($node->safe_psql('large', 'SELECT count(*) FROM duty_rule'), 100000, 'a rulebook of 100,000 rules');
is($node->safe_psql('large', "SELECT severity, fault, count(*), min(detail) FROM rulebook_check('bench', $at) WHERE severity <> 'notice' GROUP BY 1, 2"), '', 'has no fault');
# a twin, and a street of which nobody takes a class any more
$node->safe_psql('large', <<'EOS');
CREATE TABLE twin AS
SELECT * FROM duty_rule WHERE rule > 40000 AND num_nonnulls(owner, severity, channel, time_window) = 0 ORDER BY rule LIMIT 1;
INSERT INTO duty_rule (rule, rulebook, class, territory, lead_unit) SELECT 900000, rulebook, class, territory, 1 FROM twin;
CREATE TABLE street AS
SELECT k.class, '440305001'::gridcode AS territory FROM bench_class AS k
WHERE NOT EXISTS (SELECT FROM duty_rule AS r WHERE r.class = k.class AND r.territory <@ '440305001'::gridcode) ORDER BY k.n LIMIT 1;
DELETE FROM duty_rule WHERE territory IS NULL AND class = (SELECT class FROM street);
DELETE FROM fallback WHERE territory = '440305';
EOS
is($node->safe_psql('large', "SELECT fault, rules, class, territory FROM rulebook_check('bench', $at) WHERE severity = 'error' ORDER BY 1"),
	$node->safe_psql('large', "SELECT 'hole', '{}', class, territory FROM street; SELECT 'tie', ARRAY[rule, 900000], class, territory FROM twin"),
	'but what is planted there');

$node->stop;
done_testing();
