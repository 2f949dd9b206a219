-- asset: vintages
-- severity: critical
-- reason: vintages are computed separately from the index, so the newest vintage of each day and series must equal the published value
-- within 1e-9 and have the same status
with newest as (
    select *
    from vintages
    qualify row_number() over (partition by index_date, series order by known_at desc) = 1
),

compared as (
    select
        newest.index_date,
        newest.series,
        coalesce(newest.obs_status = index_daily.obs_status, false) as is_same_status,
        unnest(
            [
                newest.tension, newest.tension_lo80, newest.tension_hi80, newest.tension_lo95, newest.tension_hi95,
                newest.concession, newest.concession_lo80, newest.concession_hi80, newest.concession_lo95, newest.concession_hi95,
                newest.dialogue, newest.dialogue_lo80, newest.dialogue_hi80, newest.dialogue_lo95, newest.dialogue_hi95,
                newest.net_tension, newest.stalemate
            ]
        ) as known,
        unnest(
            [
                index_daily.tension, index_daily.tension_lo80, index_daily.tension_hi80, index_daily.tension_lo95, index_daily.tension_hi95,
                index_daily.concession, index_daily.concession_lo80, index_daily.concession_hi80,
                index_daily.concession_lo95, index_daily.concession_hi95,
                index_daily.dialogue, index_daily.dialogue_lo80, index_daily.dialogue_hi80, index_daily.dialogue_lo95,
                index_daily.dialogue_hi95,
                index_daily.net_tension, index_daily.stalemate
            ]
        ) as published
    from newest
    full outer join index_daily on index_daily.index_date = newest.index_date and index_daily.series = newest.series
    -- While the baseline is preliminary, there are no vintages.
    where newest.series is not null or (select bool_and(baseline.is_frozen) from baseline)
)

select *
from compared
where
    not is_same_status
    or (known is null) <> (published is null)
    or abs(known - published) > 1e-9 * greatest(1, abs(published))
