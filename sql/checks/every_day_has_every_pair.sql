-- asset: tension_daily
-- severity: critical
-- reason: each day from the first to the last one read has a row for both directions of each pair; a gap would look like calm
with days as (
    select unnest(generate_series(first_day.first_day, last_day.last_day, interval 1 day))::date as index_date
    from (select min(index_date) as first_day from articles_read) as first_day
    cross join (select max(index_date) as last_day from coverage) as last_day
),

day_counts as (
    select
        index_date,
        count(*) as series_count
    from tension_daily
    group by index_date
)

select
    days.index_date,
    coalesce(day_counts.series_count, 0) as series_count
from days
left join day_counts using (index_date)
where coalesce(day_counts.series_count, 0) != 2 * len(getvariable('pairs'))
