#!/bin/bash
# Every layer of tests, quickest first; started by tools/prepare.sh for
# `make check`.  Closes with "N passed, N failed".
#
#   FUZZ_SECONDS    how long each fuzz target runs (10)
set -uo pipefail

. tools/cluster.sh
. tools/count.sh

logs=$WORK/logs
mkdir -p "$logs"

# stage NAME COMMAND...: run, show, count
stage() {
    local name=$1 log status=0 before=$FAILED
    shift
    log=$logs/$(printf '%s' "$name" | tr -c 'a-z0-9' '_').log
    printf '\n=== %s\n' "$name"
    "$@" >"$log" 2>&1 || status=$?
    # what each runner says while all is well fits on a few lines
    count_results "$log"
    if [ $status != 0 ] && [ "$FAILED" = "$before" ]; then
        FAILED=$((FAILED + 1))
    fi
    if [ "$FAILED" = "$before" ]; then
        grep -E '^(not )?ok |^test |\.\. ok|^(# )?All [0-9]+ tests|^Files=' "$log" | tail -40
    else
        tail -400 "$log"
        for diff in regression.diffs output_iso/regression.diffs; do
            [ -f "$diff" ] && tail -300 "$diff"
        done
    fi
}

stage "source tree" prove -v --exec bash tools/check-tree.sh
stage "unit tests of core under ASan and UBSan" make -s -C test/unit check
stage "fuzzing of core" prove -v --exec 'make -s --no-print-directory -C test/fuzz check SECONDS='"${FUZZ_SECONDS:-10}"' -f' test/fuzz/Makefile

printf '\n=== build with -Werror and assertions\n'
if build_and_install "-Werror -DUSE_ASSERT_CHECKING"; then
    PASSED=$((PASSED + 1))
    stage "built module" prove -v --exec bash tools/check-module.sh :: civicgrid.so
    if start_cluster check "fsync = off"; then
        CIVICGRID_SERVER_SETTINGS=$(find_extension_settings)
        export CIVICGRID_SERVER_SETTINGS
        stage "regression, isolation, TAP" make -s -k PG_CONFIG="$PG_CONFIG" installcheck
        stop_cluster check
    else
        FAILED=$((FAILED + 1))
    fi
else
    FAILED=$((FAILED + 1))
fi

printf '\n%d passed, %d failed\n' "$PASSED" "$FAILED"
[ "$FAILED" = 0 ]
