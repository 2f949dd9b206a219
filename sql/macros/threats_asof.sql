-- threats_asof(day): every threat that was known on a day, with what was known then of its deadline and outcome. The outcome of a threat
-- may have changed since.
create macro threats_asof(day) as table
    select * exclude (valid_to)
    from threat_states
    where valid_from <= cast(day as date) and (valid_to is null or cast(day as date) < valid_to)
