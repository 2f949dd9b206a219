-- Mass of each story in each series: the heaviest signal of each direction, kind and instrument, summed, times breadth.
-- A directed series is CHN>USA; a pooled one is CHN-USA, the sum of both directions.
-- The second moment is E[mass^2] of the whole story, each of its signals being true with its probability; for one signal p (g w)^2.
-- Rows are grouped by numbers (story_no, pair_no, side, channel_no): several times faster than by the strings.
-- Sums are of decimals, which are exact in any order.
-- threads: all
with numbered_stories as (
    select
        story_id,
        index_date,
        breadth,
        row_number() over ()::integer as story_no
    from stories
),

-- The three series of each pair: side 0 is the pair, 1 and 2 are its directions.
series as (
    select
        pair_no::integer as pair_no,
        unnest([0, 1, 2]) as side,
        unnest(series_of(pair)) as series,
        unnest([null, split_part(pair, '-', 1), split_part(pair, '-', 2)]) as actor,
        unnest([null, split_part(pair, '-', 2), split_part(pair, '-', 1)]) as target
    from (
        select
            unnest(getvariable('pairs')) as pair,
            generate_subscripts(getvariable('pairs'), 1) as pair_no
    ) as pairs
),

kinds as (
    select
        *,
        row_number() over ()::integer as weight_no,
        dense_rank() over (order by channel)::integer as channel_no,
        dense_rank() over (order by kind)::integer as kind_no
    from weights
),

instruments as (
    select
        instrument,
        row_number() over ()::integer as instrument_no
    from (select distinct instrument from pair_signals) as distinct_instruments
),

-- All signals in one order, the heaviest first and the earlier first on ties.
ranked as (
    select
        pair_signals.signal_id,
        pair_signals.article_id,
        pair_signals.is_general,
        pair_signals.probability,
        pair_signals.weight,
        pair_signals.share,
        instruments.instrument_no,
        numbered_stories.story_no,
        numbered_stories.breadth,
        series.pair_no,
        series.side,
        kinds.weight_no,
        kinds.channel_no,
        kinds.kind_no,
        kinds.is_action,
        row_number() over (
            order by
                pair_signals.probability * pair_signals.weight desc,
                pair_signals.published_at asc,
                pair_signals.signal_id asc,
                pair_signals.target asc
        )::integer as rank_no
    from pair_signals
    inner join kinds on kinds.kind = pair_signals.kind and kinds.status = pair_signals.status
    inner join series on series.actor = pair_signals.actor and series.target = pair_signals.target
    inner join instruments on instruments.instrument = pair_signals.instrument
    inner join numbered_stories on numbered_stories.story_id = pair_signals.story_id
),

heaviest as (
    select
        min(rank_no) as rank_no,
        min(rank_no) filter (where not is_general) as bilateral_rank_no,
        count(*) as signal_count
    from ranked
    group by story_no, pair_no, side, kind_no, instrument_no
),

directed_masses as (
    select
        ranked.story_no,
        ranked.pair_no,
        ranked.side,
        ranked.channel_no,
        sum((ranked.breadth * ranked.probability * ranked.weight)::decimal(18, 15)) as mass,
        sum((ranked.breadth * ranked.probability * ranked.weight)::decimal(18, 15)) filter (where ranked.is_action) as mass_actions,
        sum((ranked.breadth * ranked.probability * ranked.share)::decimal(18, 15)) as mass_unweighted,
        sum((bilateral.breadth * bilateral.probability * bilateral.weight)::decimal(18, 15)) as mass_bilateral,
        sum((ranked.probability * (1 - ranked.probability) * (ranked.breadth * ranked.weight) ** 2)::decimal(18, 15)) as variance,
        sum((ranked.probability * (1 - ranked.probability) * (ranked.breadth * ranked.share) ** 2)::decimal(18, 15)) as variance_unweighted,
        sum(heaviest.signal_count) as signal_count,
        min(ranked.rank_no) as rank_no
    from heaviest
    inner join ranked on ranked.rank_no = heaviest.rank_no
    left join ranked as bilateral on bilateral.rank_no = heaviest.bilateral_rank_no
    group by ranked.story_no, ranked.pair_no, ranked.side, ranked.channel_no
),

-- An article with signals of both directions counts once in the pooled series.
articles_with_signal as (
    select
        story_no,
        pair_no,
        channel_no,
        bool_or(side = 1) as is_on_side_1,
        bool_or(side = 2) as is_on_side_2
    from ranked
    group by story_no, pair_no, channel_no, article_id
),

article_counts as (
    select
        story_no,
        pair_no,
        channel_no,
        unnest([0, 1, 2]) as side,
        unnest([count(*), count(*) filter (where is_on_side_1), count(*) filter (where is_on_side_2)]) as article_count
    from articles_with_signal
    group by story_no, pair_no, channel_no
),

in_series as (
    select
        * exclude (side),
        unnest([side, 0]) as side
    from directed_masses
),

masses as (
    select
        story_no,
        pair_no,
        side,
        channel_no,
        sum(mass)::double as mass,
        (sum(mass) - coalesce(sum(mass_actions), 0))::double as mass_words,
        coalesce(sum(mass_actions), 0)::double as mass_actions,
        sum(mass_unweighted)::double as mass_unweighted,
        coalesce(sum(mass_bilateral), 0)::double as mass_bilateral,
        sum(variance)::double as variance,
        sum(variance_unweighted)::double as variance_unweighted,
        sum(signal_count) as signal_count,
        min(rank_no) as rank_no
    from in_series
    group by story_no, pair_no, side, channel_no
)

select
    numbered_stories.index_date,
    series.series,
    kinds.channel,
    numbered_stories.story_id,
    masses.mass,
    masses.mass_words,
    masses.mass_actions,
    masses.mass_unweighted,
    masses.mass_bilateral,
    masses.mass ** 2 + masses.variance as second_moment,
    masses.mass_unweighted ** 2 + masses.variance_unweighted as second_moment_unweighted,
    masses.signal_count,
    article_counts.article_count,
    ranked.signal_id,
    kinds.kind,
    instruments.instrument,
    kinds.status,
    ranked.is_general
from masses
inner join article_counts
    on
        article_counts.story_no = masses.story_no
        and article_counts.pair_no = masses.pair_no
        and article_counts.channel_no = masses.channel_no
        and article_counts.side = masses.side
inner join numbered_stories on numbered_stories.story_no = masses.story_no
inner join ranked on ranked.rank_no = masses.rank_no
inner join series on series.pair_no = masses.pair_no and series.side = masses.side
inner join kinds on kinds.weight_no = ranked.weight_no
inner join instruments on instruments.instrument_no = ranked.instrument_no
