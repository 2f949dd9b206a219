-- asset: trade_strain
-- severity: critical
-- reason: trade strain dated before its figures were public would use later knowledge and invalidate every study of its predictions
with used as (
    select
        strain.actor,
        strain.target,
        strain.reference_month,
        strain.released_on,
        months.released_on as figure_released_on
    from trade_strain as strain
    inner join flow_months as months
        on
            months.flow = if(strain.flow_basis = 'imports', 'imports', 'exports')
            and months.reporter = if(strain.flow_basis = 'imports', strain.actor, strain.target)
            and months.partner = if(strain.flow_basis = 'imports', strain.target, strain.actor)
            and months.product = ''
            and months.reference_month = strain.reference_month
    where not months.is_missing
    union all
    select
        strain.actor,
        strain.target,
        strain.reference_month,
        strain.released_on,
        rates.released_on as figure_released_on
    from trade_strain as strain
    inner join tariff_rates as rates
        on
            rates.importer = strain.actor
            and rates.exporter = strain.target
            and rates.measure = strain.tariff_basis
            and date_trunc('month', rates.effective_date) = strain.reference_month
)

select *
from used
where coalesce(released_on < figure_released_on, true)
