#!/bin/bash
# Checks of the built module, $1; speaks TAP.
set -uo pipefail
module=$1

offenders=$(nm -D --defined-only "$module" | awk '{print $3}' |
    grep -vE '^(_PG_init|Pg_magic_func|pg_finfo_cg_[a-z0-9_]+|cg_[a-z0-9_]+)$')
echo "1..2"
if [ -z "$offenders" ]; then
    echo "ok 1 - the module exports only what PostgreSQL calls"
else
    echo "not ok 1 - the module exports only what PostgreSQL calls"
    printf '%s\n' "$offenders" | sed 's/^/# /'
fi
# every cg_ function has its pg_finfo_ twin
lonely=$(comm -3 <(nm -D --defined-only "$module" | sed -n 's/.* \(cg_.*\)/\1/p' | sort) \
    <(nm -D --defined-only "$module" | sed -n 's/.* pg_finfo_\(cg_.*\)/\1/p' | sort))
if [ -z "$lonely" ]; then
    echo "ok 2 - what it exports as cg_ is callable from SQL"
else
    echo "not ok 2 - what it exports as cg_ is callable from SQL"
    printf '%s\n' "$lonely" | sed 's/^/# /'
fi
[ -z "$offenders$lonely" ]
