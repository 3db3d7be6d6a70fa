#!/bin/bash
# Every layer of tests, quickest first; started by tools/prepare.sh for
# `make check`.  Closes with "N passed, N failed".
#
#   FUZZ_SECONDS    how long each fuzz target runs (3)
set -uo pipefail

. tools/count.sh

# stage NAME COMMAND...: run, show, count
stage() {
    local name=$1 log status=0 before=$FAILED
    shift
    log=$(mktemp)
    printf '\n=== %s\n' "$name"
    "$@" >"$log" 2>&1 || status=$?
    count_results "$log" || true
    if [ $status != 0 ] && [ "$FAILED" = "$before" ]; then
        FAILED=$((FAILED + 1))
    fi
    if [ "$FAILED" = "$before" ]; then
        grep -E '^(not )?ok |\.\. ok|^Files=' "$log" || true
    else
        tail -n 400 "$log"
    fi
}

stage "source tree" prove -v --exec bash tools/check-tree.sh
stage "unit tests of core under ASan and UBSan" make -s -j2 -C test/unit check
stage "fuzzing of core" make -s -j2 -C test/fuzz prove SECONDS="${FUZZ_SECONDS:-3}"

printf '\n=== build with -Werror and assertions; module; regression, isolation, TAP\n'
suite=$(mktemp)
bash tools/suite.sh 2>&1 | tee "$suite" | grep -vE '^[0-9]+ passed, [0-9]+ failed$'
read -r passed failed < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$suite"; echo 0 1)
PASSED=$((PASSED + passed))
FAILED=$((FAILED + failed))

printf '\n%d passed, %d failed\n' "$PASSED" "$FAILED"
[ "$FAILED" = 0 ]
