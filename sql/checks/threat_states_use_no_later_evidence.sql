-- asset: threat_states
-- severity: critical
-- reason: a state of a threat is supported by signals and acts of its own that were known by its first day; later ones were not known then
with supporting as (
    select
        threat_id,
        valid_from,
        'said' as threat_role,
        unnest(string_split(signal_ids, ', ')) as evidence_id
    from threat_states
    union all
    select
        threat_id,
        valid_from,
        null as threat_role,
        unnest(string_split(coalesce(outcome_signal_ids, outcome_act_id), ', ')) as evidence_id
    from threat_states
    where coalesce(outcome_signal_ids, outcome_act_id) is not null
)

select
    supporting.threat_id,
    supporting.valid_from,
    supporting.evidence_id,
    supporting.threat_role
from supporting
where not exists (
    select 1
    from threat_evidence as evidence
    where
        evidence.threat_id = supporting.threat_id
        and evidence.evidence_id = supporting.evidence_id
        and evidence.known_on <= supporting.valid_from
        and (evidence.threat_role = 'said') = (supporting.threat_role is not null)
)
