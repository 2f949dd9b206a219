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
    reporter,
    partner,
    flow,
    product,
    reference_month,
    flows.value_usd as released_usd,
    months.value_usd as shown_usd
from trade_flows as flows
full outer join flow_months as months using (reporter, partner, flow, product, reference_month)
where
    flows.value_usd is distinct from months.value_usd
    or months.is_missing is distinct from (flows.value_usd is null)
    or flows.released_on is distinct from months.released_on
union all
select
    reporter,
    partner,
    flow,
    product,
    null as reference_month,
    months_of_span as released_usd,
    months as shown_usd
from month_counts
where months <> months_of_span
