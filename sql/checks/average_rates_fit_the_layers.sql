-- asset: measure_states
-- severity: warning
-- reason: a tracker's average of additional rates is at most the layers on all goods and the highest on single goods together
with on_day as (
    select
        rates.importer,
        rates.exporter,
        rates.effective_date,
        rates.rate_pct,
        states.rate_pct as layer_rate,
        regexp_matches(states.product, '^(?:all goods|nearly all goods|goods )|\blines\b') as is_general
    from tariff_rates as rates
    inner join measure_states as states
        on
            states.actor = rates.importer
            and states.target = rates.exporter
            and states.standing in ('in_force', 'quota')
            and states.instrument in ('tariff', 'trade_remedy')
            and states.valid_from <= rates.effective_date + 3
            and (states.valid_to is null or rates.effective_date - 3 < states.valid_to)
    where rates.measure = 'import_weighted'
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
