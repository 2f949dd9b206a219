-- asset: vintages
-- severity: critical
-- reason: a vintage is known after its day is over and not after the last day that the release knows about
select
    vintages.index_date,
    vintages.series,
    vintages.known_at
from vintages
cross join (select max(known_at) as known_at from index_daily) as release
where
    vintages.known_at < (vintages.index_date + 1)::timestamptz
    or vintages.known_at > release.known_at
