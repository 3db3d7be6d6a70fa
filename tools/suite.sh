#!/bin/bash
# Usage: tools/prepare.sh tools/suite.sh [--quick]
#
# Build with assertions and without warnings, install beside any installed copy
# and run make installcheck against a cluster of its own.  tools/matrix.sh runs
# it with the PostgreSQL of each Debian.
#
#   --quick     only pg_regress: no isolation tests, no TAP tests
#
# The first line tells the server's version, the last one the count.  Exit code:
# 0 everything passed, 1 something failed.
set -euo pipefail

. tools/cluster.sh
. tools/count.sh

quick=
[ "${1:-}" = --quick ] && quick=1

finish() {
    printf '%d passed, %d failed\n' "$PASSED" "$FAILED"
    [ "$FAILED" = 0 ] || exit 1
    exit 0
}

# $1: what is run; further arguments: what make installcheck shall leave out
stage() {
    local name=$1 log=$WORK/$1.log passed=$PASSED failed=$FAILED file
    shift
    make -s PG_CONFIG="$PG_CONFIG" installcheck "$@" >"$log" 2>&1 || true
    count_results "$log" && {
        printf '  %s: %d passed\n' "$name" $((PASSED - passed))
        return
    }
    printf '  %s: %d passed, %d failed\n' "$name" $((PASSED - passed)) $((FAILED - failed))
    tail -n 60 "$log"
    while IFS= read -r file; do
        printf '%s\n' "--- $file"
        head -n 300 "$file"
        rm -f "$file"
    done < <(find . -name regression.diffs)
    if [ "$name" = tap ]; then
        for file in $(sed -n 's,^\(.*/\)*\([^/]*\)\.pl  *(Wstat: .*,\2,p' "$log"); do
            file=tmp_check/log/regress_log_$file
            [ -f "$file" ] || continue
            printf '%s\n' "--- end of $file"
            tail -n 60 "$file"
        done
    else
        # what the tests provoke is an error, not the end of a process
        grep -E -A 3 ' (PANIC|FATAL|WARNING): |^TRAP: |terminated by signal' "$WORK/cluster-suite/log" | tail -n 60 || true
    fi
}

"$PG_CONFIG" --version

# The sockets of the TAP tests' servers go where all else goes.
export TMPDIR=$WORK/tmp
mkdir -p "$TMPDIR"

if ! build_and_install '-Werror -DUSE_ASSERT_CHECKING'; then
    FAILED=1
    finish
fi
# -Werror does not reach the bitcode, which another compiler makes
grep -A 5 'warning:' "$WORK/build.log" || true

prove -v --exec bash tools/check-module.sh :: civicgrid.so >"$WORK/module.log" 2>&1 || true
if ! count_results "$WORK/module.log"; then cat "$WORK/module.log"; fi

if ! start_cluster suite 'fsync = off'; then
    FAILED=1
    finish
fi
CIVICGRID_SERVER_SETTINGS=$(find_extension_settings)
export CIVICGRID_SERVER_SETTINGS

stage regress ISOLATION= TAP_TESTS=
if [ -z "$quick" ]; then
    # a runner without any test would fail
    if compgen -G 'test/specs/*.spec' >/dev/null; then stage isolation REGRESS= TAP_TESTS=; fi
    if compgen -G 'test/t/*.pl' >/dev/null; then stage tap REGRESS= ISOLATION=; fi
fi
stop_cluster suite
finish
