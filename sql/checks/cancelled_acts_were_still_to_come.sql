-- asset: measure_acts
-- severity: critical
-- reason: only a planned act of the same layer and target can be cancelled, by an act that is not announced before it nor after its
-- first day
select
    acts.act_id,
    acts.target,
    acts.cancels,
    acts.announced_on,
    cancelled.announced_on as cancelled_announced_on,
    cancelled.effective_on as cancelled_effective_on
from measure_acts as acts
left join measure_acts as cancelled on cancelled.act_id = acts.cancels and cancelled.target = acts.target
where
    acts.cancels is not null
    and (
        cancelled.act_id is null
        or cancelled.layer != acts.layer
        or cancelled.announced_on > acts.announced_on
        or cancelled.effective_on < acts.announced_on
    )
