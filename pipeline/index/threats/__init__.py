"""Threats and what became of them, as known over time.

A claim is a row of `threat_claims`: a signal that states a threat, or shows what may be its outcome. Claims that state the same threat are
joined to one `Threat`; later claims and official acts (`ActEvent`) show its outcome. `told_on` is the day of a claim's article, `known_on`
the day on which the article was first seen.
"""
