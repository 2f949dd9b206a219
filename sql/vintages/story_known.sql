-- Each story as known at the end of every day on which one of its articles was first seen: the day on which these articles count, with
-- which weight, and breadth, from the articles known by then. So the mass of a story as known on each day can be computed.
with members as (
    select story_articles.*
    from story_articles
    inner join stories using (story_id)
),

moments as (
    select
        story_id,
        known_on,
        any_value(counts_on) as index_date,
        any_value(remaining_weight(counts_on - story_date)) as weight
    from members
    group by story_id, known_on
)

select
    moments.story_id,
    moments.known_on,
    any_value(moments.index_date) as index_date,
    any_value(moments.weight) as weight,
    count(distinct members.source_owner) as source_owner_count,
    breadth(count(distinct members.source_owner)) as breadth
from moments
inner join members on members.story_id = moments.story_id and members.known_on <= moments.known_on
group by moments.story_id, moments.known_on
