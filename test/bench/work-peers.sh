#!/bin/bash
# Usage: test/bench/work-peers.sh
#
# Working time outside PostgreSQL: Business::Hours (Perl, Debian's package),
# dayjs-business-time (JavaScript, from the npm registry) and NumPy's
# busday_offset (Debian's package), each at a task that work_add() is given too.
# Needs root or sudo for apt.  ROUNDS: see lib.sh.
#
# The answers are compared with those of work_add(), and the script ends with 1
# if one differs.  So the tasks are what the peers can do:
#
# - none knows make-up days, so the calendar has none here: Monday to Friday,
#   09:00-12:00 and 14:00-18:00, less the State Council's days off;
# - dayjs-business-time goes wrong from an instant that is no whole minute;
# - Business::Hours names the second after which so many have passed, which at
#   the end of a shift is the first of the next one: it is asked for a second
#   less, and a second is added;
# - NumPy knows days, not hours.
#
# Times are of the calls alone, without start-up and reading; for PostgreSQL, of
# the whole statement.
set -euo pipefail

# ----------------------------------------------------------------- outside

if [ -z "${WORK:-}" ]; then
    here=$(cd "$(dirname "$0")/../.." && pwd)
    [ "$(id -u)" = 0 ] && as_root=() || as_root=(sudo)
    wanted=(libbusiness-hours-perl python3-numpy)
    command -v node >/dev/null || wanted+=(nodejs)
    command -v npm >/dev/null || wanted+=(npm)
    for package in "${wanted[@]}"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing=1
    done
    if [ -n "${missing:-}" ]; then
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${wanted[@]}" >/dev/null
    fi
    modules=$(mktemp -d)
    trap 'rm -rf "$modules"' EXIT
    chmod 755 "$modules"
    npm --prefix "$modules" --silent --no-fund --no-audit install dayjs@1 dayjs-business-time@1.0.4
    "$here/tools/prepare.sh" test/bench/work-peers.sh "$modules/node_modules"
    exit
fi

# ------------------------------------------------------------------ inside

export NODE_PATH=$1 TZ=Asia/Shanghai
. test/bench/lib.sh
start_bench
MATCH='^$'
. test/bench/work.sh
export PGOPTIONS="$PGOPTIONS -c timezone=Asia/Shanghai"
prepare_data office

run_sql <<EOS
UPDATE office SET calendar = $(office_calendar off);
SELECT setseed(0.5);
CREATE TABLE start AS
SELECT '2025-01-01 00:00'::timestamptz + floor(random() * 365 * 24 * 60) * interval '1 minute' AS t FROM generate_series(1, 10000);
CREATE TABLE day AS
SELECT '2008-01-01 00:00'::timestamptz + floor(random() * 2922) * interval '1 day' AS t FROM generate_series(1, 2500000);
VACUUM (ANALYZE, FREEZE) office;
VACUUM (ANALYZE, FREEZE) start;
VACUUM (ANALYZE, FREEZE) day;
EOS
run_sql -c "SELECT day FROM holiday WHERE off" >"$bench/holidays"
run_sql -F ' ' -c "SELECT extract(epoch FROM t)::bigint, extract(epoch FROM work_add($calendar, t, '20 work hours'))::bigint FROM start" >"$bench/hours"
run_sql -F ' ' -c "SELECT t::date - '1970-01-01', work_add($calendar, t, '20 work days')::date - '1970-01-01' FROM day" >"$bench/days"

# Each prints milliseconds, and ends with 1 if an answer is not that of the file.
cat >"$bench/hours.pl" <<'EOS'
use strict;
use warnings;
use Business::Hours;
use Time::HiRes 'time';

sub lines_of { open my $f, '<', $_[0] or die "$_[0]: $!"; chomp(my @l = <$f>); @l }
my ($holidays, $tasks, $n) = @ARGV;
my $hours = Business::Hours->new;
$hours->business_hours(
    (map { $_ => { Name => $_, Start => '09:00', End => '18:00', Breaks => [ { Start => '12:00', End => '14:00' } ] } } 1 .. 5),
    holidays => [ grep { /^202[56]/ } lines_of($holidays) ]
);
my @task = map { [split] } (lines_of($tasks))[0 .. $n - 1];
my $start = time;
my @answer = map { $hours->add_seconds($_->[0], 20 * 3600 - 1) + 1 } @task;
printf "%.3f\n", (time - $start) * 1000;
for my $i (0 .. $#task) {
    die "$task[$i][0]: $answer[$i], not $task[$i][1]\n" if $answer[$i] != $task[$i][1];
}
EOS
cat >"$bench/hours.js" <<'EOS'
const fs = require('fs');
const dayjs = require('dayjs');
dayjs.extend(require('dayjs-business-time').default || require('dayjs-business-time'));

const lines = name => fs.readFileSync(name, 'utf8').trim().split('\n');
const [holidays, tasks, n] = process.argv.slice(2);
const shifts = [{ start: '09:00:00', end: '12:00:00' }, { start: '14:00:00', end: '18:00:00' }];
dayjs.setBusinessTime({ sunday: null, monday: shifts, tuesday: shifts, wednesday: shifts, thursday: shifts, friday: shifts, saturday: null });
dayjs.setHolidays(lines(holidays).filter(d => /^202[56]/.test(d)));
const task = lines(tasks).slice(0, n).map(l => l.split(' ').map(Number));
const start = process.hrtime.bigint();
const answer = task.map(t => dayjs(t[0] * 1000).addBusinessHours(20).valueOf() / 1000);
console.log(Number(process.hrtime.bigint() - start) / 1e6);
task.forEach((t, i) => { if (answer[i] !== t[1]) { console.error(`${t[0]}: ${answer[i]}, not ${t[1]}`); process.exit(1); } });
EOS
cat >"$bench/days.py" <<'EOS'
import sys, time
import numpy as np

holidays, tasks = sys.argv[1:]
calendar = np.busdaycalendar(weekmask='1111100', holidays=[l.strip() for l in open(holidays)])
start, expected = np.loadtxt(tasks, dtype=np.int64).T.copy().astype('datetime64[D]')
begin = time.perf_counter()
# a date that is no work day counts from the one before it
answer = np.busday_offset(start, 20, roll='backward', busdaycal=calendar)
print((time.perf_counter() - begin) * 1000)
if (answer != expected).any():
    sys.exit(f'{(answer != expected).sum()} differ')
EOS

# microseconds of one, from milliseconds of $1
each() { local n=$1; shift; "$@" | awk -v n="$n" '{print $1 * 1000 / n}'; }
our_hours() { each 10000 latency "SELECT count(work_add($calendar, t, '20 work hours')) FROM start" 20; }
our_days() { each 2500000 latency "SELECT count(work_add($calendar, t, '20 work days')) FROM day" 1; }
perl_hours() { each 500 perl "$bench/hours.pl" "$bench/holidays" "$bench/hours" 500; }
node_hours() { each 10000 node "$bench/hours.js" "$bench/holidays" "$bench/hours" 10000; }
numpy_days() { each 2500000 python3 "$bench/days.py" "$bench/holidays" "$bench/days"; }

run_sql -c "SELECT format('Business::Hours %s, dayjs-business-time %s on node %s, NumPy %s', '$(perl -MBusiness::Hours -e 'print Business::Hours->VERSION')',
    '$(node -p 'require("dayjs-business-time/package.json").version')', '$(node -p process.version)', '$(python3 -c 'import numpy; print(numpy.__version__)')')"
echo
echo '| µs for each | ours | other | ratio | wanted |'
echo '|---|---:|---:|---:|---:|'
MATCH=.
needs=()
measure "20 work hours on, 10,000 instants, work_add() : dayjs-business-time" - our_hours node_hours
measure "20 work hours on, 10,000 instants, work_add() : Business::Hours, the first 500" - our_hours perl_hours
measure "20 work days on, 2,500,000 dates, work_add() : NumPy busday_offset()" - our_days numpy_days
stop_bench
