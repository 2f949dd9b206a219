-- asset: measure_states
-- severity: warning
-- reason: the average of additional rates of the bundled tracker is at most the layers on all goods and the highest on single goods
-- together; without a layer it is 0
with on_day as (
    select
        rates.importer,
        rates.exporter,
        rates.effective_date,
        rates.rate_pct,
        coalesce(states.rate_pct, 0) as layer_rate,
        coalesce(regexp_matches(states.product, '^(?:all goods|nearly all goods|goods )|\blines\b'), false) as is_general
    from tariff_rates as rates
    left join measure_states as states
        on
            states.actor = rates.importer
            and states.target = rates.exporter
            and states.standing in ('in_force', 'quota')
            and states.instrument in ('tariff', 'trade_remedy')
            and states.valid_from <= rates.effective_date + 3
            and (states.valid_to is null or rates.effective_date - 3 < states.valid_to)
    where rates.source = 'trade-war-redux-2025' and rates.importer in (select known.actor from measure_states as known)
)

select
    importer,
    exporter,
    effective_date,
    any_value(rate_pct) as average_pct,
    sum(layer_rate) filter (where is_general) as on_goods_in_general,
    max(layer_rate) filter (where not is_general) as highest_on_single_goods
from on_day
group by importer, exporter, effective_date
having
    any_value(rate_pct)
    > coalesce(sum(layer_rate) filter (where is_general), 0) + coalesce(max(layer_rate) filter (where not is_general), 0)
