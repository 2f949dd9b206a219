-- asset: measure_reports
-- severity: critical
-- reason: each asserted threat, measure and easing is listed once, and an act that it supports or contradicts is one of its actor
with claims as (
    select signal_id
    from signals
    where modality = 'asserted' and kind in ('threat', 'measure', 'easing')
),

acts as (
    select distinct
        act_id,
        actor
    from measure_acts
)

select
    signal_id,
    reports.report,
    reports.act_id
from claims
full outer join measure_reports as reports using (signal_id)
left join acts using (act_id)
where
    claims.signal_id is null
    or reports.signal_id is null
    or (reports.act_id is not null and acts.actor is distinct from reports.actor)
    or (reports.act_id is not null) != (reports.report in ('supports', 'contradicts'))
    or (reports.unmatched_reason is not null) != (reports.report = 'unusable')
