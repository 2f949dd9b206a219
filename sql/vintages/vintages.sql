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
),

with_status as (
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
),

-- What a vintage shows. The series of a pair are computed together, so one of them may be the same as before.
shown as (
    select
        *,
        row(
            tension, tension_lo80, tension_lo95, tension_hi80, tension_hi95,
            concession, concession_lo80, concession_lo95, concession_hi80, concession_hi95,
            dialogue, dialogue_lo80, dialogue_lo95, dialogue_hi80, dialogue_hi95,
            stalemate, phase, obs_status
        ) as vintage
    from with_status
)

select * exclude (vintage)
from shown
qualify vintage is distinct from lag(vintage) over (partition by index_date, series order by status_on)
