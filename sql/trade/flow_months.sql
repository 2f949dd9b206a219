-- Every month of every series from its first to its last figure. A series is a flow of one reporter with one partner in one product. Months
-- without a figure are marked as missing and not filled in.
-- The expected value of a month is the mean of the same month in the three years before, as far as public when the month's figure was.
with thresholds as (
    select
        max(value::integer) filter (where name = 'release_lag_days') as release_lag_days,
        max(value::integer) filter (where name = 'comtrade_lag_days') as comtrade_lag_days
    from trade_thresholds
),

series_spans as (
    select
        flows.reporter,
        flows.partner,
        flows.flow,
        flows.product,
        min(flows.reference_month) as first_month,
        max(flows.reference_month) as last_month,
        if(bool_and(flows.origin = 'comtrade'), any_value(thresholds.comtrade_lag_days), any_value(thresholds.release_lag_days)) as lag_days
    from trade_flows as flows
    cross join thresholds
    group by flows.reporter, flows.partner, flows.flow, flows.product
),

months as (
    select
        reporter,
        partner,
        flow,
        product,
        lag_days,
        unnest(generate_series(first_month, last_month, interval 1 month))::date as reference_month
    from series_spans
),

expected as (
    select
        flows.reporter,
        flows.partner,
        flows.flow,
        flows.product,
        flows.reference_month,
        count(*) as earlier_years,
        avg(earlier.value_usd) as expected_usd
    from trade_flows as flows
    inner join trade_flows as earlier
        on
            earlier.reporter = flows.reporter
            and earlier.partner = flows.partner
            and earlier.flow = flows.flow
            and earlier.product = flows.product
            and earlier.reference_month in (
                flows.reference_month - interval 1 year,
                flows.reference_month - interval 2 years,
                flows.reference_month - interval 3 years
            )
            and earlier.released_on <= flows.released_on
    group by flows.reporter, flows.partner, flows.flow, flows.product, flows.reference_month
)

select
    months.reporter,
    months.partner,
    months.flow,
    months.product,
    months.reference_month,
    flows.value_usd is null as is_missing,
    flows.value_usd,
    (months.reference_month + interval 1 month + to_days(months.lag_days - 1))::date as due_on,
    flows.released_on,
    coalesce(expected.earlier_years, 0) as earlier_years,
    expected.expected_usd,
    case when expected.expected_usd > 0 then 100.0 * (1 - flows.value_usd / expected.expected_usd) end as shortfall_pct
from months
left join trade_flows as flows using (reporter, partner, flow, product, reference_month)
left join expected using (reporter, partner, flow, product, reference_month)
