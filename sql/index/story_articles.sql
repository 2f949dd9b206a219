-- The story of each article (story_links followed to the earliest article) and the day at whose end the article was known.
with recursive walk as (
    select
        article_id,
        earlier_article_id as story_id
    from story_links
    union -- not union all, so that circular links terminate
    select
        walk.article_id,
        story_links.earlier_article_id as story_id
    from walk
    inner join story_links on story_links.article_id = walk.story_id
),

ends as (
    select
        walk.article_id,
        walk.story_id
    from walk
    left join story_links on story_links.article_id = walk.story_id
    where story_links.article_id is null
)

select
    articles.article_id,
    coalesce(ends.story_id, articles.article_id) as story_id,
    articles.index_date,
    articles.source,
    articles.source_owner,
    greatest(articles.index_date, articles.first_seen_at::date) as known_on
from articles
left join ends on ends.article_id = articles.article_id
