-- asset: measure_states
-- severity: critical
-- reason: a measure has exactly one state on every day: each interval ends where the next begins, and the last one is open
with with_next as (
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
from with_next
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
