-- asset: measure_states
-- severity: critical
-- reason: a state is supported by signals of its own measure that were seen by its first day; later ones were not known then
with supporting as (
    select
        measure_id,
        valid_from,
        unnest(string_split(signal_ids, ', ')) as signal_id
    from measure_states
)

select
    supporting.measure_id,
    supporting.valid_from,
    supporting.signal_id,
    events.known_on
from supporting
left join measure_events as events on events.signal_id = supporting.signal_id and events.measure_id = supporting.measure_id
where events.signal_id is null or events.known_on > supporting.valid_from
