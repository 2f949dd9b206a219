-- on_one_scale(of_series): values of a pair or direction with the newest baseline on all days: from on_one_scale('CHN-USA').
-- In its first year the baseline grows, so published values of different baselines are not on one scale. These are, but they use later
-- knowledge, and change with each new baseline of the first year. The formula is that of the index; mass older than 40 half-lives is left
-- out, which changes no value by more than a billionth. Sums are ordered, so that a query always gives the same.
-- Intervals: run with --baseline FROM:TO. Null where too little was read. A series that the index lacks is an error.
create macro on_one_scale(of_series) as table
    with given as (
        -- A pair is stored with its codes in order; a direction has no hyphen and stays as it is.
        -- of_series is the macro's parameter, which the linter takes for an unqualified column.
        select array_to_string(list_sort(string_split(upper(replace(of_series::varchar, ' ', '')), '-')), '-') as series -- noqa: RF02
    ),

    wanted as (
        select
            case
                when given.series is null or given.series in (select known.series from channel_daily as known) then given.series
                else error('the index has no series ' || given.series || '; write a pair as CHN-USA, a direction as USA>CHN')
            end as series
        from given
    ),

    rates as (
        select baseline.*
        from baseline
        inner join wanted using (series)
        where baseline.valid_from = (select max(newest.valid_from) from baseline as newest)
    ),

    any_source as (
        select *
        from rates
        where source = '(any)'
    ),

    expected as (
        select
            articles_read.index_date,
            any_source.channel,
            sum(articles_read.weight * coalesce(own_source.rate, any_source.rate) order by articles_read.source) as mass
        from articles_read
        cross join any_source
        left join rates as own_source on own_source.source = articles_read.source and own_source.channel = any_source.channel
        group by articles_read.index_date, any_source.channel
    ),

    sums as (
        select
            days.index_date,
            days.channel,
            any_value(any_source.baseline_to) as baseline_to,
            any_value(any_source.prior) as prior,
            any_value(any_source.prior + days.shape - days.prior) as observed,
            any_value(any_source.prior)
            + coalesce(
                sum(expected.mass * 2 ^ ((expected.index_date - days.index_date) / days.half_life_days) order by expected.index_date), 0
            ) as expected
        from channel_daily as days
        inner join wanted using (series)
        inner join any_source using (channel)
        left join expected
            on
                expected.channel = days.channel
                and expected.index_date <= days.index_date
                and expected.index_date > days.index_date - ceil(40 * days.half_life_days)::integer
        group by days.index_date, days.channel
    ),

    channel_values as (
        select
            index_date,
            channel,
            baseline_to,
            case when 1 - sums.prior / greatest(observed, expected) >= 0.25 - 1e-9 then 100 * observed / expected end as channel_value
        from sums
    )

    select
        index_date,
        max(channel_value) filter (where channel = 'escalation') as tension,
        max(channel_value) filter (where channel = 'concession') as concession,
        max(channel_value) filter (where channel = 'dialogue') as dialogue,
        any_value(baseline_to) as baseline_to
    from channel_values
    group by index_date
    order by index_date
