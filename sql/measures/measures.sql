-- One row for each measure: its history, its status at the end of the data, and its supporting signals.
-- Support counts the signals that act or agree; hints are counted separately.
with first_days as (
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

-- Days on which the status changed; later states differ in other columns only.
status_changes as (
    select
        measure_id,
        valid_from,
        coalesce(status != lag(status) over (partition by measure_id order by valid_from), true) as is_new
    from measure_states
),

last_changes as (
    select
        measure_id,
        max(valid_from) filter (where is_new) as status_since
    from status_changes
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

contradictions as (
    select
        measure_id,
        count(*) as contradiction_count
    from measure_contradictions
    group by measure_id
)

select
    open_states.measure_id,
    open_states.actor,
    open_states.target,
    open_states.instrument,
    open_states.product,
    open_states.status,
    open_states.basis,
    last_changes.status_since,
    open_states.rate_pct,
    open_states.is_reduced,
    first_days.first_proposed_on,
    first_days.first_announced_on,
    first_days.first_effective_on,
    first_days.first_suspended_on,
    first_days.first_ended_on,
    support.signal_count,
    support.story_count,
    support.source_count,
    support.hint_count,
    support.probability,
    support.tier,
    coalesce(contradictions.contradiction_count, 0) as contradiction_count
from measure_states as open_states
inner join first_days on first_days.measure_id = open_states.measure_id
inner join last_changes on last_changes.measure_id = open_states.measure_id
inner join support on support.measure_id = open_states.measure_id
left join contradictions on contradictions.measure_id = open_states.measure_id
where open_states.valid_to is null
