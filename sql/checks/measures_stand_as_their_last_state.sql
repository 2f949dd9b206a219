-- asset: measures
-- severity: critical
-- reason: the ledger and its history must not tell two stories: one row for each measure, with the status of its open interval
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
