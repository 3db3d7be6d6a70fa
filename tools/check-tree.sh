#!/bin/bash
# Checks of the source tree that need no server; speaks TAP.
# Run from the root of the tree.
set -uo pipefail

n=0
failed=0

# report NAME OFFENDERS: passes if there are none
report() {
    n=$((n + 1))
    if [ -z "$2" ]; then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
        failed=1
    fi
}

skip() {
    n=$((n + 1))
    echo "ok $n - $1 # SKIP $2"
}

includes() { grep -nE '^[[:space:]]*#[[:space:]]*include' "$@"; }

# Arrows point down only: SQL floor, wrappers, core.
report "core includes only the C library and core, textfold ICU too" \
    "$(includes src/core/*.[ch] | grep -vE '^src/core/textfold\.c:[0-9]+:#include <unicode/[a-z0-9]+\.h>' | grep -vE '<(stdbool|stddef|stdint|string|limits|math|float)\.h>|"[a-z_]+\.h"')"
report "core includes no header that is not core's" \
    "$(includes src/core/*.[ch] | sed -n 's/.*"\(.*\)".*/\1/p' | sort -u | while read -r h; do [ -f "src/core/$h" ] || echo "$h"; done)"
report "core keeps no state and allocates nothing by itself" \
    "$(grep -nE '\b(malloc|calloc|realloc|free|palloc|printf|getenv|setlocale)\(' src/core/*.c; grep -nE '^static [^(]*;' src/core/*.c | grep -v const)"
report "wrappers include PostgreSQL, core and their own headers" \
    "$(includes src/pg/*.[ch] | sed -n 's/.*"\(.*\)".*/\1/p' | sort -u | grep -vE '^(postgres|fmgr|libpq-fe|miscadmin|varatt)\.h$' | while read -r h; do
        [ -f "src/pg/$h" ] || [ -f "src/$h" ] || [ -f "$(${PG_CONFIG:-pg_config} --includedir-server)/$h" ] || [ "$h" = nodes/miscnodes.h ] || echo "$h"; done)"
report "versions of PostgreSQL are told apart in compat.h only" \
    "$(grep -nE 'PG_VERSION_NUM|PG_MODULE_MAGIC_EXT' src/core/* src/pg/* | grep -v '^src/pg/compat.h:')"

# Format: PostgreSQL's as far as clang-format 14, Debian 12's, can tell.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    report "C sources are formatted" \
        "$(clang-format --dry-run src/*/*.[ch] test/unit/*.[ch] test/fuzz/*.[ch] 2>&1 | grep warning: | cut -d' ' -f1 | sort -u)"
else
    skip "C sources are formatted" "clang-format 14 is not here"
fi
text_files() { find . -path ./.git -prune -o -path ./test/fuzz/corpus -prune -o -path ./expected -prune -o -path ./results -prune -o -type f -print | grep -E '\.(c|h|sql|sh|pl|pm|md|json|spec|control|map)$|Makefile$|\.ci/run$' | grep -v '^./sql/civicgrid--'; }
report "no trailing white space, no tabs in SQL" \
    "$(text_files | grep -v '\.md$' | xargs grep -nE '[[:space:]]+$' /dev/null; find sql test/sql -name '*.sql' | xargs grep -nP '\t' /dev/null)"
report "every text file is UTF-8 and ends with a newline" \
    "$(text_files | while read -r f; do iconv -f utf-8 -t utf-8 "$f" >/dev/null 2>&1 || echo "$f: not UTF-8"; [ -z "$(tail -c1 "$f")" ] || echo "$f: no newline at the end"; done)"
report "shell scripts parse" "$(for f in tools/*.sh demo/*.sh test/bench/*.sh .ci/run; do bash -n "$f" 2>&1; done)"
report "files are not too long to be read" \
    "$(wc -l src/*/*.[ch] | awk '$2 != "total" && $1 > 800 {print $2 ": " $1 " lines"}')"

# SQL: scripts create, they never replace, and begin by refusing psql.
steps=$(find sql/upgrade -name '*.sql' | sort)
report "install scripts never say OR REPLACE or IF NOT EXISTS" \
    "$(grep -niE 'OR REPLACE|IF NOT EXISTS [^(]' sql/install/*.sql)"
report "scripts refuse to be sourced by psql" \
    "$(for f in sql/install/00-*.sql $steps; do head -1 "$f" | grep -q '^\\echo Use .* \\quit$' || echo "$f"; done)"

# Versions: control file, META.json and CHANGELOG.md agree.
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" civicgrid.control)
meta() { perl -MJSON::PP -0777 -ne 'my $m = decode_json($_); print join("\n", $m->{version}, $m->{provides}{civicgrid}{version})' META.json; }
report "META.json has the version of the control file" "$(meta | grep -vx "$version")"
report "META.json has what PGXN asks for" \
    "$(perl -MJSON::PP -0777 -ne 'my $m = decode_json($_); for (qw(name version abstract maintainer license provides meta-spec)) { print "$_ is missing\n" unless $m->{$_} } for my $p (values %{$m->{provides}}) { print "no file $p->{file}\n" unless $p->{file} && -e $p->{file} }' META.json 2>&1)"
report "CHANGELOG.md speaks of the version" "$(grep -q "^## $version" CHANGELOG.md || echo "no section $version")"
report "every older version leads to this one" \
    "$(perl -e '
        my ($to, @files) = @ARGV; my (%step, @base);
        for (@files) { if (/--([\d.]+)--([\d.]+)\.sql$/) { $step{$1}{$2}++ and print "$1--$2 is both open and frozen\n" } elsif (/--([\d.]+)\.sql$/) { push @base, $1 } }
        for my $from (@base) { my %seen = ($from => 1); my @todo = ($from);
            while (defined(my $v = shift @todo)) { push @todo, grep { !$seen{$_}++ } keys %{$step{$v} || {}} }
            print "$from has no path to $to\n" unless $seen{$to} }' "$version" $steps)"

# Tests: none is forgotten.
report "every regression test is scheduled and has its output" \
    "$(for f in test/sql/*.sql; do t=$(basename "$f" .sql); grep -qE "^REGRESS.*\b$t\b" Makefile || echo "$t is not in REGRESS"; [ -f "expected/$t.out" ] || echo "expected/$t.out is missing"; done
       for f in test/specs/*.spec; do t=$(basename "$f" .spec); grep -qE "^ISOLATION.*\b$t\b" Makefile || echo "$t is not in ISOLATION"; [ -f "expected/$t.out" ] || echo "expected/$t.out is missing"; done)"
report "every expected output has its test" \
    "$(for f in expected/*.out; do t=$(basename "$f" .out); [ -f "test/sql/$t.sql" ] || [ -f "test/specs/$t.spec" ] || echo "$f"; done)"
report "every core file has a unit test and a fuzz target" \
    "$(for f in src/core/*.c; do t=$(basename "$f" .c); [ -f "test/unit/${t}_test.c" ] || echo "test/unit/${t}_test.c"; [ -f "test/fuzz/fuzz_$t.c" ] || echo "test/fuzz/fuzz_$t.c"; [ -d "test/fuzz/corpus/fuzz_$t" ] || echo "corpus of $t"; done)"
report "every C function of the module is bound in SQL, and the other way round" \
    "$(diff <(grep -rhoE 'PG_FUNCTION_INFO_V1\((cg_[a-z0-9_]+)\)' src/pg | sed 's/.*(\(.*\))/\1/' | sort -u) <(grep -hoE "'MODULE_PATHNAME', 'cg_[a-z0-9_]+'" sql/install/*.sql | sed "s/.*'\(cg_[a-z0-9_]*\)'/\1/" | sort -u))"
report "links within the documentation lead somewhere" \
    "$(for f in *.md doc/*.md; do [ -f "$f" ] || continue; grep -oE '\]\([^)#: ]+[)#]' "$f" | sed 's/^](//; s/.$//' | while read -r l; do [ -e "$(dirname "$f")/$l" ] || echo "$f: $l"; done; done)"

echo "1..$n"
exit $failed
