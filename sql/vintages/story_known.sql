-- Each story as known at the end of every day on which one of its articles was first seen: day of its first article and breadth, from the
-- articles known by then. The grouping of articles into stories is the newest one.
with members as (
    select story_articles.*
    from story_articles
    inner join stories on stories.story_id = story_articles.story_id
),

moments as (
    select distinct
        story_id,
        known_on
    from members
)

select
    moments.story_id,
    moments.known_on,
    first(members.index_date order by members.article_id <> members.story_id, members.index_date, members.article_id) as index_date,
    count(distinct members.source_owner) as source_owner_count,
    1 + ln(least(count(distinct members.source_owner), getvariable('breadth_cap'))) as breadth
from moments
inner join members on members.story_id = moments.story_id and members.known_on <= moments.known_on
group by moments.story_id, moments.known_on
