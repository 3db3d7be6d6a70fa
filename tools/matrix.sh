#!/bin/bash
# Usage: tools/matrix.sh [--quick] [SUITE...]
#
# Run the tests with the PostgreSQL of each Debian SUITE; without one, of
#   bookworm (PostgreSQL 15), trixie (17) and sid (18).
# The Debian of this machine is tested as it is, as by make check; any other in a
# chroot that debootstrap makes from the archive that apt uses here.  Chroots are
# kept in ${CIVICGRID_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/civicgrid}/matrix,
# 1.7 GB each, and made anew when removed.
#
#   --quick     only build and pg_regress
#
# The last lines tell the count for each version and their sum.  Exit code:
#    0  every test passed
#    1  a test failed, or something was not built
#    2  wrong usage
#   77  nothing failed, but a suite was skipped: no root, no network, …; the
#       reason stands in its line, and after the sum how many were skipped
set -euo pipefail

# what apt says is read below
export LC_ALL=C.UTF-8

here=$(cd "$(dirname "$0")/.." && pwd)
cache=${CIVICGRID_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/civicgrid}/matrix

options=()
suites=()
for arg in "$@"; do
    case $arg in
    --quick) options+=(--quick) ;;
    -* | '' | *[!a-z0-9-]*)
        echo "usage: tools/matrix.sh [--quick] [SUITE...]" >&2
        exit 2
        ;;
    *) suites+=("$arg") ;;
    esac
done
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie sid)

own_suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")

as_root=()
if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null && sudo true; then as_root=(sudo); fi

WORK=$(mktemp -d "${TMPDIR:-/tmp}/civicgrid-matrix.XXXXXX")
child=
cleanup() {
    trap '' INT TERM HUP
    trap - EXIT
    # chroot.sh reads from this one
    exec 8>&-
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The sources without what was built, and the data beside them.
pack_sources() {
    mkdir -p "$WORK/tree"
    ln -s "$here" "$WORK/tree/src"
    if git -C "$here" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        (cd "$here" && git ls-files -z --cached --others --exclude-standard) |
            while IFS= read -r -d '' file; do
                if [ -e "$here/$file" ] || [ -L "$here/$file" ]; then printf '%s\0' "src/$file"; fi
            done >"$WORK/files"
    else
        (cd "$here" && find . -name .git -prune -o ! -type d ! -name '*.o' ! -name '*.so' ! -name '*.bc' -printf 'src/%P\0') >"$WORK/files"
    fi
    if [ -d "$here/../shared/data" ]; then
        mkdir "$WORK/tree/shared"
        ln -s "$(cd "$here/../shared/data" && pwd)" "$WORK/tree/shared/data"
        (cd "$WORK/tree" && find shared/data/ -type f -print0) >>"$WORK/files"
    fi
    tar -C "$WORK/tree" --null --verbatim-files-from --files-from="$WORK/files" -cf "$WORK/sources.tar"
}

# Run a command, shown without its own count and kept in $WORK/log; sets status.
# It is started in the background, so that a signal ends this script at once.
# $1: its standard input; the lifeline ends when this script does
run() {
    local stdin=$1 shown
    shift
    mkfifo "$WORK/pipe" "$WORK/lifeline"
    tee "$WORK/log" <"$WORK/pipe" | sed -u '/^[0-9]* passed, [0-9]* failed$/d; /^skipped: /d' &
    shown=$!
    "$@" <"$stdin" >"$WORK/pipe" 2>&1 &
    child=$!
    # for reading too: nothing waits for a command that reads something else
    exec 8<>"$WORK/lifeline"
    status=0
    wait "$child" || status=$?
    child=
    exec 8>&-
    wait "$shown" || true
    rm "$WORK/pipe" "$WORK/lifeline"
}

passed=0
failed=0
skipped=0
summary=()
packed=

for suite in "${suites[@]}"; do
    echo "civicgrid: $suite"
    if [ "$suite" = "$own_suite" ]; then
        script=tools/check.sh
        [ ${#options[@]} = 0 ] || script=tools/suite.sh
        run /dev/null "$here/tools/prepare.sh" "$script" "${options[@]}"
    else
        [ -n "$packed" ] || pack_sources
        packed=1
        run "$WORK/lifeline" "${as_root[@]}" env http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" \
            bash "$here/tools/chroot.sh" "$suite" "$cache" "$WORK/sources.tar" "${options[@]}"
    fi
    version=$(sed -n 's/^\(PostgreSQL [0-9a-z.]*\).*/\1/p' "$WORK/log" | tail -n 1)
    if [ $status = 77 ]; then
        summary+=("PostgreSQL of $suite: $(tail -n 1 "$WORK/log")")
        skipped=$((skipped + 1))
        continue
    fi
    read -r p f < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*$/\1 \2/p' "$WORK/log" | tail -n 1; echo "0 0")
    if [ "$f" = 0 ] && { [ $status != 0 ] || [ "$p" = 0 ]; }; then f=1; fi
    passed=$((passed + p))
    failed=$((failed + f))
    summary+=("${version:-PostgreSQL} ($suite): $p passed, $f failed")
done

printf '%s\n' "${summary[@]}"
if [ $skipped = 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[ $failed = 0 ] || exit 1
[ $skipped = 0 ] || exit 77
