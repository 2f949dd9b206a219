-- asset: measure_states
-- severity: critical
-- reason: on every day a measure has one state: intervals meet, the last is open, and each measure that a signal acts on has them
with following as (
    select
        measure_id,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by measure_id order by valid_from) as next_from
    from measure_states
)

select
    measure_id,
    valid_from,
    valid_to,
    next_from
from following
where valid_to is distinct from next_from
union all
select
    measure_events.measure_id,
    min(measure_events.known_on) as valid_from,
    null as valid_to,
    null as next_from
from measure_events
left join measure_states on measure_states.measure_id = measure_events.measure_id
where measure_events.measure_id is not null and measure_states.measure_id is null
group by measure_events.measure_id
