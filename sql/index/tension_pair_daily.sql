-- The pooled index: one row for each day and pair.
select * exclude (series)
from index_daily
where series not like '%>%'
