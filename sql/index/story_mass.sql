-- What each story weighs: for each direction take the heaviest signal of each kind and instrument, add them up, times breadth.
-- A directed series is CHN>USA, a pooled one CHN-USA: the sum of its two directions.
-- The second moment is that of a whole story, E[mass^2]: its signals come together, and each is true with its probability. For a story
-- of one signal it is p (g w)^2.
with counted as (
    select
        signals.*,
        weights.channel,
        weights.is_action,
        weights.weight,
        stories.breadth,
        stories.index_date as story_date,
        least(signals.actor, signals.target) || '-' || greatest(signals.actor, signals.target) as pair,
        row_number() over (
            partition by signals.story_id, signals.actor, signals.target, weights.channel, signals.kind, signals.instrument
            order by signals.probability * weights.weight desc, signals.published_at asc, signals.signal_id asc
        ) as place
    from signals
    inner join weights on weights.kind = signals.kind and weights.status = signals.status
    inner join stories on stories.story_id = signals.story_id
    where signals.modality = 'asserted' and weights.weight > 0
),

in_series as (
    select
        *,
        unnest([actor || '>' || target, pair]) as series
    from counted
    where list_contains(getvariable('pairs'), pair)
)

select
    story_date as index_date,
    series,
    channel,
    story_id,
    sum(breadth * probability * weight) filter (where place = 1) as mass,
    coalesce(sum(breadth * probability * weight) filter (where place = 1 and not is_action), 0) as mass_words,
    coalesce(sum(breadth * probability * weight) filter (where place = 1 and is_action), 0) as mass_actions,
    sum(breadth * probability) filter (where place = 1) as mass_unweighted,
    (sum(breadth * probability * weight) filter (where place = 1)) ** 2
    + sum(probability * (1 - probability) * (breadth * weight) ** 2) filter (where place = 1) as second_moment,
    (sum(breadth * probability) filter (where place = 1)) ** 2
    + sum(probability * (1 - probability) * breadth ** 2) filter (where place = 1) as second_moment_unweighted,
    count(*) as signal_count,
    count(distinct article_id) as article_count,
    arg_max(signal_id, probability * weight) filter (where place = 1) as signal_id,
    arg_max(kind, probability * weight) filter (where place = 1) as kind,
    arg_max(instrument, probability * weight) filter (where place = 1) as instrument,
    arg_max(status, probability * weight) filter (where place = 1) as status
from in_series
group by story_date, series, channel, story_id
