-- Tariff and shortfall of each directed pair and month, and how far both are above earlier values, in robust deviations (median and MAD of
-- the earlier months that were public when the month's own figure was). For a>b it is a's tariff on b's goods and the flow of a's own
-- imports from b; if a has no figure of the month, b's exports to a. A score compares only figures of the same reporter, or rates of
-- the same tracker and kind of average.
with thresholds as (
    select
        max(value) filter (where name = 'minimum_history_months') as minimum_months,
        max(value) filter (where name = 'smallest_scale_points') as smallest_scale
    from trade_thresholds
),

-- A rate is in force until the next one, the last rate of a tracker until the end of its month.
rates as (
    select
        importer as actor,
        exporter as target,
        measure,
        source,
        rate_pct,
        effective_date as first_day,
        coalesce(
            lead(effective_date) over (partition by importer, exporter, measure, source order by effective_date) - 1,
            last_day(effective_date)
        ) as last_day
    from tariff_rates
),

rate_months as (
    select
        *,
        unnest(generate_series(date_trunc('month', first_day), last_day, interval 1 month))::date as reference_month
    from rates
),

tariffs as (
    select
        actor,
        target,
        reference_month,
        measure as basis,
        source as tracker,
        sum(rate_pct * (least(last_day, last_day(reference_month)) - greatest(first_day, reference_month) + 1))
        / sum(least(last_day, last_day(reference_month)) - greatest(first_day, reference_month) + 1) as value,
        sum(least(last_day, last_day(reference_month)) - greatest(first_day, reference_month) + 1) as days,
        last_day(reference_month) as released_on
    from rate_months
    group by actor, target, reference_month, measure, source
    union all by name
    select
        reporter as actor,
        partner as target,
        reference_month,
        'duties' as basis,
        '' as tracker,
        100.0 * duties_usd / coalesce(consumption_usd, value_usd) as value,
        last_day(reference_month) - reference_month + 1 as days,
        released_on
    from trade_flows
    where flow = 'imports' and product = '' and duties_usd is not null and coalesce(consumption_usd, value_usd) > 0
),

flows as (
    select
        if(flow = 'imports', reporter, partner) as actor,
        if(flow = 'imports', partner, reporter) as target,
        reference_month,
        if(flow = 'imports', 'imports', 'mirror_exports') as basis,
        shortfall_pct as value,
        value_usd,
        expected_usd,
        earlier_years,
        is_missing,
        released_on
    from flow_months
    where product = ''
),

all_measures as (
    select
        'tariff' as part,
        actor,
        target,
        reference_month,
        basis,
        tracker,
        value,
        released_on
    from tariffs
    union all
    select
        'flow' as part,
        actor,
        target,
        reference_month,
        basis,
        '' as tracker,
        value,
        released_on
    from flows
    where not is_missing
),

scores as (
    select
        now.part,
        now.actor,
        now.target,
        now.reference_month,
        now.basis,
        now.tracker,
        count(before.value) as history,
        if(
            count(before.value) >= (select thresholds.minimum_months from thresholds),
            (now.value - median(before.value)) / greatest(1.4826 * mad(before.value), (select thresholds.smallest_scale from thresholds)),
            null
        ) as score
    from all_measures as now
    left join all_measures as before
        on
            before.part = now.part
            and before.actor = now.actor
            and before.target = now.target
            and before.basis = now.basis
            and before.tracker = now.tracker
            and before.reference_month < now.reference_month
            and before.released_on <= now.released_on
    group by now.part, now.actor, now.target, now.reference_month, now.basis, now.tracker, now.value
),

tariff as (
    select
        tariffs.*,
        scores.history,
        scores.score
    from tariffs
    inner join scores using (actor, target, reference_month, basis, tracker)
    where scores.part = 'tariff'
    qualify
        row_number() over (
            partition by tariffs.actor, tariffs.target, tariffs.reference_month
            order by
                list_position(['duties', 'import_weighted', 'simple_mean_hs6'], tariffs.basis) asc,
                tariffs.days desc,
                scores.history desc,
                tariffs.tracker asc
        ) = 1
),

flow as (
    select
        flows.*,
        scores.history,
        scores.score
    from flows
    inner join scores using (actor, target, reference_month, basis)
    where scores.part = 'flow'
    qualify row_number() over (partition by flows.actor, flows.target, flows.reference_month order by flows.basis = 'imports' desc) = 1
),

gaps as (
    select distinct
        actor,
        target,
        reference_month
    from flows
    where is_missing
),

calendar as (
    select
        actor,
        target,
        unnest(generate_series(min(reference_month), max(reference_month), interval 1 month))::date as reference_month
    from (
        select * from tariffs
        union all by name
        select * from flows
    ) as months_with_data
    group by actor, target
)

select
    calendar.actor,
    calendar.target,
    calendar.reference_month,
    tariff.value as effective_tariff_pct,
    tariff.basis as tariff_basis,
    coalesce(tariff.days, 0) as tariff_days,
    tariff.released_on as tariff_released_on,
    flow.value_usd as flow_usd,
    flow.basis as flow_basis,
    gaps.actor is not null and flow.actor is null as is_flow_missing,
    coalesce(flow.earlier_years, 0) as earlier_years,
    flow.expected_usd,
    flow.value as flow_shortfall_pct,
    flow.released_on as flow_released_on,
    coalesce(tariff.history, 0) as tariff_history_months,
    tariff.score as tariff_z,
    coalesce(flow.history, 0) as flow_history_months,
    flow.score as flow_z,
    case
        when tariff.score is not null and flow.score is not null then (tariff.score + flow.score) / 2
        else coalesce(tariff.score, flow.score)
    end as trade_strain,
    case
        when tariff.score is not null and flow.score is not null then 'both'
        when tariff.score is not null then 'tariff'
        when flow.score is not null then 'flow'
        else 'none'
    end as parts,
    greatest(tariff.released_on, flow.released_on) as released_on
from calendar
left join tariff using (actor, target, reference_month)
left join flow using (actor, target, reference_month)
left join gaps using (actor, target, reference_month)
