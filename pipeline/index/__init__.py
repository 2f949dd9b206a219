"""Formulas of the index that are not SQL, and its parameters.

The formulas are those of the filter, intervals, stalemate, phases, vintages (the index as known on each day), top contributions, trade
measures and threats. Terms:

* signal: what one government does or says towards another in trade policy, as one sentence of an article reports it
* story: the articles that repeat one another
* mass: how much a story weighs, the sum of probability times severity of its heaviest signals (one per direction, kind and instrument),
  times its breadth, which grows with its outlets' owners
* observed mass: that of a day's stories; expected mass: what as many articles of the same sources have on average in the baseline period
* series: a direction (`CHN>USA`), or a pair of countries, whose masses are those of both directions
* channel: escalation, concession or dialogue
* prior: a mass (`kappa`) that each value has before anything is read; it pulls the value towards 100
* baseline: the usual mass per article of each source, in a period that sets 100; by default it has several versions, each estimated from
  more days than the one before, and used from its `valid_from` on
* hold, move: talk (also demands and refusals) and acts (except offers and investigations) of a pair; a stalemate is much talk, few acts
"""
