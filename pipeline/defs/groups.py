"""Groups of assets in the UI: the layers, and parts of `index`."""

from types import MappingProxyType

from pipeline.contracts.model import Table

#: Tables of each part of the layer `index`. The UI sorts groups by name, so the numbers give the order in which to read them.
INDEX_GROUPS = MappingProxyType(
    {
        "index_1_signals": (
            "countries", "scope_members", "weights", "archive_end", "story_articles", "articles_read", "stories", "signals",
            "pair_signals",
        ),
        "index_2_masses": ("story_mass", "baseline", "daily_mass", "clustering", "movement_daily"),
        "index_3_values": (
            "channel_daily", "stalemate_daily", "phase_daily", "day_status", "index_daily", "tension_daily", "tension_pair_daily",
            "top_contributions", "source_shares",
        ),
        "index_4_vintages": ("story_known", "mass_arrivals", "movement_arrivals", "index_known", "vintages", "revisions"),
        "index_5_measures": ("measure_acts", "measure_claims", "measure_reports", "measure_states"),
        "index_6_threats": ("threat_claims", "threats", "threat_states", "threat_evidence", "threat_rates"),
        "index_7_comparisons": ("signal_mass", "mass_precision", "gdelt_daily"),
    }
)  # fmt: skip
_GROUP_OF = MappingProxyType({table: group for group, tables in INDEX_GROUPS.items() for table in tables})


def group_of(table: Table) -> str:
    """Return a table's group: its part of `index`, else its layer."""
    return _GROUP_OF.get(table.name, table.layer)
