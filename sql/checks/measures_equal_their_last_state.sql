-- asset: measures
-- severity: critical
-- reason: each measure has one row, with the status and basis of its open interval in measure_states
select
    coalesce(measures.measure_id, states.measure_id) as measure_id,
    measures.status,
    states.status as last_status
from measures
full outer join (
    select * from measure_states
    where valid_to is null
) as states
    on states.measure_id = measures.measure_id
where measures.status is distinct from states.status or measures.basis is distinct from states.basis
