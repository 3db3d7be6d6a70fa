#!/bin/bash
# Usage: demo/check-report.sh DATABASE PAGE
#
# Open the page in headless Chromium, where there is one, and compare the figures
# that it shows with the views.  Where there is none, the figures in it.
set -euo pipefail

database=$1
page=$(realpath "$2")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)

if [ -n "$browser" ]; then
    dom=$(timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$(mktemp -d)" --virtual-time-budget=5000 \
        --dump-dom "file://$page" 2>/dev/null)
    shown=$(printf '%s' "$dom" | perl -CS -Mutf8 -0777 -ne '
        binmode STDOUT, ":utf8";
        my %at = /data-key="([a-z_]+)">([\d,.]+)/g;
        my ($cells, $open) = (0, 0);
        while (/data-code="\d{15}" data-open="(\d+)"/g) { $cells++; $open += $1; }
        my ($funnel) = /data-key="funnel-handled">([\d,]+)/;
        $_ = join "|", (map { $at{$_} // "nothing" } qw(reported open overdue closed first_dispatch)), $funnel // "nothing", $cells, $open;
        tr/,//d;
        print')
else
    shown=$(perl -CSD -0777 -MJSON::PP -ne '
        my ($json) = /id="data">(.*?)<\/script>/s;
        my $d = JSON::PP->new->decode($json);
        my ($first) = map { $_->{per_cent} } grep { $_->{rate} eq "first_dispatch" } @{$d->{rates}};
        my $open = 0;
        $open += $_->{open} for @{$d->{cells}};
        print join "|", @{$d->{totals}}{qw(reported open overdue closed)}, $first + 0, $d->{funnel}{handled}, scalar @{$d->{cells}}, $open' "$page")
fi
wanted=$(psql -X -A -t -q -d "$database" -c "
    SET search_path = civicgrid, public;
    SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM cases WHERE open),
        (SELECT count(DISTINCT caseno) FROM inbox, demo.clock WHERE due_at < as_of),
        (SELECT count(*) FROM cases WHERE state IN ('closed', 'visited')),
        (SELECT trim_scale(round(100 * sum(numerator) / sum(denominator), 1)) FROM kpi_rates WHERE rate = 'first_dispatch'),
        (SELECT sum(handled) FROM funnel), (SELECT count(*) FROM grid_cell WHERE kind = 'unit'),
        (SELECT count(*) FROM case_map WHERE open AND cell IN (SELECT code::text FROM grid_cell WHERE kind = 'unit'))")
if [ "$shown" != "$wanted" ]; then
    printf '%s\n' "civicgrid: the page shows   $shown" "civicgrid: but the views say $wanted" >&2
    exit 1
fi
echo "civicgrid: the page ${browser:+opened in ${browser##*/} }shows what the views say: $shown"
