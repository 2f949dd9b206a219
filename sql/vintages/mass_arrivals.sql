-- What the end of each day added to the masses of that day and of earlier days. For stories: their mass from the articles known then,
-- minus their mass before. For expected mass: articles seen after their day times the rate of their source, and on the day itself the
-- rest. Masses are linear in arrivals, so the index as known on a day is the filter over all arrivals until then.
with counted as (
    select
        pair_signals.*,
        story_articles.known_on
    from pair_signals
    inner join story_articles on story_articles.article_id = pair_signals.article_id
),

-- The order of story_mass, among the signals known by then.
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
),

in_series as (
    select
        *,
        unnest([actor || '>' || target, pair]) as series
    from ranked
    where place = 1
),

masses as (
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
    from masses
    window story as (partition by story_id, series, channel order by known_on)
),

late_articles as (
    select
        known_on,
        index_date,
        source,
        count(*) as article_count
    from story_articles
    where known_on > index_date
    group by known_on, index_date, source
),

late_expected as (
    select
        late_articles.known_on,
        late_articles.index_date,
        any_source.series,
        any_source.channel,
        sum(late_articles.article_count * coalesce(own_source.rate, any_source.rate)) as expected,
        sum(late_articles.article_count) as article_count
    from late_articles
    inner join baseline as any_source on any_source.source = '(any)'
    left join baseline as own_source
        on own_source.series = any_source.series and own_source.channel = any_source.channel and own_source.source = late_articles.source
    group by late_articles.known_on, late_articles.index_date, any_source.series, any_source.channel
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
    -- Stories that move to an earlier day are subtracted from the later one.
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
    from late_expected
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
    from late_expected
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
