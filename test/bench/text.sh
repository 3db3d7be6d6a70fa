# Pairs for similar texts and hot issues; sourced by bench.sh.
#
# Messages are made of words: real ones of ../shared/data, where that folder is
# there, or made-up ones.  Tables: message (id, at, message, likes), 4,326 rows;
# report (i, message), 100,000 of up to 300 characters, each a message with a
# piece of another put into it, with its print, indexed by that and by pg_trgm;
# report_large, 300,000.

messages=$ORIGIN/../shared/data/messages/unlabelled_messages.csv

setup_messages() {
    run_sql -c 'CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public'
    if [ -f "$messages" ]; then
        run_sql -c 'CREATE TABLE raw (id text, at text, title text, detail text, dislikes text, likes text)'
        run_sql -c 'COPY raw FROM STDIN (FORMAT csv, HEADER)' <"$messages"
        run_sql -c "CREATE TABLE message AS SELECT row_number() OVER (ORDER BY id) AS n, id, now() AS at, title || E'\n' || detail AS message, likes::integer FROM raw"
    else
        run_sql <<EOS
CREATE TABLE message AS
SELECT i AS n, i::text AS id, now() AS at, string_agg(chr(19968 + (hashint4(w) & 2047)) || chr(19968 + (hashint4(w + 1000) & 2047)), '') AS message, 0 AS likes
FROM generate_series(1, 4326) AS i, LATERAL (SELECT (power(random(), 3) * 20000 + i * 0)::integer AS w FROM generate_series(1, 120)) AS v
GROUP BY i;
EOS
    fi
    run_sql -c 'VACUUM (ANALYZE, FREEZE) message'
}
# make_reports TABLE ROWS
make_reports() {
    run_sql <<EOS
SELECT setseed(0.5);
CREATE TABLE $1 AS
SELECT i, overlay(m.message PLACING v.message FROM 1 + (random() * length(m.message))::integer FOR (random() * length(v.message))::integer) AS message
FROM generate_series(1, $2) AS i
JOIN (SELECT n, substr(message, 1, 240) AS message FROM message) AS m ON m.n = 1 + i % 4326
JOIN (SELECT n, substr(message, 1, 60) AS message FROM message) AS v ON v.n = 1 + (i::bigint * 7919) % 4326;
ALTER TABLE $1 ADD COLUMN print textprint GENERATED ALWAYS AS (fingerprint(message)) STORED;
CREATE UNIQUE INDEX ON $1 (i);
CREATE INDEX ON $1 USING gin (print);
CREATE INDEX ON $1 USING gin (message gin_trgm_ops);
VACUUM (ANALYZE, FREEZE) $1;
EOS
}
setup_reports() { prepare_data messages && make_reports report 100000; }
setup_reports_large() { prepare_data messages && make_reports report_large 300000; }

# like_ours TABLE, like_theirs TABLE LEAST: what is similar to ten of its texts
like_ours() {
    echo "SELECT count(*) FROM (SELECT fingerprint(message) AS print FROM $1 WHERE i <= 10 OFFSET 0) AS q
JOIN $1 AS t ON t.print OPERATOR(civicgrid.%) q.print AND similarity(t.print, q.print) >= 0.5"
}
like_theirs() { echo "SELECT count(*) FROM (SELECT message FROM $1 WHERE i <= 10 OFFSET 0) AS q JOIN $1 AS t ON t.message OPERATOR(public.%) q.message"; }

# pg_trgm divides at what is no letter and takes three characters: at 0.4 it
# finds about what we find at 0.5.
needs=(reports)
pgoptions_before=$PGOPTIONS
export PGOPTIONS="$PGOPTIONS -c pg_trgm.similarity_threshold=0.4"
pair "similar to one of ten, of 100,000 messages, fingerprint() : pg_trgm" 1/5 5 "$(like_ours report)" "$(like_theirs report)"
needs=(reports_large)
pair "similar to one of ten, of 300,000 messages, fingerprint() : pg_trgm" 1/5 1 "$(like_ours report_large)" "$(like_theirs report_large)"
export PGOPTIONS=$pgoptions_before

needs=(messages)
pair "4,326 messages, fingerprint() : fold()" - 5 "SELECT count(fingerprint(message)) FROM message" "SELECT count(fold(message)) FROM message"
pair "4,326 messages, hot_issues_of() : fold()" - 3 "SELECT count(*) FROM hot_issues_of('SELECT id, at, message, likes AS weight FROM message')" "SELECT count(fold(message)) FROM message"
