-- Monthly flows with the day they became public (the day given, else so many days after the month's end) and their change on the same
-- month a year before, where that was public by then.
with limits as (
    select max(value::integer) filter (where name = 'release_lag_days') as release_lag_days
    from trade_thresholds
),

typed as (
    select
        reporter,
        partner,
        flow,
        product,
        (reference_month || '-01')::date as reference_month,
        value_usd,
        duties_usd,
        coalesce(
            released_on::date,
            (reference_month || '-01')::date + interval 1 month + to_days((select limits.release_lag_days - 1 from limits))
        )::date as released_on,
        source
    from raw_trade_flows
)

select
    typed.reporter,
    typed.partner,
    typed.flow,
    typed.product,
    typed.reference_month,
    typed.value_usd,
    typed.duties_usd,
    100.0 * (typed.value_usd / year_before.value_usd - 1) as change_on_year_pct,
    typed.released_on,
    typed.source
from typed
left join typed as year_before
    on
        year_before.reporter = typed.reporter
        and year_before.partner = typed.partner
        and year_before.flow = typed.flow
        and year_before.product = typed.product
        and year_before.reference_month = typed.reference_month - interval 1 year
        and year_before.released_on <= typed.released_on
        and year_before.value_usd > 0
