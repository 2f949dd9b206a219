-- asset: measure_contradictions
-- severity: critical
-- reason: every signal that the ledger overruled is listed with a contradiction of its measure and day
select
    events.signal_id,
    events.measure_id,
    events.outcome,
    events.known_on
from measure_events as events
left join measure_contradictions as listed on listed.measure_id = events.measure_id and listed.found_on = events.known_on
where events.outcome in ('outweighed', 'contradicted') and listed.measure_id is null
