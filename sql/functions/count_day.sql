-- count_day(own_day, known_on, archive_end): the day on which something counts: its own day, or the earliest day that was still open when
-- it was first seen. A day is open to late articles for `open_days` days. Until the first baseline is complete (archive_end; null: not
-- yet), nothing is final, and every day is open.
create macro count_day(own_day, known_on, archive_end) as
case
    when known_on <= coalesce(archive_end, known_on) then own_day
    else greatest(own_day, known_on - (getvariable('open_days') - 1))
end
