#!/bin/bash
# Benchmarks, each a pair measured in turns in one run; started by
# tools/prepare.sh for `make bench`.  Prints a table: the medians of both, and
# the median of the ratios of the pairs.  doc/benchmarks.md keeps the figures.
#
# Exits with 1 if a pair with a limit is over it.
#
#   ROUNDS      rounds of each pair (7)
#   MATCH       run only pairs whose name matches this regular expression
set -euo pipefail

. tools/cluster.sh

rounds=${ROUNDS:-7}
bench=$WORK/bench
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

psql -X -q -v ON_ERROR_STOP=1 -f test/bench/setup.sql

median() { sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

# milliseconds of one call: $1 SQL, $2 calls, further arguments for pgbench
latency() {
    local sql=$1 calls=$2
    shift 2
    printf '%s\n' "$sql" >"$bench/script.sql"
    pgbench -n -t "$calls" -f "$bench/script.sql" "$@" 2>/dev/null |
        sed -n 's/^latency average = \([0-9.]*\) ms/\1/p'
}

# pair NAME LIMIT CALLS OURS THEIRS [pgbench options]
#   LIMIT is the ratio that is wanted, or - for information
pair() {
    local name=$1 limit=$2 calls=$3 ours=$4 theirs=$5 i a b ratio
    shift 5
    [[ $name =~ ${MATCH:-.} ]] || return 0
    : >"$bench/a"; : >"$bench/b"; : >"$bench/r"
    latency "$ours" "$calls" "$@" >/dev/null
    latency "$theirs" "$calls" "$@" >/dev/null
    for ((i = 0; i < rounds; i++)); do
        a=$(latency "$ours" "$calls" "$@")
        b=$(latency "$theirs" "$calls" "$@")
        echo "$a" >>"$bench/a"
        echo "$b" >>"$bench/b"
        awk -v a="$a" -v b="$b" 'BEGIN {print a / b}' >>"$bench/r"
    done
    ratio=$(median <"$bench/r")
    printf '| %s | %.3f | %.3f | %.2f | %s |\n' "$name" "$(median <"$bench/a")" "$(median <"$bench/b")" "$ratio" "$limit"
    [ "$limit" = - ] || awk -v r="$ratio" -v l="$limit" 'BEGIN {exit r > l}' || over=$((over + 1))
}

psql -X -q -Atc "SELECT split_part(version(), ' on ', 1) || ', ' || (SELECT count(*) FROM cell) || ' grid codes, ' || $rounds || ' rounds'"
echo
over=0
echo '| pair | ours, ms | other, ms | ratio | wanted |'
echo '|---|---:|---:|---:|---:|'
. test/bench/codes.sh

stop_cluster bench
[ $over = 0 ] || {
    echo "$over over the limit" >&2
    exit 1
}
