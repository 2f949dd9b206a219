-- Every official measure between the published pairs on the last day of the data, in words, with act and source. Measures that only the
-- news reports are listed by measures_reported(day).
select
    states.actor,
    states.target,
    replace(states.instrument, '_', ' ') as instrument,
    states.programme,
    states.product,
    replace(states.standing, '_', ' ')
    || case when last_day.day > states.checked_through then ' when last checked' else '' end as standing,
    states.rate_pct,
    case states.rate_basis when 'total' then 'with ordinary duty' when 'additional' then 'on top of ordinary duty' end as rate_counts,
    states.in_force_since,
    states.rate_since,
    states.stated_end,
    states.legal_source,
    states.url,
    states.certainty,
    states.note,
    states.checked_through,
    states.layer
from measure_states as states
cross join (select max(index_date) as day from tension_pair_daily) as last_day
where
    states.standing != 'not_in_force'
    and states.valid_from <= last_day.day
    and (states.valid_to is null or last_day.day < states.valid_to)
    and least(states.actor, states.target) || '-' || greatest(states.actor, states.target) in (
        select pairs.pair from tension_pair_daily as pairs
    )
