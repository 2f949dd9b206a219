-- asset: gdelt_daily
-- severity: critical
-- reason: each day of the calendar has both directions of each pair in all three channels; a gap would look like calm
with indexed as (
    select
        min(index_date) as first_date,
        max(index_date) as last_date
    from coverage
),

days as (
    select
        unnest(
            generate_series(min(gdelt_accounts.index_date), max(gdelt_accounts.index_date), interval 1 day)
        )::date as index_date
    from gdelt_accounts
    inner join indexed on gdelt_accounts.index_date between indexed.first_date and indexed.last_date
),

day_counts as (
    select
        index_date,
        count(*) as series_count
    from gdelt_daily
    group by index_date
)

select
    days.index_date,
    coalesce(day_counts.series_count, 0) as series_count
from days
left join day_counts using (index_date)
where coalesce(day_counts.series_count, 0) != 2 * 3 * len(getvariable('pairs'))
