-- breadth(owners): how much a story counts by the number of owners of its outlets: 1 + ln of it, up to `breadth_cap` owners.
create macro breadth(owners) as
1 + ln(least(owners, getvariable('breadth_cap')))
