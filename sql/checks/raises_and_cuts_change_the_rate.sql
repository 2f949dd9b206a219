-- asset: measure_states
-- severity: critical
-- reason: an act that raises a rate must raise it, and one that lowers it must lower it; else a rate is mistyped or an act is missing
with with_previous as (
    select
        *,
        lag(rate_pct) over layer_of_target as previous_rate,
        lag(rate_basis) over layer_of_target as previous_basis
    from measure_states
    window layer_of_target as (partition by layer, target order by valid_from)
)

select
    layer,
    target,
    act_id,
    action,
    previous_rate,
    rate_pct
from with_previous
where
    previous_basis = rate_basis
    and ((action = 'raised' and rate_pct <= previous_rate) or (action = 'lowered' and rate_pct >= previous_rate))
