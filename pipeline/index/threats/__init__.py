"""Threats and what became of them, as known over time.

A claim is a row of `threat_claims`: a signal about a threat, or about what may be its outcome. Claims that say the same threat are joined
to one `Threat`; later claims and official acts (`ActEvent`) show its outcome. `told_on` is the day of a claim's article, `known_on` the day
on which it was first seen.
"""
