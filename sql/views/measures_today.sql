-- Every measure that has not ended on the last day of the data, in words: its status and since when, the next announced change, and how
-- many signals, stories and sources report the measure. A status may depend on one misread sentence: look at probability, stories and
-- contradictions.
select
    measures.actor,
    measures.target,
    measures.instrument,
    case when measures.product = '' then 'all goods, or none named' else measures.product end as product,
    case
        when measures.status = 'effective' and measures.basis = 'as_announced' then 'in force, as announced'
        when measures.status = 'effective' then 'in force'
        else measures.status
    end
    || case when measures.is_reduced then ', cut since' else '' end as standing,
    measures.status_since,
    measures.rate_pct,
    case
        when states.next_effect is null then ''
        when states.next_effect = 'effective' and states.next_on is null then 'announced, no day given'
        when states.next_on is null then 'to be ' || states.next_effect || ', no day given'
        when states.next_effect = 'effective' then 'in force from ' || strftime(states.next_on, '%Y-%m-%d')
        else 'to be ' || states.next_effect || ' on ' || strftime(states.next_on, '%Y-%m-%d')
    end as follows,
    states.next_rate_pct,
    states.until_on,
    measures.signal_count,
    measures.story_count,
    measures.source_count,
    round(measures.probability, 2) as probability,
    measures.tier,
    measures.contradiction_count,
    measures.measure_id
from measures
inner join measure_states as states on states.measure_id = measures.measure_id and states.valid_to is null
where measures.status != 'ended'
