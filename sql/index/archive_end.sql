-- The day on which the first version of the baseline was complete: its last day was final, articles up to it were known, and articles of at
-- least `least_days` days, so that single rows without a date of fetching do not end an archive before it was fetched. What was known by
-- then counts on its own day. Later articles never move this day; before it there is no row.
with days as (
    select
        index_date,
        min(greatest(index_date, first_seen_at::date)) as known_on
    from articles
    group by index_date
),

known as (
    select
        known_on,
        min(index_date) as first_day,
        max(index_date) as last_day,
        count(*) as day_count
    from days
    group by known_on
),

so_far as (
    select
        known_on,
        lead(known_on) over by_day as next_known_on,
        max(last_day) over by_day as last_day,
        sum(day_count) over by_day as day_count,
        coalesce(getvariable('baseline_to'), min(first_day) over by_day + getvariable('baseline_lengths')[1] - 1) as baseline_to
    from known
    window by_day as (order by known_on)
)

select min(greatest(known_on, baseline_to + getvariable('open_days'))) as known_on
from so_far
where
    last_day >= baseline_to
    and day_count >= getvariable('least_days')
    and coalesce(next_known_on > baseline_to + getvariable('open_days'), true)
having count(*) > 0
