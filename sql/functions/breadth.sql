-- breadth(owners): how much a story counts by the number of owners of its outlets: 1 + ln of it, up to `breadth_cap` owners; 0 without any.
create macro breadth(owners) as
case when owners > 0 then 1 + ln(least(owners, getvariable('breadth_cap'))) else 0 end
