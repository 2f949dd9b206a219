"""Trade measures: curated official acts, and what articles report about them.

A layer is a legal programme and its goods, such as list 1 of section 301. An act imposes, changes or ends a layer. A claim is what a signal
of an article says about a measure: it is linked to the act that it is about, but changes no layer.
"""
