-- asset: vintages
-- severity: warning
-- reason: phases are computed in two models; they may differ only if a probability equals a bound up to the last digit
select
    newest.index_date,
    newest.series,
    newest.phase as known,
    index_daily.phase as published
from (
    select *
    from vintages
    qualify row_number() over (partition by index_date, series order by known_at desc) = 1
) as newest
inner join index_daily using (index_date, series)
where newest.phase <> index_daily.phase
