-- What the end of each day added to the masses of its own and of earlier days: of stories, what they weigh by the articles known then
-- less what they weighed before; of expected mass, articles that were seen after their day times their source's rate, and on the day
-- itself all the rest. Masses are linear in these arrivals, so the index as known at any time is the filter over those until then.
with counted as (
    select
        signals.*,
        weights.channel,
        weights.weight,
        story_articles.known_on,
        least(signals.actor, signals.target) || '-' || greatest(signals.actor, signals.target) as pair
    from signals
    inner join weights on weights.kind = signals.kind and weights.status = signals.status
    inner join story_articles on story_articles.article_id = signals.article_id
    where signals.modality = 'asserted' and weights.weight > 0
),

-- The same order as in story_mass, among the signals known by then.
ranked as (
    select
        counted.story_id,
        counted.actor,
        counted.target,
        counted.pair,
        counted.channel,
        counted.probability,
        counted.weight,
        story_known.known_on,
        story_known.index_date,
        story_known.breadth,
        row_number() over (
            partition by
                counted.story_id, story_known.known_on, counted.actor, counted.target, counted.channel, counted.kind, counted.instrument
            order by counted.probability * counted.weight desc, counted.published_at asc, counted.signal_id asc
        ) as place
    from counted
    inner join story_known on story_known.story_id = counted.story_id and counted.known_on <= story_known.known_on
    where list_contains(getvariable('pairs'), counted.pair)
),

in_series as (
    select
        *,
        unnest([actor || '>' || target, pair]) as series
    from ranked
    where place = 1
),

weighed as (
    select
        story_id,
        known_on,
        index_date,
        series,
        channel,
        sum(breadth * probability * weight) as mass,
        sum(breadth * probability * weight) ** 2 + sum(probability * (1 - probability) * (breadth * weight) ** 2) as second_moment
    from in_series
    group by story_id, known_on, index_date, series, channel
),

with_before as (
    select
        *,
        lag(index_date) over story as index_date_before,
        lag(mass) over story as mass_before,
        lag(second_moment) over story as second_moment_before
    from weighed
    window story as (partition by story_id, series, channel order by known_on)
),

late as (
    select
        known_on,
        index_date,
        source,
        count(*) as article_count
    from story_articles
    where known_on > index_date
    group by known_on, index_date, source
),

expected_late as (
    select
        late.known_on,
        late.index_date,
        of_any.series,
        of_any.channel,
        sum(late.article_count * coalesce(own.rate, of_any.rate)) as expected,
        sum(late.article_count) as article_count
    from late
    inner join baseline as of_any on of_any.source = '(any)'
    left join baseline as own
        on own.series = of_any.series and own.channel = of_any.channel and own.source = late.source
    group by late.known_on, late.index_date, of_any.series, of_any.channel
),

arrivals as (
    select
        known_on,
        index_date,
        series,
        channel,
        case when index_date_before = index_date then mass - mass_before else mass end as observed,
        case when index_date_before = index_date then second_moment - second_moment_before else second_moment end as second_moment,
        0 as expected,
        0 as articles_read
    from with_before
    union all
    -- The story moves to an earlier day.
    select
        known_on,
        index_date_before as index_date,
        series,
        channel,
        -mass_before as observed,
        -second_moment_before as second_moment,
        0 as expected,
        0 as articles_read
    from with_before
    where index_date_before <> index_date
    union all
    select
        known_on,
        index_date,
        series,
        channel,
        0 as observed,
        0 as second_moment,
        expected,
        article_count as articles_read
    from expected_late
    union all
    select
        index_date as known_on,
        index_date,
        series,
        channel,
        0 as observed,
        0 as second_moment,
        expected,
        articles_read
    from daily_mass
    union all
    select
        index_date as known_on,
        index_date,
        series,
        channel,
        0 as observed,
        0 as second_moment,
        -expected as expected,
        -article_count as articles_read
    from expected_late
)

select
    known_on,
    index_date,
    series,
    channel,
    sum(observed) as observed,
    sum(second_moment) as second_moment,
    sum(expected) as expected,
    sum(articles_read) as articles_read
from arrivals
group by known_on, index_date, series, channel
