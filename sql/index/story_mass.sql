-- Mass of each story in each series: the heaviest signal of each direction, kind and instrument, summed, times breadth. Repeats do not
-- count.
-- A directed series is CHN>USA; a pooled one is CHN-USA, the sum of both directions.
-- Shown is the heaviest signal of an article published by the day, if there is one: a reprint of the next day may say more.
-- What articles add that were first seen when the story's day was closed is a row of its own, on the day on which they count.
-- The second moment is E[mass^2] of the whole story if each signal is right with its probability p; for one signal p (g w)^2, with severity
-- g and breadth w.
-- Rows are grouped by numbers (story_no, pair_no, side, channel_no): several times faster than by the strings.
-- Sums are of decimals, which are exact in any order.
-- Rows are sorted by the key here, because story numbers, which have the order of the names, are faster to compare.
-- threads: all
with late_articles as (
    select
        story_articles.story_id,
        story_articles.counts_on,
        stories.counts_on as first_counts_on
    from story_articles
    inner join stories on stories.story_id = story_articles.story_id and story_articles.counts_on > stories.counts_on
),

late_days as (
    select distinct
        story_id,
        counts_on
    from late_articles
    union
    select distinct
        story_id,
        first_counts_on as counts_on
    from late_articles
),

-- Few stories count on more than one day; their breadth grows.
late_breadths as (
    select
        late_days.story_id,
        late_days.counts_on,
        breadth(count(distinct story_articles.source_owner)) as breadth
    from late_days
    inner join story_articles on story_articles.story_id = late_days.story_id and story_articles.counts_on <= late_days.counts_on
    group by late_days.story_id, late_days.counts_on
),

-- Each story on each day on which it counts, with all its articles until then.
numbered_stories as (
    select
        stories.story_id,
        coalesce(late_breadths.counts_on, stories.counts_on) as index_date,
        coalesce(late_breadths.breadth, stories.breadth) as breadth,
        remaining_weight(coalesce(late_breadths.counts_on, stories.counts_on) - stories.index_date) as weight,
        late_breadths.story_id is not null as is_late,
        row_number() over (order by stories.story_id, late_breadths.counts_on)::integer as story_no
    from stories
    left join late_breadths using (story_id)
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
        row_number() over (order by kind, status)::integer as weight_no,
        dense_rank() over (order by channel)::integer as channel_no,
        dense_rank() over (order by kind)::integer as kind_no
    from weights
),

-- From a list: DuckDB expects few rows of it, and so joins by hashing these rows, not all signals.
instruments as (
    select
        unnest(names) as instrument,
        generate_subscripts(names, 1)::integer as instrument_no
    from (select list(distinct instrument order by instrument) as names from pair_signals) as distinct_instruments
),

-- Signals of each story and pair in order, the heaviest first and the earlier first on ties. One order of all signals needs 0.3 GB more.
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
        numbered_stories.is_late,
        pair_signals.counts_on = numbered_stories.index_date as is_new,
        pair_signals.index_date <= numbered_stories.index_date as is_by_day,
        series.pair_no,
        series.side,
        kinds.weight_no,
        kinds.channel_no,
        kinds.kind_no,
        kinds.is_action,
        row_number() over (
            partition by numbered_stories.story_no, series.pair_no
            order by
                pair_signals.probability * pair_signals.weight desc,
                pair_signals.published_at asc,
                pair_signals.signal_id asc,
                pair_signals.target asc
        )::integer as rank_no
    from pair_signals
    inner join kinds using (kind, status)
    inner join series using (actor, target)
    inner join instruments using (instrument)
    inner join numbered_stories
        on numbered_stories.story_id = pair_signals.story_id and pair_signals.counts_on <= numbered_stories.index_date
    where not pair_signals.is_repeat
),

heaviest as (
    select
        story_no,
        pair_no,
        side,
        kind_no,
        instrument_no,
        min(rank_no) as rank_no,
        min(rank_no) filter (where is_by_day) as rank_no_by_day,
        coalesce(max(breadth * probability * weight) filter (where not is_general), 0) as mass_bilateral,
        count(*) filter (where is_new) as signal_count,
        bool_or(is_late) as is_late
    from ranked
    group by story_no, pair_no, side, kind_no, instrument_no
),

-- The same on the previous day on which the story counted.
heaviest_before as (
    select
        heaviest.story_no,
        heaviest.pair_no,
        heaviest.rank_no,
        ranked.breadth * ranked.probability * ranked.weight as mass,
        ranked.breadth * ranked.probability * ranked.share as mass_unweighted,
        before.mass_bilateral,
        ranked.probability * (1 - ranked.probability) * (ranked.breadth * ranked.weight) ** 2 as variance
    from heaviest
    inner join numbered_stories using (story_no)
    inner join numbered_stories as stories_before
        on stories_before.story_no = heaviest.story_no - 1 and stories_before.story_id = numbered_stories.story_id
    inner join heaviest as before
        on
            before.story_no = stories_before.story_no
            and before.pair_no = heaviest.pair_no
            and before.side = heaviest.side
            and before.kind_no = heaviest.kind_no
            and before.instrument_no = heaviest.instrument_no
    inner join ranked
        on ranked.story_no = before.story_no and ranked.pair_no = before.pair_no and ranked.rank_no = before.rank_no
    where heaviest.is_late and before.is_late
),

-- `mass` is of all articles until the day, `mass_before` of those until the previous day on which the story counted.
directed_masses as (
    select
        ranked.story_no,
        ranked.pair_no,
        ranked.side,
        ranked.channel_no,
        sum((ranked.breadth * ranked.probability * ranked.weight)::decimal(18, 15)) as mass,
        sum(coalesce(heaviest_before.mass, 0)::decimal(18, 15)) as mass_before,
        sum((ranked.breadth * ranked.probability * ranked.weight)::decimal(18, 15) - coalesce(heaviest_before.mass, 0)::decimal(18, 15))
        filter (where ranked.is_action)
            as mass_actions,
        sum((ranked.breadth * ranked.probability * ranked.share)::decimal(18, 15)) as mass_unweighted,
        sum(coalesce(heaviest_before.mass_unweighted, 0)::decimal(18, 15)) as mass_unweighted_before,
        sum(heaviest.mass_bilateral::decimal(18, 15) - coalesce(heaviest_before.mass_bilateral, 0)::decimal(18, 15)) as mass_bilateral,
        sum((ranked.probability * (1 - ranked.probability) * (ranked.breadth * ranked.weight) ** 2)::decimal(18, 15)) as variance,
        sum(coalesce(heaviest_before.variance, 0)::decimal(18, 15)) as variance_before,
        sum(heaviest.signal_count) as signal_count,
        min(ranked.rank_no) as rank_no,
        min(heaviest.rank_no_by_day) as rank_no_by_day
    from heaviest
    inner join ranked using (story_no, pair_no, rank_no)
    left join heaviest_before using (story_no, pair_no, rank_no)
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
    where is_new
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
        sum(mass)::double as mass_until,
        sum(mass_before)::double as mass_before,
        (sum(mass) - sum(mass_before))::double as mass,
        coalesce(sum(mass_actions), 0)::double as mass_actions,
        (sum(mass) - sum(mass_before) - coalesce(sum(mass_actions), 0))::double as mass_words,
        sum(mass_unweighted)::double as mass_unweighted_until,
        sum(mass_unweighted_before)::double as mass_unweighted_before,
        sum(mass_bilateral)::double as mass_bilateral,
        sum(variance)::double as variance,
        sum(variance_before)::double as variance_before,
        sum(signal_count) as signal_count,
        coalesce(min(rank_no_by_day), min(rank_no)) as rank_no
    from in_series
    group by story_no, pair_no, side, channel_no
)

select
    numbered_stories.index_date,
    series.series,
    kinds.channel,
    numbered_stories.story_id,
    numbered_stories.weight * masses.mass as mass,
    numbered_stories.weight * masses.mass_words as mass_words,
    numbered_stories.weight * masses.mass_actions as mass_actions,
    numbered_stories.weight * greatest(0, masses.mass_unweighted_until - masses.mass_unweighted_before) as mass_unweighted,
    numbered_stories.weight * masses.mass_bilateral as mass_bilateral,
    numbered_stories.weight ** 2
    * greatest(masses.mass ** 2, masses.mass_until ** 2 + masses.variance - masses.mass_before ** 2 - masses.variance_before)
        as second_moment,
    masses.mass_before = 0 as is_first,
    masses.signal_count,
    coalesce(article_counts.article_count, 0) as article_count,
    ranked.signal_id,
    kinds.kind,
    instruments.instrument,
    kinds.status,
    ranked.is_general
from masses
left join article_counts using (story_no, pair_no, channel_no, side)
inner join numbered_stories using (story_no)
inner join series using (pair_no, side)
inner join ranked using (story_no, pair_no, rank_no)
inner join kinds using (weight_no)
inner join instruments using (instrument_no)
where numbered_stories.weight * masses.mass > 0 -- in one condition: with two, DuckDB expects few rows and hashes the larger tables
order by numbered_stories.index_date, series.series, kinds.channel, numbered_stories.story_no
