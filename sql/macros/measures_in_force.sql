-- measures_in_force(day): measures in force on a day, as known on that day. With basis as_announced, the announced day has come and no
-- article has said otherwise; else articles report the measure as in force. One row for each actor, target, instrument and product.
create macro measures_in_force(day) as table
    select
        measure_id,
        actor,
        target,
        instrument,
        product,
        rate_pct,
        is_reduced,
        basis,
        valid_from,
        next_effect,
        next_rate_pct,
        next_on,
        signal_count,
        story_count,
        source_count,
        probability,
        tier,
        signal_ids
    from measure_states
    where status = 'effective' and valid_from <= day and (valid_to is null or day < valid_to)
