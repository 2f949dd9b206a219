-- Every official measure between the published pairs on the last day of the data, in words, with act and source. Members of the EU have
-- the measures of EUN. Measures that only the news reports are listed by measures_reported(day).
with members_as_union as (
    select members.member
    from scope_members as members
    where
        members.scope = 'eu_members'
        and members.member not in (
            select named.actor
            from measure_states as named
            union all
            select named.target
            from measure_states as named
        )
),

sides as (
    select distinct
        split_part(pairs.pair, '-', 1) as one,
        split_part(pairs.pair, '-', 2) as other
    from tension_pair_daily as pairs
),

parties as (
    select distinct
        case when one in (select members_as_union.member from members_as_union) then 'EUN' else one end as one,
        case when other in (select members_as_union.member from members_as_union) then 'EUN' else other end as other
    from sides
)

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
    and exists (
        select 1
        from parties
        where (states.actor, states.target) in ((parties.one, parties.other), (parties.other, parties.one))
    )
