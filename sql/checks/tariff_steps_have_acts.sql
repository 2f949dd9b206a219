-- asset: measure_states
-- severity: warning
-- reason: when a bundled tracker's average rate moves by two points or more, a layer changed since its day before, or an act is missing
with steps as (
    select
        importer,
        exporter,
        measure,
        effective_date,
        step_pct,
        lag(effective_date) over (partition by importer, exporter, measure, source order by effective_date) as previous_date
    from tariff_rates
    where source in ('trade-war-redux-2025', 'tradewar-tracker') -- of others it is unknown which duties they count
)

select
    steps.importer,
    steps.exporter,
    steps.effective_date,
    steps.step_pct
from steps
where
    abs(steps.step_pct) >= 2
    and steps.importer in (select states.actor from measure_states as states)
    and not exists (
        select 1 from measure_states as states
        where
            states.actor = steps.importer
            and states.target = steps.exporter
            and states.instrument in ('tariff', 'trade_remedy')
            and states.valid_from between steps.previous_date - 3 and steps.effective_date + 3
    )
