-- How many accepted articles of each source and day were read for signals, and why the others were not.
select
    index_date,
    source,
    count(*) as accepted,
    count(*) filter (where outcome = 'read') as articles_read,
    count(*) filter (where outcome = 'no_country') as no_country,
    count(*) filter (where outcome = 'one_country') as one_country,
    count(*) filter (where outcome = 'no_trade_policy') as no_trade_policy,
    count(*) filter (where outcome = 'not_answered') as not_answered
from reading_outcomes
group by index_date, source
