-- Dated average tariff rates, each with its step from the rate before. One row for each importer, exporter, kind of average and day of
-- change, as trackers publish them. Trackers count different duties, so a step is between rates of one source. A rate is public on the day
-- it takes effect.
select
    importer,
    exporter,
    measure,
    effective_date::date as effective_date,
    rate_pct,
    rate_pct - lag(rate_pct) over (partition by importer, exporter, measure, source order by effective_date::date) as step_pct,
    effective_date::date as released_on,
    source
from raw_tariffs
