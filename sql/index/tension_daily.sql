-- The directed index: one row for each day and direction of each pair.
select
    split_part(series, '>', 1) as actor,
    split_part(series, '>', 2) as target,
    * exclude (series, pair)
from index_daily
where series like '%>%'
