-- asset: story_articles
-- severity: warning
-- reason: news is retold for days; ten articles over more than two weeks probably share a page in place of their text, such as a demand
-- to log in, and count as one story; remove these texts
select
    story_id,
    count(*) as article_count,
    min(index_date) as first_day,
    max(index_date) as last_day
from story_articles
group by story_id
having count(*) >= 10 and max(index_date) - min(index_date) > 14
