-- asset: measure_states
-- severity: critical
-- reason: the ledger of a day must be what could be known on it: no state rests on a signal of another measure or first seen later
with resting as (
    select
        measure_id,
        valid_from,
        unnest(string_split(signal_ids, ', ')) as signal_id
    from measure_states
)

select
    resting.measure_id,
    resting.valid_from,
    resting.signal_id,
    events.known_on
from resting
left join measure_events as events on events.signal_id = resting.signal_id and events.measure_id = resting.measure_id
where events.signal_id is null or events.known_on > resting.valid_from
