-- asset: measure_states
-- severity: critical
-- reason: an act in effect sets a state, unless another act of the same first day replaces it or it ends nothing
select
    acts.act_id,
    acts.target,
    acts.effective_on
from measure_acts as acts
left join measure_states as states on states.act_id = acts.act_id and (acts.target = '*' or states.target = acts.target)
where
    acts.effective_on is not null
    and states.act_id is null
    and not exists (
        select 1 from measure_acts as later
        where later.cancels = acts.act_id and later.target = acts.target
    )
    and not exists (
        select 1 from measure_acts as other
        where
            other.layer = acts.layer
            and other.target in (acts.target, '*')
            and other.effective_on = acts.effective_on
            and (other.announced_on, other.act_id) > (acts.announced_on, acts.act_id)
    )
