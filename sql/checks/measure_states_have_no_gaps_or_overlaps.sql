-- asset: measure_states
-- severity: critical
-- reason: a layer has exactly one state towards a target on every day: each ends where the next begins, and the last one is open
select
    layer,
    target,
    valid_from,
    valid_to,
    lead(valid_from) over (partition by layer, target order by valid_from) as next_from
from measure_states
qualify valid_to is distinct from next_from
