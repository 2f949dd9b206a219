-- asset: measure_events
-- severity: critical
-- reason: each asserted threat, measure and easing is an event of the ledger, with a measure or with the reason why it has none
with claims as (
    select signal_id
    from signals
    where modality = 'asserted' and kind in ('threat', 'measure', 'easing')
)

select
    coalesce(claims.signal_id, measure_events.signal_id) as signal_id,
    measure_events.measure_id,
    measure_events.outcome,
    measure_events.unmatched_reason
from claims
full outer join measure_events on measure_events.signal_id = claims.signal_id
where
    claims.signal_id is null
    or measure_events.signal_id is null
    or (measure_events.outcome = 'unmatched') != (measure_events.measure_id is null)
    or (measure_events.outcome = 'unmatched') != (measure_events.unmatched_reason is not null)
