-- How far tension moves after its day: as known at each age from 0 to 14 days, compared with the newest value. Only days at least 14 days
-- before the last day known are compared; a day that had no value yet at an age (not known, or too little read) is left out there, so ages
-- have different numbers of days. One row for each series and age.
with last_known as (
    select max(known_on) as known_on from day_status
),

spans as ( -- the ages at which each vintage was the newest one
    select
        vintages.*,
        known_at::date - 1 - index_date as age_from,
        -- Until the next vintage; the last one is the newest at all later ages, and 14 is the last age that counts.
        coalesce(lead(known_at) over day_and_series::date - 1 - index_date, 15) as age_to,
        last_value(tension) over (
            partition by index_date, series order by known_at rows between unbounded preceding and unbounded following
        ) as newest
    from vintages
    window day_and_series as (partition by index_date, series order by known_at)
),

at_age as (
    select
        spans.series,
        spans.pair,
        spans.index_date,
        spans.newest,
        spans.newest - spans.tension as revision,
        spans.tension_lo80,
        spans.tension_hi80,
        unnest(range(spans.age_from, least(spans.age_to, 15))) as age_days
    from spans
    cross join last_known
    where spans.index_date + 14 <= last_known.known_on and spans.tension is not null and spans.newest is not null
)

select
    series,
    pair,
    age_days,
    count(*) as day_count,
    min(index_date) as first_date,
    max(index_date) as last_date,
    avg(abs(revision)) as mean_absolute_revision,
    max(abs(revision)) as largest_revision,
    avg(revision) as mean_revision,
    avg(case when newest between tension_lo80 and tension_hi80 then 0 else 1 end) as share_outside_80
from at_age
group by series, pair, age_days
