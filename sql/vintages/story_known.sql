-- Each story as it was known at the end of every day on which an article of it was first seen: the day of its first telling and its
-- breadth, from the articles known by then. Which articles are one story is taken as it is known last.
with told as (
    select story_articles.*
    from story_articles
    inner join stories on stories.story_id = story_articles.story_id
),

moments as (
    select distinct
        story_id,
        known_on
    from told
)

select
    moments.story_id,
    moments.known_on,
    first(told.index_date order by told.article_id <> told.story_id, told.index_date, told.article_id) as index_date,
    count(distinct told.source_owner) as source_owner_count,
    1 + ln(least(count(distinct told.source_owner), getvariable('breadth_cap'))) as breadth
from moments
inner join told on told.story_id = moments.story_id and told.known_on <= moments.known_on
group by moments.story_id, moments.known_on
