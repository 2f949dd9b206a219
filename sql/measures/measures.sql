-- One row for each measure: its way so far, where it stands at the end of the data, and what supports that.
-- Support counts the signals that act or agree; hints are counted beside them.
with way as (
    select
        measure_id,
        min(valid_from) filter (where status = 'proposed') as first_proposed_on,
        min(valid_from) filter (where status = 'announced') as first_announced_on,
        min(valid_from) filter (where status = 'effective') as first_effective_on,
        min(valid_from) filter (where status = 'suspended') as first_suspended_on,
        min(valid_from) filter (where status = 'ended') as first_ended_on
    from measure_states
    group by measure_id
),

-- the days on which the status itself changed: what lies after the last of them is one status
changes as (
    select
        measure_id,
        valid_from,
        coalesce(status != lag(status) over (partition by measure_id order by valid_from), true) as is_new
    from measure_states
),

since as (
    select
        measure_id,
        max(valid_from) filter (where is_new) as status_since
    from changes
    group by measure_id
),

support as (
    select
        measure_id,
        count(*) filter (where outcome != 'hint') as signal_count,
        count(distinct story_id) filter (where outcome != 'hint') as story_count,
        count(distinct source) filter (where outcome != 'hint') as source_count,
        count(*) filter (where outcome = 'hint') as hint_count,
        max(probability) filter (where outcome != 'hint') as probability,
        arg_max(tier, probability) filter (where outcome != 'hint') as tier
    from measure_events
    where measure_id is not null and outcome not in ('outweighed', 'contradicted')
    group by measure_id
),

against as (
    select
        measure_id,
        count(*) as contradiction_count
    from measure_contradictions
    group by measure_id
)

select
    now_valid.measure_id,
    now_valid.actor,
    now_valid.target,
    now_valid.instrument,
    now_valid.product,
    now_valid.status,
    now_valid.basis,
    since.status_since,
    now_valid.rate_pct,
    now_valid.is_reduced,
    way.first_proposed_on,
    way.first_announced_on,
    way.first_effective_on,
    way.first_suspended_on,
    way.first_ended_on,
    support.signal_count,
    support.story_count,
    support.source_count,
    support.hint_count,
    support.probability,
    support.tier,
    coalesce(against.contradiction_count, 0) as contradiction_count
from measure_states as now_valid
inner join way on way.measure_id = now_valid.measure_id
inner join since on since.measure_id = now_valid.measure_id
inner join support on support.measure_id = now_valid.measure_id
left join against on against.measure_id = now_valid.measure_id
where now_valid.valid_to is null
