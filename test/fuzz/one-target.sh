#!/bin/sh
# Usage: one-target.sh SECONDS TARGET.  Runs one fuzz target; speaks TAP.
log=$(mktemp)
echo 1..1
if make -s --no-print-directory "run-$2" SECONDS="$1" SEED=1 >"$log" 2>&1; then
    echo "ok 1 - $2 for $1 seconds"
else
    echo "not ok 1 - $2 for $1 seconds"
    sed 's/^/# /' "$log"
fi
rm -f "$log"
