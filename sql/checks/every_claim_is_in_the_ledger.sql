-- asset: measure_events
-- severity: critical
-- reason: nothing is lost between signals and ledger: each asserted threat, measure and easing is an event, with a measure or with the
-- reason why it has none
with told as (
    select signal_id
    from signals
    where modality = 'asserted' and kind in ('threat', 'measure', 'easing')
)

select
    coalesce(told.signal_id, measure_events.signal_id) as signal_id,
    measure_events.measure_id,
    measure_events.outcome,
    measure_events.unmatched_reason
from told
full outer join measure_events on measure_events.signal_id = told.signal_id
where
    told.signal_id is null
    or measure_events.signal_id is null
    or (measure_events.outcome = 'unmatched') != (measure_events.measure_id is null)
    or (measure_events.outcome = 'unmatched') != (measure_events.unmatched_reason is not null)
