-- asset: tension_daily
-- severity: critical
-- reason: the index has a row for each day from the first to the last one read and each direction of each pair; a gap would look like calm
with days as (
    select unnest(generate_series(min(index_date), max(index_date), interval 1 day))::date as index_date
    from coverage
),

counted as (
    select
        index_date,
        count(*) as series_count
    from tension_daily
    group by index_date
)

select
    days.index_date,
    coalesce(counted.series_count, 0) as series_count
from days
left join counted on counted.index_date = days.index_date
where coalesce(counted.series_count, 0) != 2 * len(getvariable('pairs'))
