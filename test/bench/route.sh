# Pairs for routing; sourced by bench.sh.
#
# rulebook.sql at full size: 500 classes (20 > 500), 40,000 cells (8 districts >
# 80 streets > 800 communities > 40,000), 1,129 units, 100,000 rules: 500 for a
# kind of unit everywhere, 36,000 for a class in a street, 63,500 for a class in
# a community or a grid, half of them for a channel, a severity, an owner or at
# night only; 66 time limits; a fallback unit a district.
#
# Tables: request (class, cell, channel, severity, owner, at, unit), 1,000,000 in
# no order; few, 2,000 of them; usual_rule, usual_unit, usual_request (texts) for
# the usual SQL; book (model), the rulebook; published (edition).

setup_rulebook() {
    run_sql -v districts=8 -v streets=10 -v communities=10 -v grids=50 -v tops=20 -v classes=25 -v rules=63500 -f test/bench/rulebook.sql
    run_sql <<EOS
CALL publish_calendar('office', '2026-01-01 00:00+08');
CREATE TABLE book (model rulebook NOT NULL);
ALTER TABLE book ALTER COLUMN model SET STORAGE EXTERNAL;
INSERT INTO book SELECT rulebook_model('bench', '2026-11-02 00:00+08');
EOS
}
setup_requests() {
    run_sql <<EOS
SELECT setseed(0.25);
CREATE TABLE request AS
SELECT k.class, p.code::gridcode AS cell, (ARRAY['bench grid', 'bench hotline', 'bench web'])[1 + floor(random() * 3)::int] AS channel,
    1 + floor(random() * 3)::int AS severity, CASE WHEN random() < 0.2 THEN 'water' END AS owner,
    timestamptz '2026-11-02 00:00+08' + floor(random() * 7 * 1440) * interval '1 minute' AS at
FROM (SELECT 1 + floor(random() * 500) AS class, 1 + floor(random() * 40000) AS place FROM generate_series(1, 1000000) AS n) AS r
JOIN bench_class AS k ON k.n = r.class
JOIN bench_place AS p ON p.n = r.place
ORDER BY random();
CREATE TABLE few AS SELECT * FROM request LIMIT 2000;
VACUUM (ANALYZE, FREEZE) request;
VACUUM (ANALYZE, FREEZE) few;
EOS
}
# Cases as the rules of today would have given them, every tenth to another unit
setup_cases() {
    run_sql <<EOS
CREATE TABLE case_past AS
SELECT class, cell, channel, severity, owner, at, CASE WHEN random() < 0.1 THEN 1 ELSE routing_lead(route((SELECT model FROM book), class, cell, channel, severity, owner, at)) END AS unit
FROM request;
VACUUM (ANALYZE, FREEZE) case_past;
EOS
}
setup_usual() {
    run_sql <<EOS
CREATE TABLE usual_rule AS
SELECT rule, coalesce(class::text, '') AS class, coalesce(territory::text, '') AS territory, owner, severity, channel, time_window, lead_unit, lead_kind, lead_level
FROM duty_rule WHERE rulebook = 'bench';
CREATE INDEX ON usual_rule (class, territory);
CREATE TABLE usual_unit AS SELECT unit, kind, level, territory::text AS territory FROM unit;
CREATE INDEX ON usual_unit (kind, level, territory);
CREATE TABLE usual_request AS SELECT class::text AS class, cell::text AS cell, channel, severity, owner, at FROM few;
VACUUM (ANALYZE, FREEZE) usual_rule;
VACUUM (ANALYZE, FREEZE) usual_unit;
VACUUM (ANALYZE, FREEZE) usual_request;
EOS
}
setup_draft_checked() { run_sql -c "SELECT count(*) FROM rulebook_check('bench', '2026-11-02 00:00+08')"; }

routed() { echo "SELECT count(route((SELECT model FROM book), class, cell, channel, severity, owner, at)) FROM $1"; }
floor="SELECT count(num_nonnulls(class, cell, channel, severity, owner, at)) FROM request"
# Only the lead, neither path nor limits; $1 says which rules have the prefixes
usual() {
    cat <<EOS
SELECT count(coalesce(w.lead_unit, w.unit)) FROM usual_request AS r CROSS JOIN LATERAL (SELECT d.lead_unit, (SELECT u.unit FROM usual_unit AS u WHERE u.kind = d.lead_kind AND u.level = d.lead_level AND u.territory IN (left(r.cell, 4), left(r.cell, 6), left(r.cell, 9), left(r.cell, 12)) ORDER BY length(u.territory) DESC LIMIT 1) AS unit FROM usual_rule AS d WHERE $1 AND (d.owner IS NULL OR d.owner = r.owner) AND (d.severity IS NULL OR d.severity = r.severity) AND (d.channel IS NULL OR d.channel = r.channel) AND (d.time_window IS NULL OR (r.at AT TIME ZONE 'Asia/Shanghai')::time >= '22:00' OR (r.at AT TIME ZONE 'Asia/Shanghai')::time < '06:00') ORDER BY length(d.class) DESC, length(d.territory) DESC, d.owner NULLS LAST, d.severity NULLS LAST, d.channel NULLS LAST, d.time_window NULLS LAST LIMIT 1) AS w
EOS
}
by_like="r.class LIKE d.class || '%' AND r.cell LIKE d.territory || '%'"
by_list="d.class IN ('', left(r.class, 2), r.class) AND d.territory IN ('', left(r.cell, 4), left(r.cell, 6), left(r.cell, 9), left(r.cell, 12), r.cell)"
# the best that we know: one look-up for each of the prefixes in use, in order
by_look_up="(d.class, d.territory) IN (SELECT c, t FROM (VALUES (r.class)) AS x (c), (VALUES (r.cell), (left(r.cell, 12)), (left(r.cell, 9)), ('')) AS y (t))"

# in a session that has used the rulebook before
warm="SELECT count(route((SELECT model FROM book), class, cell)) FROM (SELECT * FROM few LIMIT 1) AS few"
needs=(rulebook requests)
ours() { last_ms "$warm" "$(routed request)"; }
theirs() { last_ms "$warm" "$floor"; }
measure "1,000,000 requests, 100,000 rules, route() : num_nonnulls() of the same" 3 ours theirs
ours() { last_ms "SELECT 1" "$warm"; }
theirs() { echo 50; }
measure "ms of a connection's first route(), 100,000 rules : 50" - ours theirs
needs=(rulebook requests usual)
ours() { last_ms "$warm" "$(routed few)"; }
theirs() { last_ms "$(usual "$by_list")" "$(usual "$by_list")"; }
measure "2,000 requests, 100,000 rules, route() : usual SQL, prefixes looked up by an index" 1/100 ours theirs
theirs() { last_ms "$(usual "$by_look_up")" "$(usual "$by_look_up")"; }
measure "2,000 requests, 100,000 rules, route() : usual SQL, only the prefixes in use" - ours theirs
# prefixes by LIKE read every rule
ours() { last_ms "$warm" "$(routed "(SELECT * FROM few LIMIT 20) AS few")"; }
theirs() { last_ms "$(usual "$by_like" | sed 's/usual_request AS r/(SELECT * FROM usual_request LIMIT 20) AS r/')"; }
rounds=3 measure "20 requests, 100,000 rules, route() : usual SQL, prefixes by LIKE" 1/100 ours theirs
needs=(rulebook requests cases)
pair "1,000,000 cases, backtest() : reading them" 10 3 "SELECT count(*) FROM backtest((SELECT model FROM book), 'SELECT class, cell, channel, severity, owner, at, unit FROM case_past')" "SELECT count(num_nonnulls(class, cell, channel, severity, owner, at, unit)) FROM case_past"

# Seconds, and megabytes of memory, against what is wanted
needs=(rulebook)
seconds() { psql -X -q -At -v ON_ERROR_STOP=1 -c "SET client_min_messages = error" -c 'BEGIN' -c '\timing on' -c "$1" -c '\timing off' -c 'ROLLBACK' | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | awk '{print $1 / 1000}'; }
ours() { seconds "SELECT count(*) FROM rulebook_check('bench', '2026-11-02 00:00+08')"; }
theirs() { echo 10; }
measure "s, rulebook_check() of 100,000 rules, 500 classes, 40,000 cells : 10" 1 ours theirs
ours() { seconds "SELECT count(*) FROM book, rulebook_faults(model, '2026-11-02 00:00+08', '{handle,overall}')"; }
measure "s, of that the proof, rulebook_faults() : 10" - ours theirs
ours() { seconds "CALL publish_rulebook('bench', '2026-11-02 00:00+08')"; }
theirs() { echo 5; }
measure "s, publish_rulebook() of the same : 5" 1 ours theirs
# the most that the server's process ever held, less what a new one holds
peak() { run_sql -c "$1" -c "SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status') FROM 'VmHWM:\s*(\d+)')" | tail -1; }
ours() { echo "$(peak "SELECT count(*) FROM rulebook_check('bench', '2026-11-02 00:00+08')") $(peak 'SELECT 1')" | awk '{print ($1 - $2) / 1024}'; }
theirs() { echo 500; }
rounds=1 measure "MB that rulebook_check() of the same needs, shared buffers included : 500" 1 ours theirs
