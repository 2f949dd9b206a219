-- Every value of each monthly figure from every origin, with the day from which it was public. For the first value that is the month's
-- release (the given day, else the usual number of days after the month's end), for later ones the first response that had them. Responses
-- correct the release day: one that had the figure earlier proves an earlier day, one that lacked it on that day or later proves a later
-- one. If two origins have the same month, the first in their order is used. UN Comtrade counts imports in another way, so it is used only
-- for series without any month from the other origins.
with thresholds as (
    select
        max(value::integer) filter (where name = 'release_lag_days') as release_lag_days,
        max(value::integer) filter (where name = 'comtrade_lag_days') as comtrade_lag_days
    from trade_thresholds
),

typed as (
    select
        reporter,
        partner,
        flow,
        product,
        (reference_month || '-01')::date as reference_month,
        origin,
        value_usd,
        duties_usd,
        consumption_usd,
        released_on::date as given_on,
        nullif(seen_on, '')::date as seen_on,
        absent_on::date as absent_on,
        source,
        case
            when origin = 'comtrade' then (select thresholds.comtrade_lag_days from thresholds)
            else (select thresholds.release_lag_days from thresholds)
        end as lag_days
    from raw_trade_flows
),

released as (
    select
        *,
        coalesce(given_on, (reference_month + interval 1 month + to_days(lag_days - 1))::date) as month_released_on
    from typed
),

versions as (
    select
        *,
        row_number() over figure as version,
        lag(value_usd) over figure as value_before_usd
    from released
    window figure as (partition by reporter, partner, flow, product, reference_month, origin order by seen_on asc nulls first)
),

preferred as (
    select
        *,
        bool_or(origin != 'comtrade') over series as is_counted_elsewhere,
        min(list_position(['census', 'file', 'comtrade'], origin)) over month_of_series as first_in_order
    from versions
    window
        series as (partition by reporter, partner, flow, product),
        month_of_series as (partition by reporter, partner, flow, product, reference_month)
)

select
    reporter,
    partner,
    flow,
    product,
    reference_month,
    origin,
    version,
    list_position(['census', 'file', 'comtrade'], origin) = first_in_order
    and not (origin = 'comtrade' and is_counted_elsewhere) as is_used,
    value_usd,
    duties_usd,
    consumption_usd,
    case when value_before_usd > 0 then 100.0 * (value_usd - value_before_usd) / value_before_usd end as change_pct,
    case
        when version > 1 or absent_on >= month_released_on then seen_on
        else least(month_released_on, seen_on)
    end as known_on,
    seen_on,
    source
from preferred
