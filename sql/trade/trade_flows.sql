-- Monthly flows with the day they became public (35 days after the month's end) and their change on the same month a year before.
with typed as (
    select
        reporter,
        partner,
        flow,
        (reference_month || '-01')::date as reference_month,
        value_usd,
        source
    from raw_trade_flows
)

select
    typed.reporter,
    typed.partner,
    typed.flow,
    typed.reference_month,
    typed.value_usd,
    100.0 * (typed.value_usd / year_before.value_usd - 1) as change_on_year_pct,
    (typed.reference_month + interval 1 month + interval 34 days)::date as released_on,
    typed.source
from typed
left join typed as year_before
    on
        year_before.reporter = typed.reporter
        and year_before.partner = typed.partner
        and year_before.flow = typed.flow
        and year_before.reference_month = typed.reference_month - interval 1 year
        and year_before.value_usd > 0
