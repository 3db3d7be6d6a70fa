# Pairs for classification; sourced by bench.sh.
#
# The labelled messages of ../shared/data, the raw ones (messages) and the
# segmented ones (tokens), 7 classes; against scikit-learn's TF-IDF of character
# n-grams with LinearSVC, and fastText, over their settings (classify.py), on
# the same folds, one thread each.  All of ours is what SQL does in the server:
# folding is in it.  Skipped where the messages or a peer are not there.
#
# Tables: labelled (texts, row, message, class); one (message); fold (texts, seed,
# row, fold); trained (texts, model), on all rows; wide (model), of 504 classes.

messages=$ORIGIN/../shared/data/messages
core=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
in_python() { (cd "$bench" && OMP_NUM_THREADS=1 taskset -c "$core" /usr/bin/python3 "$SRC/test/bench/classify.py" "$@"); }

setup_labelled() {
    in_python texts "$messages" labelled_messages.csv labelled_tokens.csv
    run_sql <<EOS
CREATE TABLE labelled (texts text NOT NULL, row integer NOT NULL, message text NOT NULL, class eventcode NOT NULL);
CREATE TABLE fold (texts text NOT NULL, seed integer NOT NULL, row integer NOT NULL, fold integer NOT NULL);
\copy labelled FROM '$bench/TEXT.csv' (FORMAT csv)
\copy fold FROM '$bench/FOLD.csv' (FORMAT csv)
CREATE TABLE one AS SELECT message FROM labelled WHERE texts = 'messages' AND row = 7;
CREATE TABLE trained AS SELECT texts, classifier_train(message, class) AS model FROM labelled GROUP BY texts;
VACUUM (ANALYZE, FREEZE) labelled;
VACUUM (ANALYZE, FREEZE) fold;
VACUUM (ANALYZE, FREEZE) trained;
EOS
}
# Each label in 72 classes, by the hash of a word that the text has early
setup_wide() {
    run_sql <<EOS
CREATE TABLE split AS
SELECT message, (class::text || lpad((abs(hashtext(word)) % 72)::text, 2, '0'))::eventcode AS class
FROM labelled, LATERAL (SELECT min(w) FROM unnest((string_to_array(message, ' '))[:12]) AS w) AS v (word)
WHERE texts = 'tokens';
CREATE TABLE wide AS SELECT classifier_train(message, class) AS model FROM split;
EOS
}
setup_matters() { run_sql -c "CALL publish_taxonomy('GB/T 47678.5-2026', 'matter')"; }
# What all make of folds, as a table
setup_messages_judged() { judge_texts messages; }
setup_tokens_judged() { judge_texts tokens; }
judge_texts() {
    in_python peers "$1"
    run_sql <<EOS
CREATE TABLE part AS
SELECT p.seed, p.fold, classifier_train(l.message, l.class) AS model
FROM (SELECT DISTINCT seed, fold FROM fold WHERE texts = '$1') AS p
    JOIN fold AS f ON f.texts = '$1' AND f.seed = p.seed AND f.fold <> p.fold
    JOIN labelled AS l ON l.texts = '$1' AND l.row = f.row
GROUP BY p.seed, p.fold;
\copy (SELECT '$1', f.seed, f.row, t.class, t.probability FROM part AS p JOIN fold AS f ON f.texts = '$1' AND f.seed = p.seed AND f.fold = p.fold JOIN labelled AS l ON l.texts = '$1' AND l.row = f.row, classify_top(p.model, l.message, 1) AS t) TO '$bench/GUESS.csv' (FORMAT csv)
DROP TABLE part;
EOS
    in_python judge "$1" >"$bench/table_$1"
}

# compare NAME LIMIT TEXTS OURS THEIRS: two of the fields of bounds_TEXTS, or
# numbers; the ratio is that of the first to the second
compare() {
    local name=$1 limit=$2 a b
    wanted "$name" || return 0
    prepare_data "${needs[@]}"
    read -r our_f1 their_f1 calibration wrong most_wrong <"$bench/bounds_$3"
    a=$4 b=$5
    [[ $a =~ ^[0-9] ]] || a=${!a}
    [[ $b =~ ^[0-9] ]] || b=${!b}
    report "$name" "$limit" "$a" "$b" "$(awk -v a="$a" -v b="$b" 'BEGIN {print a / b}')"
}
quality() {
    local texts=$1 what=$2
    needs=(labelled "${texts}_judged")
    compare "macro-F1, $what, the best of LinearSVC and fastText : classify()" 1 "$texts" their_f1 our_f1
    compare "expected calibration error, $what : 0.04" 1 "$texts" calibration 0.04
    compare "share wrong of answers at 0.9, $what : 0.03" 1 "$texts" wrong 0.03
    compare "share wrong of answers at 0.9, $what, on the worst folds : 0.03" - "$texts" most_wrong 0.03
    [ ! -f "$bench/table_$texts" ] || tables+=("$bench/table_$texts")
}

model_of() { echo "(SELECT model FROM trained WHERE texts = '$1')"; }
each_of() { local texts=$1; shift; "$@" "$texts" | awk -v n="$(run_sql -c "SELECT count(*) FROM labelled WHERE texts = '$texts'")" '{print $1 * 1000 / n}'; }
our_predict() { last_ms "SELECT classify($(model_of "$1"), '')" "SELECT count(classify($(model_of "$1"), message)) FROM labelled WHERE texts = '$1'"; }
our_train() { last_ms "SELECT count(m) FROM (SELECT classifier_train(message, class) AS m FROM labelled WHERE texts = '$1') AS v"; }
our_first() { last_ms "SELECT classify($(model_of "$1"), (SELECT message FROM one))"; }
our_first_wide() { last_ms "SELECT classify(model, (SELECT message FROM one)) FROM wide"; }
our_first_matter() { last_ms "SELECT class FROM classify_message((SELECT message FROM one), 'GB/T 47678.5-2026', 'matter')"; }
megabytes() { run_sql -c "SELECT bytes / 1e6 FROM $1, classifier_info(model)"; }

speed() {
    local texts=$1 what=$2 of_sklearn=$3 of_fasttext=$4
    needs=(labelled "${texts}_judged")
    ours() { each_of "$texts" our_predict; }
    theirs() { each_of "$texts" in_python predict "$peer"; }
    peer=sklearn measure "µs for one of $what, classify() : LinearSVC" "$of_sklearn" ours theirs
    peer=fasttext measure "µs for one of $what, classify() : fastText, the most right" "$of_fasttext" ours theirs
    peer=quick measure "µs for one of $what, classify() : fastText, single ones" - ours theirs
    ours() { our_train "$texts"; }
    theirs() { in_python train sklearn "$texts"; }
    rounds=3 measure "ms to train on all of $what, classifier_train() : LinearSVC" 1 ours theirs
    needs=(labelled)
    ours() { our_first "$texts"; }
    theirs() { echo 20; }
    measure "ms of a connection's first classify(), model of $what : 20" 1 ours theirs
    ours() { megabytes "(SELECT model FROM trained WHERE texts = '$texts') AS t"; }
    theirs() { echo 16; }
    rounds=1 measure "MB, model of $what, 7 classes : 16" 1 ours theirs
}

# A classifier of phrases alone, which few messages have: characters of the
# messages in disorder.  Text that is ten times as long is the same ten times.
setup_phrases() {
    run_sql <<EOS
SELECT setseed(0.5);
CREATE TABLE phrase AS
SELECT string_agg(c, '' ORDER BY random()) AS phrase, ('0' || 1 + i % 7)::eventcode AS class, i
FROM (SELECT row_number() OVER () / 5 AS i, c FROM (SELECT c FROM labelled, regexp_split_to_table(message, '\s*') AS c WHERE texts = 'messages' AND c ~ '[一-龥]' ORDER BY random() LIMIT 520000) AS v) AS v
GROUP BY i;
CREATE TABLE automaton (phrases integer, model classifier);
INSERT INTO automaton
SELECT n, (SELECT classifier_add_phrases(NULL::classifier, phrase, class, 5, NULL::text[], NULL::text[], NULL::gridcode) FROM phrase WHERE i < n)
FROM unnest('{10,1000,100000}'::integer[]) AS n;
CREATE TABLE long AS
SELECT row, message, repeat(message || E'\n', 10) AS ten FROM labelled WHERE texts = 'messages';
VACUUM (ANALYZE, FREEZE) automaton;
VACUUM (ANALYZE, FREEZE) long;
EOS
}
matching() { last_ms "SELECT classify((SELECT model FROM automaton WHERE phrases = $1), '')" "SELECT count(classify((SELECT model FROM automaton WHERE phrases = $1), $2)) FROM long"; }
phrases() {
    needs=(labelled phrases)
    few() { matching 10 message; }
    some() { matching 1000 message; }
    many() { matching 100000 message; }
    ten() { matching 100000 ten; }
    measure "1,294 messages, 1,000 phrases : 10" 1.5 some few
    measure "1,294 messages, 100,000 phrases : 10" 2 many few
    measure "100,000 phrases, messages ten times as long : as they are" 12 ten many
}

if [ ! -d "$messages" ]; then
    echo "classification is left out: $messages is not there" >&2
elif ! /usr/bin/python3 -c 'import sklearn, fasttext' 2>/dev/null; then
    echo "classification is left out: python3-sklearn or python3-fasttext is not installed" >&2
else
    tables=()
    quality messages "raw messages"
    quality tokens "segmented messages"
    speed messages "the raw messages" 1/5 1
    speed tokens "the segmented messages" - -
    needs=(labelled wide)
    ours() { megabytes wide; }
    theirs() { echo 64; }
    rounds=1 measure "MB, model of 504 classes : 64" 1 ours theirs
    theirs() { echo 20; }
    measure "ms of a connection's first classify(), model of 504 classes : 20" - our_first_wide theirs
    needs=(labelled matters)
    measure "ms of a connection's first classify_message(), 250 matters with their phrases : 20" 1 our_first_matter theirs
    phrases
    for table in "${tables[@]}"; do
        echo
        cat "$table"
    done
fi
