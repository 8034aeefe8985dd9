"""What residents of each segment used this month, as far as records name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from needs_analytics.core.continuity import services_frame
from needs_analytics.core.tables import iter_rows

if TYPE_CHECKING:
    import pandas as pd

_DONE = "完成"


def count_services(table: pd.DataFrame, usage: pd.DataFrame) -> pd.DataFrame:
    """Count the users of every service in every segment.

    Parameters
    ----------
    table
        :attr:`needs_analytics.core.results.Segments.table`.
    usage
        The cleaned use of the month; rows without a person tell of nobody.

    Returns
    -------
    As :attr:`needs_analytics.core.results.Segments.services`; no row where nobody is told by name.
    """
    members = table[(table["segment"] != "") & (table["person_key"].fillna("") != "")].drop_duplicates("person_key")
    named = usage[(usage["person_key"].fillna("") != "") & usage["service"].notna() & (usage["count"] > 0)]
    named = named[named["status"].fillna(_DONE) == _DONE]
    users = (
        named[["person_key", "service"]].drop_duplicates().merge(members[["person_key", "segment"]], on="person_key")
    )
    if users.empty:
        return services_frame()
    overall = users.groupby("service").size() / len(members)
    counts = users.groupby(["segment", "service"]).size().rename("users").reset_index()
    n = counts["segment"].map(members.groupby("segment").size())
    counts = counts.assign(n=n, share=counts["users"] / n, overall=counts["service"].map(overall))
    counts = counts.assign(lift=counts["share"] / counts["overall"])
    counts = counts.sort_values(["segment", "share", "service"], ascending=[True, False, True])
    return services_frame(iter_rows(counts, "segment", "service", "users", "n", "share", "overall", "lift"))
