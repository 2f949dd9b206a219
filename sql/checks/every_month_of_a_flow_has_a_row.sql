-- asset: flow_months
-- severity: critical
-- reason: a month without a row would look like no trade; missing months have a row without a value, and no value is made up
with month_counts as (
    select
        reporter,
        partner,
        flow,
        product,
        count(*) as months,
        date_diff('month', min(reference_month), max(reference_month)) + 1 as months_of_span
    from flow_months
    group by reporter, partner, flow, product
)

select
    flows.reporter,
    flows.partner,
    flows.flow,
    flows.product,
    flows.reference_month,
    flows.value_usd as released_usd,
    months.value_usd as shown_usd
from trade_flows as flows
full join flow_months as months
    on
        months.reporter = flows.reporter
        and months.partner = flows.partner
        and months.flow = flows.flow
        and months.product = flows.product
        and months.reference_month = flows.reference_month
where
    flows.value_usd is distinct from months.value_usd
    or months.is_missing is distinct from (flows.value_usd is null)
    or flows.released_on is distinct from months.released_on
union all
select
    month_counts.reporter,
    month_counts.partner,
    month_counts.flow,
    month_counts.product,
    null as reference_month,
    month_counts.months_of_span as released_usd,
    month_counts.months as shown_usd
from month_counts
where month_counts.months <> month_counts.months_of_span
