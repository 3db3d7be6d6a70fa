#!/bin/bash
# Benchmarks, each a pair measured in turns in one run; started by
# tools/prepare.sh for `make bench`.  Prints a table: the medians of both, and
# the median of the ratios of the pairs.  doc/benchmarks.md keeps the figures.
#
# Exits with 1 if a pair with a limit is over it.  ROUNDS and MATCH: see lib.sh.
set -euo pipefail

. test/bench/lib.sh
. test/bench/maps.sh

start_bench
print_header
. test/bench/codes.sh
. test/bench/grid.sh
. test/bench/work.sh
. test/bench/text.sh
. test/bench/classify.sh
. test/bench/route.sh
. test/bench/dispatch.sh
. test/bench/cases.sh
stop_bench
