# Pairs for dispatching; sourced by bench.sh.
#
# The events of Pingshan of 2018 (../shared/data): learned from the first 6,400
# by time, judged on the next 1,600, against a back-off majority table and
# scikit-learn's LinearSVC, whose setting is chosen within the first 6,400
# (dispatch.py).  The same columns for all; two spellings of a unit's id are one
# unit.  Ours is what SQL does in the server: the duty that suggest_duties() has
# for a case if it is sure enough, else the first of recommend_unit(); and that
# alone.  Skipped where the events or the peer are not there.
#
# Tables: event (no, unit, class, cell, channel, property, at); dispatcher_model
# (model); duty; said (no, way, place, unit, probability).

events=$ORIGIN/../shared/data/pingshan/events_2018.csv
communities=$ORIGIN/../shared/data/codes/shenzhen_communities.csv
learned=6400
# A duty that this share of its past cases bear out comes before what is
# recommended: chosen within the first 6,400.
sure_duty=0.9

in_dispatch() { (cd "$bench" && OMP_NUM_THREADS=1 taskset -c "$core" /usr/bin/python3 "$SRC/test/bench/dispatch.py" "$@"); }

setup_events() {
    in_dispatch events "$events" "$communities"
    run_sql <<EOS
CREATE TABLE event (no integer PRIMARY KEY, unit bigint, class eventcode NOT NULL, cell gridcode, channel text NOT NULL, property text NOT NULL, at timestamptz NOT NULL);
\copy event FROM '$bench/EVENT.csv' (FORMAT csv)
CREATE VIEW first_event AS SELECT *, no AS key FROM event WHERE no <= $learned;
CREATE VIEW next_event AS SELECT * FROM event WHERE no > $learned;
VACUUM (ANALYZE, FREEZE) event;
CREATE TABLE dispatcher_model AS
SELECT dispatcher_train(unit, class, cell, channel, property, at, '{"class_digits": [3, 7]}') AS model FROM first_event;
CREATE TABLE duty AS
SELECT * FROM suggest_duties('TABLE first_event', '{"class_digits": [3, 7]}');
EOS
}
setup_dispatch_judged() {
    in_dispatch peers
    run_sql <<EOS
CREATE TABLE said AS
SELECT no, 'recommend_unit()' AS way, rank AS place, r.unit, probability
FROM next_event AS e, dispatcher_model, recommend_unit(model, class, cell, channel, property, at, 3) AS r;
-- the duty that decides by the order of a rulebook, before the rest
INSERT INTO said
SELECT no, 'suggest_duties(), then recommend_unit()', row_number() OVER (PARTITION BY no ORDER BY place), unit, probability
FROM (
    SELECT e.no, 0 AS place, d.lead_unit AS unit, d.confidence AS probability
    FROM next_event AS e, LATERAL (
        SELECT * FROM duty AS d
        WHERE coalesce(e.class <@ d.class, true) AND coalesce(e.cell <@ d.territory, d.territory IS NULL) AND coalesce(e.channel = d.channel, true)
        ORDER BY length(coalesce(d.class::text, '')) DESC, length(coalesce(d.territory::text, '')) DESC, d.channel IS NULL
        LIMIT 1
    ) AS d
    WHERE confidence >= $sure_duty
    UNION ALL
    SELECT s.no, s.place, s.unit, s.probability FROM said AS s
) AS v
WHERE place = 0 OR NOT EXISTS (
    SELECT FROM (
        SELECT d.lead_unit, d.confidence FROM next_event AS e, duty AS d
        WHERE e.no = v.no AND coalesce(e.class <@ d.class, true) AND coalesce(e.cell <@ d.territory, d.territory IS NULL) AND coalesce(e.channel = d.channel, true)
        ORDER BY length(coalesce(d.class::text, '')) DESC, length(coalesce(d.territory::text, '')) DESC, d.channel IS NULL
        LIMIT 1
    ) AS d
    WHERE d.confidence >= $sure_duty AND d.lead_unit = v.unit
);
\copy (SELECT way, no, place, unit, probability FROM said WHERE place <= 3 ORDER BY way, no, place) TO '$bench/SAID.csv' (FORMAT csv)
EOS
    in_dispatch judge >"$bench/table_dispatch"
}

# compare_units NAME LIMIT OURS THEIRS: two of the fields of bounds_dispatch, or
# numbers; the ratio is that of the first to the second
compare_units() {
    local name=$1 limit=$2 a b
    wanted "$name" || return 0
    prepare_data events dispatch_judged
    read -r table_first table_three svc_first svc_three our_first our_three calibration both_first both_three <"$bench/bounds_dispatch"
    a=$3 b=$4
    [[ $a =~ ^[0-9] ]] || a=${!a}
    [[ $b =~ ^[0-9] ]] || b=${!b}
    report "$name" "$limit" "$a" "$b" "$(awk -v a="$a" -v b="$b" 'BEGIN {print a / b}')"
}
our_dispatch_train() { last_ms "SELECT count(m) FROM (SELECT dispatcher_train(unit, class, cell, channel, property, at, '{\"class_digits\": [3, 7]}') AS m FROM first_event) AS v"; }
our_duties() { last_ms "SELECT count(*) FROM suggest_duties('TABLE first_event', '{\"class_digits\": [3, 7]}')"; }
our_recommend() { last_ms "SELECT count(*) FROM dispatcher_model, recommend_unit(model, NULL)" "SELECT count(r.unit) FROM next_event AS e, dispatcher_model, recommend_unit(model, class, cell, channel, property, at, 1) AS r" | awk '{print $1 * 1000 / 1600}'; }
svc_train() { in_dispatch train; }
svc_predict() { in_dispatch predict; }

if [ ! -f "$events" ]; then
    echo "dispatching is left out: $events is not there" >&2
elif ! /usr/bin/python3 -c 'import sklearn' 2>/dev/null; then
    echo "dispatching is left out: python3-sklearn is not installed" >&2
else
    compare_units "right at once, Pingshan, back-off table : recommend_unit()" 1 table_first our_first
    compare_units "right at once, Pingshan, LinearSVC : recommend_unit()" 1 svc_first our_first
    compare_units "right at once, Pingshan, LinearSVC : duties, then recommend_unit()" 1 svc_first both_first
    compare_units "right at once, Pingshan, 0.70 : duties, then recommend_unit()" 1 0.70 both_first
    compare_units "right among three, Pingshan, 0.82 : duties, then recommend_unit()" 1 0.82 both_three
    compare_units "expected calibration error, Pingshan, recommend_unit() : 0.06" 1 calibration 0.06
    needs=(events dispatch_judged)
    measure "ms to train on Pingshan's dispatches, dispatcher_train() : LinearSVC" - our_dispatch_train svc_train
    measure "ms to suggest duties from Pingshan's dispatches, suggest_duties() : LinearSVC" - our_duties svc_train
    measure "µs for a case of Pingshan, recommend_unit() with evidence : LinearSVC, all at once" - our_recommend svc_predict
    if [ -f "$bench/table_dispatch" ]; then
        echo
        cat "$bench/table_dispatch"
    fi
fi
