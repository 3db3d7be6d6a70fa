# Count test results; to be sourced.
#
# count_results LOGFILE
#   Add what pg_regress, pg_isolation_regress and prove report in LOGFILE to the
#   shell variables PASSED and FAILED.  Everything that went wrong without being
#   counted by its runner is one failure: a runner that started and reported no
#   result, make's or prove's failure with no failed test, a log without any
#   result at all.  Returns 1 if there was a failure.

PASSED=${PASSED:-0}
FAILED=${FAILED:-0}

count_results() {
    local counts
    counts=$(LC_ALL=C awk '
        # make installcheck announces each runner
        /^(# )?\+\+\+ (regress|isolation|tap) (install-)?check in .*\+\+\+$/ { started++ }

        # pg_regress and pg_isolation_regress; since PostgreSQL 16 as TAP comments
        /^#? ?All [0-9]+ tests? passed\./ {
            sub(/^#? ?All /, ""); passed += $1; reported++
        }
        /^#? ?[0-9]+ of [0-9]+ tests? (passed|failed)[.,]/ {
            ok = / tests? passed/
            sub(/^#? ?/, "")
            passed += ok ? $1 : $3 - $1
            if (!ok) failed += $1
            reported++
        }

        # prove: its summary report names each file that has something to tell
        /^.* +\(Wstat: [0-9]+.* Tests: [0-9]+ Failed: [0-9]+\)$/ {
            n = $NF; sub(/\)$/, "", n)
            wrong += n
            # a file that ended badly although each of its tests passed
            if (n == 0 && !/\(Wstat: 0 /) died++
        }
        /^Files=[0-9]+, Tests=[0-9]+,/ {
            split($2, part, /[=,]/); tests += part[2]
        }
        /^Result: [A-Z]+$/ {
            if ($2 == "FAIL" && wrong + died == 0) died = 1
            if ($2 == "FAIL") failed += wrong + died
            passed += tests - wrong
            tests = wrong = died = 0
            reported++
        }

        /^make(\[[0-9]+\])?: \*\*\* / { broken = 1 }

        END {
            if (started > reported) failed += started - reported
            if (failed == 0 && (broken || !reported)) failed = 1
            printf "%d %d\n", passed, failed
        }' "$1" 2>/dev/null) || counts="0 1"
    PASSED=$((PASSED + ${counts% *}))
    FAILED=$((FAILED + ${counts#* }))
    [ "${counts#* }" = 0 ]
}
