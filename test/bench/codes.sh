# Pairs for the code types; sourced by bench.sh.

setup_codes() { run_sql -f test/bench/setup.sql; }
needs=(codes)

# The promise: <@ costs no more than the range written by hand.
for protocol in simple prepared; do
    pair "community of 200, rows, <@ : BETWEEN ($protocol)" 1.2 1000 \
        "SELECT * FROM cell WHERE code <@ '440305001001'" \
        "SELECT * FROM cell WHERE code BETWEEN '440305001001' AND '440305001001999999'" -M $protocol
    pair "street of 5,000, rows, <@ : BETWEEN ($protocol)" 1.2 100 \
        "SELECT * FROM cell WHERE code <@ '440305001'" \
        "SELECT * FROM cell WHERE code BETWEEN '440305001' AND '440305001999999999'" -M $protocol
    pair "district of 50,000, count, <@ : BETWEEN ($protocol)" 1.2 50 \
        "SELECT count(*) FROM cell WHERE code <@ '440305'" \
        "SELECT count(*) FROM cell WHERE code BETWEEN '440305' AND '440305999999999999'" -M $protocol
    pair "one grid, <@ : BETWEEN ($protocol)" 1.2 5000 \
        "SELECT * FROM cell WHERE code <@ '440305001001001'" \
        "SELECT * FROM cell WHERE code BETWEEN '440305001001001' AND '440305001001001999'" -M $protocol
done
pair "200 streets joined to 1,000,000 grids, <@ : BETWEEN" 1.2 3 \
    "SELECT count(*) FROM street AS s JOIN cell AS c ON c.code <@ s.code" \
    "SELECT count(*) FROM street AS s JOIN cell AS c ON c.code BETWEEN s.code AND last_descendant(s.code)"

# What else a database would do.
pair "street of 5,000, count, <@ : text LIKE '440305001%'" - 100 \
    "SELECT count(*) FROM cell WHERE code <@ '440305001'" \
    "SELECT count(*) FROM cell_text WHERE code LIKE '440305001%'"
pair "street of 5,000, count, <@ : ltree <@ with GiST" - 100 \
    "SELECT count(*) FROM cell WHERE code <@ '440305001'" \
    "SELECT count(*) FROM cell_ltree WHERE code <@ '44.03.05.001'"
for protocol in simple prepared; do
    pair "who covers a grid, @> : text IN (six prefixes) ($protocol)" - 5000 \
        "SELECT * FROM cell WHERE code @> '440305001001001'" \
        "SELECT * FROM cell_text WHERE code IN ('44', '4403', '440305', '440305001', '440305001001', '440305001001001')" -M $protocol
done

# Reading, sorting, hashing.
pair "1,000,000 texts to gridcode : to bigint" - 3 \
    "SELECT max(code::gridcode::text) FROM cell_text" \
    "SELECT max(code::bigint::text) FROM cell_text"
pair "sort 1,000,000, gridcode : bigint" - 3 \
    "SELECT code FROM cell_plain ORDER BY code OFFSET 999999" \
    "SELECT code FROM cell_bigint ORDER BY code OFFSET 999999"
pair "group 1,000,000 by street, ancestor() : left(text, 9)" - 3 \
    "SELECT ancestor(code, 'street'), count(*) FROM cell GROUP BY 1" \
    "SELECT left(code, 9), count(*) FROM cell_text GROUP BY 1"

# Drawing case numbers.
pair "1,000 numbers, new_caseno() : nextval()" - 100 \
    "SELECT new_caseno('440310', date '2026-03-01') FROM generate_series(1, 1000)" \
    "SELECT nextval('plain_sequence') FROM generate_series(1, 1000)"
pair "one number a transaction, 16 clients, new_caseno() : counter row of the day" - 500 \
    "SELECT new_caseno('440310', date '2026-03-01')" \
    "INSERT INTO day_counter VALUES ('2026-03-01', 1) ON CONFLICT (day) DO UPDATE SET last = day_counter.last + 1 RETURNING last" -c 16 -j 2
