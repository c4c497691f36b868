"""The stages in order: this page is the map of the product.

    read → check(·) → make_plan(·, directory) → submit(·, api, journal) → assemble → render

`check` stops after the second stage, `dry_run` after the third; `resume` starts from the journal. `job` says what was
asked for and does the first two; `survey` asks OneFile what a plan needs to know, and `memory` spares it what was
confirmed before; `sending` is the one stage that changes anything; `leavers` tells who is in the file no more;
`fates` turns decisions and outcomes into what each row came to; `ending` and `folder` make the reports of it; `mapping`
keeps what the columns were taken for.
"""

from bulk_import.run.desk import Desk
from bulk_import.run.ending import Finished
from bulk_import.run.explain import Story, explain
from bulk_import.run.job import Job
from bulk_import.run.mapping import save_mapping
from bulk_import.run.past import look_for_runs, rebuild, resume, runs, share
from bulk_import.run.preview import Preview
from bulk_import.run.purge import Purge, purge
from bulk_import.run.stages import Orders, check, dry_run, submit
from bulk_import.run.target import Target

__all__ = [
    "Desk",
    "Finished",
    "Job",
    "Orders",
    "Preview",
    "Purge",
    "Story",
    "Target",
    "check",
    "dry_run",
    "explain",
    "look_for_runs",
    "purge",
    "rebuild",
    "resume",
    "runs",
    "save_mapping",
    "share",
    "submit",
]
