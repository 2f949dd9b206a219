-- count_day(own_day, known_on, first_known): the day on which something counts: its own day, or the earliest day that was still open when
-- it was first seen. A day is open to late articles for `open_days` days. What was known on the first day on which anything was known is
-- an archive, and counts on its own day.
create macro count_day(own_day, known_on, first_known) as
case
    when known_on <= first_known then own_day
    else greatest(own_day, known_on - (getvariable('open_days') - 1))
end
