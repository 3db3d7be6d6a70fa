# What the benchmarks share: a server, data made when it is needed, and pairs
# measured in turns; to be sourced by what tools/prepare.sh starts.
#
#   ROUNDS      rounds of each pair (7)
#   MATCH       run only pairs whose name matches this regular expression; data
#               that no such pair needs is not made

. tools/cluster.sh

rounds=${ROUNDS:-7}
bench=$WORK/bench
over=0

# Build without assertions, and start a server that does little beside what is
# measured.
start_bench() {
    mkdir -p "$bench"
    build_and_install
    start_cluster bench "
fsync = off
shared_buffers = 1GB
max_wal_size = 4GB
work_mem = 64MB
maintenance_work_mem = 512MB
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
"
    createdb bench
    export PGDATABASE=bench PGOPTIONS="-c search_path=civicgrid,public -c client_min_messages=warning"
    run_sql -c 'CREATE EXTENSION civicgrid CASCADE'
    run_sql -c "SELECT format('%s, PostGIS %s, %s rounds', split_part(version(), ' on ', 1), split_part(postgis_lib_version(), ' ', 1), $rounds)"
    echo
}

# Exits with 1 if a pair with a limit was over it.
stop_bench() {
    stop_cluster bench
    [ $over = 0 ] || {
        echo "$over over the limit" >&2
        exit 1
    }
}

run_sql() { psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }
median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# What the pairs that follow need: names of functions setup_NAME, each of which
# runs once, before the first pair that is not left out.
needs=()
declare -A made
prepare_data() {
    local name
    for name in "$@"; do
        [ -z "${made[$name]:-}" ] || continue
        made[$name]=1
        "setup_$name" >/dev/null
    done
}

wanted() { [[ $1 =~ ${MATCH:-.} ]]; }

# milliseconds of one call: $1 SQL, $2 calls, further arguments for pgbench
latency() {
    local sql=$1 calls=$2
    shift 2
    printf '%s\n' "$sql" >"$bench/script.sql"
    pgbench -n -t "$calls" -f "$bench/script.sql" "$@" 2>"$bench/errors" |
        sed -n 's/^latency average = \([0-9.]*\) ms/\1/p' | grep . || {
        cat "$bench/errors" >&2
        return 1
    }
}

# Milliseconds of the last of some statements in one session, in which the
# others load what it needs
last_ms() {
    local last=${!#}
    set -- "${@:1:$#-1}"
    run_sql "${@/#/-c}" -c '\timing on' -c "$last" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
}

print_header() {
    echo '| pair | ours, ms | other, ms | ratio | wanted |'
    echo '|---|---:|---:|---:|---:|'
}

# A line of the table: name, limit, figures of both, ratio.  The limit is the
# ratio that is wanted, a number or a fraction, or - for information.
report() {
    awk -v name="$1" -v limit="$2" -v a="$3" -v b="$4" -v r="$5" 'BEGIN {
        printf "| %s | %.3f | %.3f | %s | %s |\n", name, a, b, (r > 0 && r < 0.095) ? sprintf("1/%.3g", 1 / r) : sprintf("%.2f", r), limit
        n = split(limit, f, "/")
        exit limit != "-" && r > (n == 2 ? f[1] / f[2] : f[1])
    }' || over=$((over + 1))
}

# measure NAME LIMIT OURS THEIRS: two commands that print a figure each, in
# turns
measure() {
    local name=$1 limit=$2 ours=$3 theirs=$4 i a b
    wanted "$name" || return 0
    prepare_data "${needs[@]}"
    : >"$bench/a"; : >"$bench/b"; : >"$bench/r"
    $ours >/dev/null
    $theirs >/dev/null
    for ((i = 0; i < rounds; i++)); do
        a=$($ours)
        b=$($theirs)
        echo "$a" >>"$bench/a"
        echo "$b" >>"$bench/b"
        awk -v a="$a" -v b="$b" 'BEGIN {print a / b}' >>"$bench/r"
    done
    report "$name" "$limit" "$(median <"$bench/a")" "$(median <"$bench/b")" "$(median <"$bench/r")"
}

# pair NAME LIMIT CALLS OURS THEIRS [pgbench options]: of two statements
pair() {
    local name=$1 limit=$2 calls=$3 our_sql=$4 their_sql=$5
    shift 5
    local options=("$@")
    our_latency() { latency "$our_sql" "$calls" "${options[@]}"; }
    their_latency() { latency "$their_sql" "$calls" "${options[@]}"; }
    measure "$name" "$limit" our_latency their_latency
}
