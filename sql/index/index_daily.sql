-- The index of every series, directed and pooled: three channels, net tension with intervals, stalemate and phase. One row for each day
-- and series; values for which too little was read are null.
-- Intervals of the net by the method of variance estimates recovery (Zou and Donner 2008): squared distances to the bounds are added.
-- All sums are of whole numbers, which are exact in any order.
-- threads: all
with channels as (
    select
        index_date,
        series,
        channel,
        -- Values and intervals for which too little was read are withheld. Each column keeps its name, so there is no alias.
        if(channel_daily.is_thin, null, columns('^(value|lo|hi)')), -- noqa: AL03
        channel_daily.evidence_weight,
        channel_daily.is_thin,
        daily_mass.observed,
        daily_mass.expected,
        daily_mass.story_count,
        daily_mass.signal_count,
        daily_mass.article_count,
        daily_mass.articles_read,
        daily_mass.valid_from
    from channel_daily
    inner join daily_mass using (index_date, series, channel)
),

-- Articles that became known so late that nothing of their mass is left.
outdated as (
    select article_id
    from story_articles
    where remaining_weight(counts_on - story_date) = 0
),

-- Articles with a signal, and its direction (forth: from the country that is first in the alphabet). Repeats and outdated articles only
-- count in raw_per_10k.
articles_of_pair as (
    select
        pair_signals.article_id,
        pair_signals.pair,
        min(pair_signals.story_id) as story_id,
        min(pair_signals.counts_on) as index_date,
        min(pair_signals.index_date) as article_date,
        bool_or(pair_signals.actor < pair_signals.target and not pair_signals.is_repeat and outdated.article_id is null) as is_forth,
        bool_or(pair_signals.actor > pair_signals.target and not pair_signals.is_repeat and outdated.article_id is null) as is_back,
        bool_or(pair_signals.actor < pair_signals.target and pair_signals.channel = 'escalation') as raises_forth,
        bool_or(pair_signals.actor > pair_signals.target and pair_signals.channel = 'escalation') as raises_back
    from pair_signals
    left join outdated on outdated.article_id = pair_signals.article_id
    group by pair_signals.article_id, pair_signals.pair
),

-- The articles of a story by the day on which they count; the story itself counts on the first of these days.
stories_of_pair as (
    select
        story_id,
        pair,
        index_date,
        min(index_date) filter (where article_count > 0) over (partition by story_id, pair) = index_date as is_first,
        min(index_date) filter (where article_count_forth > 0) over (partition by story_id, pair) = index_date as is_first_forth,
        min(index_date) filter (where article_count_back > 0) over (partition by story_id, pair) = index_date as is_first_back,
        article_count,
        article_count_forth,
        article_count_back
    from (
        select
            story_id,
            pair,
            index_date,
            count(*) filter (where is_forth or is_back) as article_count,
            count(*) filter (where is_forth) as article_count_forth,
            count(*) filter (where is_back) as article_count_back
        from articles_of_pair
        group by story_id, pair, index_date
    ) as by_day
),

story_counts as (
    select
        index_date,
        unnest(series_of(pair)) as series,
        unnest([count(*) filter (where is_first), count(*) filter (where is_first_forth), count(*) filter (where is_first_back)])
            as story_count,
        unnest([sum(article_count), sum(article_count_forth), sum(article_count_back)]) as article_count
    from stories_of_pair
    group by index_date, pair
),

late_articles as (
    select
        article_id,
        read_on
    from story_articles
    where read_on > index_date
),

-- Articles with an escalating signal, on the day on which each counts as an article read: both are divided in raw_per_10k.
raising_counts as (
    select
        coalesce(late_articles.read_on, articles_of_pair.article_date) as index_date,
        unnest(series_of(articles_of_pair.pair)) as series,
        unnest(
            [
                count(*) filter (where articles_of_pair.raises_forth or articles_of_pair.raises_back),
                count(*) filter (where articles_of_pair.raises_forth),
                count(*) filter (where articles_of_pair.raises_back)
            ]
        ) as article_count
    from articles_of_pair
    left join late_articles using (article_id)
    group by coalesce(late_articles.read_on, articles_of_pair.article_date), articles_of_pair.pair
),

baseline_versions as (
    select
        valid_from,
        min(baseline_from) as baseline_from,
        min(baseline_to) as baseline_to
    from baseline
    group by valid_from
),

wide as (
    select
        e.index_date,
        e.series,
        pair_of_series(e.series) as pair,
        e.value as tension,
        e.lo80 as tension_lo80,
        e.lo95 as tension_lo95,
        e.hi80 as tension_hi80,
        e.hi95 as tension_hi95,
        c.value as concession,
        c.lo80 as concession_lo80,
        c.lo95 as concession_lo95,
        c.hi80 as concession_hi80,
        c.hi95 as concession_hi95,
        d.value as dialogue,
        d.lo80 as dialogue_lo80,
        d.lo95 as dialogue_lo95,
        d.hi80 as dialogue_hi80,
        d.hi95 as dialogue_hi95,
        e.value_words as tension_words,
        e.value_actions as tension_actions,
        c.value_words as concession_words,
        c.value_actions as concession_actions,
        e.value_unweighted as tension_unweighted,
        e.value_bilateral as tension_bilateral,
        e.observed as observed_escalation,
        e.expected as expected_escalation,
        c.observed as observed_concession,
        c.expected as expected_concession,
        d.observed as observed_dialogue,
        d.expected as expected_dialogue,
        e.signal_count + c.signal_count + d.signal_count as signal_count,
        case when e.articles_read > 0 then 10000.0 * coalesce(raising_counts.article_count, 0) / e.articles_read end as raw_per_10k,
        e.evidence_weight,
        e.is_thin,
        c.evidence_weight as concession_evidence_weight,
        d.evidence_weight as dialogue_evidence_weight,
        e.valid_from
    from channels as e
    inner join channels as c using (index_date, series)
    inner join channels as d using (index_date, series)
    left join raising_counts using (index_date, series)
    where e.channel = 'escalation' and c.channel = 'concession' and d.channel = 'dialogue'
),

with_net as (
    select
        *,
        tension - concession as net_tension,
        tension - concession - sqrt((tension - tension_lo80) ** 2 + (concession_hi80 - concession) ** 2) as net_tension_lo80,
        tension - concession + sqrt((tension_hi80 - tension) ** 2 + (concession - concession_lo80) ** 2) as net_tension_hi80,
        tension - concession - sqrt((tension - tension_lo95) ** 2 + (concession_hi95 - concession) ** 2) as net_tension_lo95,
        tension - concession + sqrt((tension_hi95 - tension) ** 2 + (concession - concession_lo95) ** 2) as net_tension_hi95
    from wide
)

select
    with_net.*,
    -- Columns keep their own names, so they have no alias here.
    if(stalemate_daily.is_thin, null, columns('^stalemate')), -- noqa: AL03
    phase_daily.phase,
    coalesce(story_counts.story_count, 0) as story_count,
    coalesce(story_counts.article_count, 0) as article_count,
    case when day_status.break_on is not null then 'B' when day_status.final_on is not null then 'A' else 'P' end as obs_status,
    (day_status.known_on + 1)::timestamptz as known_at,
    baseline_versions.baseline_from,
    baseline_versions.baseline_to,
    getvariable('half_life_days') as half_life_days,
    getvariable('index_version') as index_version
from with_net
inner join baseline_versions using (valid_from)
inner join day_status using (index_date, series)
inner join stalemate_daily using (index_date, pair)
inner join phase_daily using (index_date, pair)
left join story_counts using (index_date, series)
