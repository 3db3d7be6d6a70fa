# Pairs for cases; sourced by bench.sh.
#
# Two databases of their own.  site: site.sql, 600 cells, 200 departments, 60
# classes, 360 rules, 17,000 cases; everything on: a report is located,
# classified, compared with those around it, routed and timed.  cases: cases.sql
# at full size, 1,000,000 cases and about 10,000,000 steps in a year.
#
# Hand-written transactions insert the rows that a case of the same kind has
# got, table by table, with ready values: nothing is looked up or worked out.

in_site() { PGDATABASE=site "$@"; }
in_cases() { PGDATABASE=cases "$@"; }

setup_site() {
    createdb site
    in_site run_sql -c 'CREATE EXTENSION civicgrid CASCADE'
    in_site run_sql -f test/bench/site.sql
}
# as many cases again to be signed as it takes
setup_more() {
    in_site run_sql -v more="${MORE:-30000}" -f test/bench/site-more.sql
}
setup_full() {
    createdb cases
    in_cases run_sql -c 'CREATE EXTENSION civicgrid CASCADE'
    in_cases run_sql -v cases="${CASES:-1000000}" -f test/bench/cases.sql
    # what tick() does day by day
    in_cases run_sql -c "CALL close_kpi_days('2026-06-30')"
    in_cases run_sql -c 'CREATE ROLE bench_handler' -c "SELECT grant_role('bench_handler', 'handler', 101)"
}

# Milliseconds per transaction: $1 clients, $2 transactions of each, $3 script;
# of all clients together, so that it is the inverse of the throughput
per_transaction() {
    in_site run_sql -c "SELECT script FROM bench_script WHERE name = '$3'" >"$bench/$3.sql"
    in_site pgbench -n -c "$1" -j 2 -t "$2" -f "$bench/$3.sql" 2>"$bench/errors" |
        sed -n 's/^tps = \([0-9.]*\).*/\1/p' | awk '{print 1000 / $1}' | grep . || {
        cat "$bench/errors" >&2
        return 1
    }
}
with_fsync() {
    local setting=$1
    shift
    run_sql -c "ALTER SYSTEM SET fsync = $setting" -c 'SELECT pg_reload_conf()' >/dev/null
    "$@"
    run_sql -c 'ALTER SYSTEM RESET fsync' -c 'SELECT pg_reload_conf()' >/dev/null
}
# not as a superuser, who needs no rights
as_member() { PGOPTIONS="$PGOPTIONS -c role=bench_member" "$@"; }

needs=(site)
ours() {
    in_site psql -X -q -At -v ON_ERROR_STOP=1 -c 'BEGIN' -c '\timing on' -c "CALL tick('2026-06-03 09:00+08', commits => false)" -c '\timing off' -c 'ROLLBACK' |
        sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | awk '{print $1 / 1000}'
}
theirs() { echo 5; }
measure "s, tick() of 10,000 due clocks : 5" 1 ours theirs

# one client each: what is compared is the work, not the waiting
theirs() { with_fsync on as_member per_transaction 1 500 report; }
for rows in 1000 5000; do
    batch="SELECT count(caseno) FROM report_events('SELECT * FROM civicgrid.bench_batch($rows)')"
    ours() { with_fsync on as_member in_site last_ms "SELECT 1" "$batch" | awk -v n=$rows '{print $1 / n}'; }
    # of the time for a thousand, a fifth is the first call of the session
    limit=1/5
    [ $rows = 5000 ] || limit=-
    rounds=5 measure "report_events() of $rows, each : report_event()" $limit ours theirs
done

# As applications run: sessions that stay, transactions that are on the disk
# when they are done.  And the processor's time alone.
needs=(site more)
for clients in 2 16; do
    for disk in on off; do
        # the first acts of a session compile: not many sessions for few of them
        [ $clients = 2 ] || [ $disk = on ] || continue
        limit=2
        title="$clients clients"
        if [ $disk = off ]; then
            limit=-
            title="$title, fsync off"
        fi
        n=$((clients == 2 ? 500 : 300))
        ours() { with_fsync $disk as_member per_transaction $clients $n report; }
        theirs() { with_fsync $disk per_transaction $clients $n report_rows; }
        rounds=5 measure "report_event() : its rows with ready values, $title" $limit ours theirs
        # each round signs cases that are new
        ours() { with_fsync $disk as_member per_transaction $clients $n sign; }
        theirs() { with_fsync $disk per_transaction $clients $n sign_rows; }
        rounds=5 measure "sign() : UPDATE of the state, INSERT into the journal, $title" $limit ours theirs
    done
done

# Milliseconds, and seconds, against what is wanted
needs=(full)
as_handler() { in_cases last_ms "SET ROLE bench_handler" "$1" "$1"; }
ours() { as_handler "SELECT count(*), count(time_left) FROM (SELECT * FROM inbox WHERE unit = 101 ORDER BY due_at LIMIT 50) AS i"; }
theirs() { echo 10; }
measure "ms, inbox of a unit, first 50, 1,000,000 cases : 10" 1 ours theirs
ours() { as_handler "SELECT count(*) FROM inbox WHERE unit = 101"; }
measure "ms, inbox of a unit, counted, 1,000,000 cases : 10" - ours theirs
story="SELECT count(s) FROM case_story((SELECT caseno FROM case_state WHERE step >= 10 ORDER BY caseno OFFSET 1000 LIMIT 1)) AS s"
ours() { in_cases last_ms "$story" "$story"; }
measure "ms, story of a case, 1,000,000 cases : 10" 1 ours theirs
seconds_of() { in_cases last_ms "$@" | awk '{print $1 / 1000}'; }
days() { echo "SELECT sum(reported), sum(closed) FROM kpi_day WHERE day BETWEEN '2026-$1' AND '2026-$2'"; }
ours() { seconds_of "SELECT 1" "$(days 06-01 06-30)"; }
theirs() { echo 1; }
measure "s, kpi_day of a month that is over, 10,000,000 steps : 1" 1 ours theirs
# the last day is not over, as it were
ours() { seconds_of "SELECT 1" "$(days 06-02 07-01)"; }
measure "s, kpi_day of the last 30 days, 10,000,000 steps : 1" 1 ours theirs
# September has not been counted before
ours() { seconds_of "SELECT 1" "$(days 09-01 09-30)"; }
rounds=1 measure "s, kpi_day of a month out of the journal, 10,000,000 steps : 1" - ours theirs
