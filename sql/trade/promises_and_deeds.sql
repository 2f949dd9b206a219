-- Each purchase commitment compared with the flow that followed, summed from the first month of its period. One row for each commitment
-- and month up to the last month of any flow. An additional commitment, which is on top of earlier purchases, is compared with the same
-- months of its baseline year. From the first missing month on the sum is unknown and stays null.
with months as (
    select
        *,
        if(reporter = seller, buyer, seller) as partner,
        if(reporter = seller, 'exports', 'imports') as flow,
        unnest(generate_series(period_from, period_to, interval 1 month))::date as reference_month
    from commitments
),

figures as (
    select
        months.*,
        own.value_usd as month_amount,
        baseline.value_usd as baseline_month,
        own.value_usd is null or (months.promise = 'additional' and baseline.value_usd is null) as is_missing,
        greatest(own.released_on, baseline.released_on) as figures_released_on
    from months
    left join trade_flows as own
        on
            own.reporter = months.reporter
            and own.partner = months.partner
            and own.flow = months.flow
            and own.product = months.product
            and own.reference_month = months.reference_month
            and months.unit = 'USD'
    left join trade_flows as baseline
        on
            baseline.reporter = months.reporter
            and baseline.partner = months.partner
            and baseline.flow = months.flow
            and baseline.product = months.product
            and baseline.reference_month = make_date(months.baseline_year, month(months.reference_month), 1)
            and months.unit = 'USD'
            and months.promise = 'additional'
),

sums as (
    select
        *,
        count(*) over so_far as months_elapsed,
        count(*) over whole as months_of_period,
        count(*) filter (where is_missing) over so_far as months_missing,
        sum(month_amount) over so_far as actual_so_far,
        if(promise = 'additional', sum(baseline_month) over so_far, 0) as counted_from,
        sum(baseline_month) over so_far as baseline_so_far,
        if(count(baseline_month) over whole = count(*) over whole, sum(baseline_month) over whole, null) as baseline_amount,
        max(figures_released_on) over so_far as sum_released_on
    from figures
    window
        so_far as (partition by commitment_id order by reference_month rows between unbounded preceding and current row),
        whole as (partition by commitment_id)
)

select
    commitment_id,
    reference_month,
    buyer,
    seller,
    product,
    promise,
    unit,
    months_elapsed,
    months_of_period,
    months_missing,
    baseline_amount,
    if(months_missing = 0, baseline_so_far, null) as baseline_so_far,
    promised_amount,
    if(promise = 'additional', baseline_amount, 0) + promised_amount as promised_flow,
    month_amount,
    if(months_missing = 0, actual_so_far, null) as actual_so_far,
    if(months_missing = 0, 100.0 * (actual_so_far - counted_from) / promised_amount, null) as fulfilled_pct,
    if(
        months_missing = 0, 100.0 * actual_so_far / (if(promise = 'additional', baseline_amount, 0) + promised_amount), null
    ) as bought_pct,
    case
        when months_missing = 0 then 'known'
        when
            exists (
                select 1 from trade_flows as flows
                where
                    sums.unit = 'USD'
                    and flows.reporter = sums.reporter
                    and flows.partner = sums.partner
                    and flows.flow = sums.flow
                    and flows.product = sums.product
            )
            then 'gap'
        else 'no_flow'
    end as deed_status,
    if(months_missing = 0, sum_released_on, null) as released_on
from sums
where reference_month <= (select max(flows.reference_month) from trade_flows as flows)
