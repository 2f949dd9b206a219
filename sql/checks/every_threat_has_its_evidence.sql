-- asset: threat_evidence
-- severity: critical
-- reason: a threat has as many signals as it counts, and an outcome that time alone does not give has evidence after it
with said as (
    select
        evidence.threat_id,
        count(signals.signal_id) as found_count
    from threat_evidence as evidence
    left join signals on signals.signal_id = evidence.evidence_id
    where evidence.threat_role = 'said'
    group by evidence.threat_id
),

shown as (
    select
        threat_id,
        threat_role,
        max(told_on) as told_on
    from threat_evidence
    where is_used
    group by threat_id, threat_role
)

select
    states.threat_id,
    states.signal_count,
    said.found_count,
    states.threat_outcome,
    states.first_on,
    shown.told_on
from threat_states as states
left join said using (threat_id)
left join shown on shown.threat_id = states.threat_id and shown.threat_role = states.threat_outcome
where
    states.valid_to is null
    and (
        said.found_count is distinct from states.signal_count
        or (states.outcome_basis in ('reported', 'official', 'ordered') and coalesce(shown.told_on < states.first_on, true))
    )
