-- Signals in the figures themselves: tariff steps, drops and recoveries of flows, diversions. Each is dated by the day on which all of its
-- figures were public, and gives them in a sentence. They are compared with the news, and are no part of the index.
with thresholds as (
    select
        max(value) filter (where name = 'tariff_step_points') as tariff_step,
        max(value) filter (where name = 'flow_drop_pct') as flow_drop,
        max(value) filter (where name = 'flow_recovery_pct') as flow_recovery,
        max(value) filter (where name = 'diversion_points') as diversion
    from trade_thresholds
),

steps as (
    select
        importer as actor,
        exporter as target,
        'tariff_step' as trade_signal,
        if(step_pct > 0, 'escalation', 'concession') as polarity,
        'tariff' as instrument,
        '' as product,
        format('{} tariff on {} ({})', importer, exporter, measure) as series,
        effective_date as figure_date,
        rate_pct - step_pct as figure_before,
        rate_pct as figure_after,
        'percent' as unit,
        released_on,
        source,
        format(
            'The average {} tariff on goods from {} {} from {:.1f} to {:.1f} percent on {} ({}).',
            importer, exporter, if(step_pct > 0, 'rose', 'fell'), rate_pct - step_pct, rate_pct, effective_date::varchar, measure
        ) as evidence
    from tariff_rates
    where abs(step_pct) >= (select thresholds.tariff_step from thresholds) - 1e-9 -- the difference of two rates is rounded
),

flow_series as (
    select
        months.reporter,
        months.partner,
        months.flow,
        months.product,
        months.reference_month,
        months.value_usd,
        months.expected_usd,
        months.earlier_years,
        months.shortfall_pct,
        flows.source,
        if(months.flow = 'imports', months.reporter, months.partner) as actor,
        if(months.flow = 'imports', months.partner, months.reporter) as target,
        format(
            '{} {} {} {}{}',
            months.reporter, months.flow, if(months.flow = 'imports', 'from', 'to'), months.partner,
            if(months.product = '', '', ', ' || months.product)
        ) as series,
        max(months.released_on) over (
            partition by months.reporter, months.partner, months.flow, months.product order by months.reference_month
        ) as released_on
    from flow_months as months
    inner join trade_flows as flows using (reporter, partner, flow, product, reference_month)
),

-- Between the two thresholds, and in a missing month, a series keeps its level.
levels as (
    select
        *,
        shortfall_pct >= (select thresholds.flow_drop from thresholds) as is_low
    from flow_series
    where
        shortfall_pct >= (select thresholds.flow_drop from thresholds)
        or shortfall_pct <= (select thresholds.flow_recovery from thresholds)
),

with_previous as (
    select
        *,
        lag(is_low) over (partition by reporter, partner, flow, product order by reference_month) as was_low,
        greatest(value_usd, expected_usd) < 1e8 as is_small
    from levels
),

level_changes as (
    select
        actor,
        target,
        if(is_low, 'flow_drop', 'flow_recovery') as trade_signal,
        if(is_low, 'escalation', 'concession') as polarity,
        'other' as instrument,
        product,
        series,
        reference_month as figure_date,
        expected_usd as figure_before,
        value_usd as figure_after,
        'USD' as unit,
        released_on,
        source,
        format(
            '{} were {:.2f} {} USD in {}, {:.1f} percent {} the mean of that month in the {} before ({:.2f} {} USD).',
            series, value_usd / if(is_small, 1e6, 1e9), if(is_small, 'm', 'bn'), strftime(reference_month, '%Y-%m'), abs(shortfall_pct),
            if(shortfall_pct < 0, 'above', 'below'), if(earlier_years = 1, 'year', earlier_years || ' years'),
            expected_usd / if(is_small, 1e6, 1e9), if(is_small, 'm', 'bn')
        ) as evidence
    from with_previous
    where (is_low and not coalesce(was_low, false)) or (not is_low and was_low)
),

-- Shares among the partners that have both months, so that a missing figure does not look like a lost share.
year_pairs as (
    select
        now.actor,
        now.target,
        now.flow,
        now.product,
        now.reference_month,
        now.source,
        now.value_usd,
        before.value_usd as before_usd,
        greatest(now.released_on, before.released_on) as released_on
    from flow_series as now
    inner join flow_series as before
        on
            before.actor = now.actor
            and before.target = now.target
            and before.flow = now.flow
            and before.product = now.product
            and before.reference_month = now.reference_month - interval 1 year
),

-- Where the European Union has a figure, it includes those of its members.
with_union as (
    select
        year_pairs.*,
        is_member_on(members.member, members.member_from, members.member_until, year_pairs.reference_month)
        and bool_or(year_pairs.target = 'EUN') over month_of_buyer as is_part_of_union
    from year_pairs
    left join scope_members as members
        on members.scope = 'eu_members' and members.member = year_pairs.target and year_pairs.target != 'EUN'
    window month_of_buyer as (partition by year_pairs.actor, year_pairs.flow, year_pairs.product, year_pairs.reference_month)
),

shares as (
    select
        *,
        100.0 * value_usd / nullif(sum(value_usd) filter (where not is_part_of_union) over month_of_buyer, 0) as share_pct,
        100.0 * before_usd / nullif(sum(before_usd) filter (where not is_part_of_union) over month_of_buyer, 0) as before_pct,
        max(released_on) over month_of_buyer as all_released_on
    from with_union
    window month_of_buyer as (partition by actor, flow, product, reference_month)
),

gains as (
    select
        loser.*,
        winner.target as diverted_to,
        winner.share_pct as won_share_pct,
        winner.before_pct as won_before_pct,
        least(loser.before_pct - loser.share_pct, winner.share_pct - winner.before_pct)
        >= (select thresholds.diversion from thresholds) - 1e-9 as is_diverted
    from shares as loser
    inner join shares as winner
        on
            winner.actor = loser.actor
            and winner.flow = loser.flow
            and winner.product = loser.product
            and winner.reference_month = loser.reference_month
            and winner.target != loser.target
            and not (winner.target = 'EUN' and loser.is_part_of_union)
            and not (loser.target = 'EUN' and winner.is_part_of_union)
    qualify
        row_number() over (
            partition by loser.actor, loser.target, loser.flow, loser.product, loser.reference_month
            order by winner.share_pct - winner.before_pct desc, winner.target asc
        ) = 1
),

with_history as (
    select
        *,
        lag(is_diverted) over (partition by actor, target, flow, product order by reference_month) as was_diverted,
        max(all_released_on) over (partition by actor, target, flow, product order by reference_month) as known_on
    from gains
),

diversions as (
    select
        actor,
        target,
        'diversion' as trade_signal,
        'escalation' as polarity,
        'other' as instrument,
        product,
        diverted_to,
        format(
            'share of {} in what {} buys{}, by {}',
            target, actor, if(product = '', '', ' of ' || product), if(flow = 'imports', 'its imports', 'the exports of its partners')
        ) as series,
        reference_month as figure_date,
        before_pct as figure_before,
        share_pct as figure_after,
        'percent' as unit,
        known_on as released_on,
        source,
        format(
            'Of the {} that {} bought from partners counted, {} had {:.1f} percent in {} and {:.1f} percent a year before; {} rose from '
            || '{:.1f} to {:.1f} percent.',
            if(product = '', 'goods', product), actor, target, share_pct, strftime(reference_month, '%Y-%m'), before_pct, diverted_to,
            won_before_pct, won_share_pct
        ) as evidence
    from with_history
    where is_diverted and not coalesce(was_diverted, false)
),

all_signals as (
    select
        *,
        null::varchar as diverted_to
    from steps
    union all by name
    select
        *,
        null::varchar as diverted_to
    from level_changes
    union all by name
    select * from diversions
)

select
    left(md5(concat_ws('|', trade_signal, series, figure_date::varchar)), 16) as signal_id,
    released_on,
    actor,
    target,
    trade_signal,
    polarity,
    instrument,
    product,
    diverted_to,
    series,
    figure_date,
    figure_before,
    figure_after,
    unit,
    evidence,
    source
from all_signals
