-- asset: measure_states
-- severity: critical
-- reason: a suspension or a limited measure that has run out must be resumed, prolonged or ended by a later act, or its state is unknown
select
    layer,
    target,
    standing,
    stated_end,
    checked_through
from measure_states
where valid_to is null and standing != 'not_in_force' and stated_end < checked_through
