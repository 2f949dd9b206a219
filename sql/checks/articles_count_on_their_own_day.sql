-- asset: story_articles
-- severity: warning
-- reason: of these sources, more than a tenth of the articles were first seen (fetched_at) after their day was final, so they hardly count;
-- if they are an archive, rebuild in a new home without its fetched_at
select
    source,
    count(*) filter (where read_on > index_date) as late_articles,
    count(*) as articles
from story_articles
group by source
having late_articles >= 20 and late_articles > 0.1 * articles
