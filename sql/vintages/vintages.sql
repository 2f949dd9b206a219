-- The index as known: the value at the end of each day, and each later value that differs, with phase and status at that time. A change
-- of the status alone (day_status) is a vintage too: from P to A when the day is final, and to B when a signal of another reader than the
-- baseline's becomes known.
with first_values as (
    select
        index_date,
        series,
        min(known_on) as known_on
    from index_known
    group by index_date, series
),

status_changes as (
    select
        index_date,
        series,
        unnest([if(final_on >= break_on, null, final_on), break_on]) as known_on
    from day_status
),

moments as (
    select
        index_date,
        series,
        known_on
    from index_known
    union
    select
        status_changes.index_date,
        status_changes.series,
        status_changes.known_on
    from status_changes
    inner join first_values using (index_date, series)
    where status_changes.known_on > first_values.known_on
),

values_then as (
    select
        moments.known_on as status_on,
        index_known.*
    from moments
    asof inner join index_known
        on
            index_known.series = moments.series
            and index_known.index_date = moments.index_date
            and index_known.known_on <= moments.known_on
)

select
    values_then.*,
    (values_then.status_on + 1)::timestamptz as known_at,
    values_then.tension - values_then.concession as net_tension,
    case
        when day_status.break_on <= values_then.status_on then 'B'
        when day_status.final_on <= values_then.status_on then 'A'
        else 'P'
    end as obs_status
from values_then
inner join day_status using (index_date, series)
