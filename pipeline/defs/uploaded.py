"""The upload of each release to an object store.

The asset exists only if `publish_to` is set.
"""

from collections.abc import Sequence

import dagster as dg

from pipeline.errors import UserError
from pipeline.settings import Settings
from pipeline.warehouse.object_store import open_bucket, run
from pipeline.warehouse.publish import Publisher
from pipeline.warehouse.uploads import POINTER, identify_home, upload_release

UPLOADED = "uploaded"


def assets(settings: Settings) -> Sequence[dg.AssetsDefinition]:
    """Return the asset that uploads releases; none without `publish_to`."""
    url = settings.publish_to
    if url is None:
        return []

    @dg.asset(
        name=UPLOADED,
        group_name="published",
        deps=["published"],
        kinds={url.partition(":")[0]},
        description=f"The newest release at {url}: `{POINTER}` points to it. The local release stays if the upload fails.",
    )
    def uploaded() -> dg.MaterializeResult[None]:
        """Upload the newest release.

        Fails without retries if it cannot be uploaded.
        """
        try:
            folder = Publisher(settings.published).latest.resolve()
            result = run(upload_release(open_bucket(url), folder, identify_home(settings.home)))
        except UserError as error:
            problem = str(error)
        else:
            return dg.MaterializeResult(
                metadata={
                    "release": result.pointer.release,
                    "pointer": f"{url.rstrip('/')}/{POINTER}",
                    "files sent": len(result.sent),
                    "bytes sent": result.sent_bytes,
                    "files already there": result.present,
                    "built again since, first version stays": ", ".join(result.first) or "none",
                }
            )
        raise dg.Failure(problem, allow_retries=False)

    return [uploaded]
