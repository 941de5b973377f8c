"""All commands under one name."""

import typer

from cli import gate, model, notify, rival, scenario, skill, target, work
from cli.audit import audit
from cli.budget import budget
from cli.compare import compare
from cli.diff import diff
from cli.doctor import doctor
from cli.down import down
from cli.evaluate import evaluate
from cli.fork import fork
from cli.history import history
from cli.list import list_searches
from cli.pause import parallel, pause
from cli.report import report
from cli.reproduce import reproduce
from cli.rescore import rescore
from cli.resume import resume
from cli.rollback import retry, rollback
from cli.search import search
from cli.serve import serve
from cli.show import show
from cli.status import status
from cli.steer import park, reopen, steer
from cli.stop import stop
from cli.transfer import export_search, import_search
from cli.ui import ui
from cli.up import up
from cli.watch import watch

app = typer.Typer(
    help="Build a serving system for one model, one workload and one machine, and prove that it is right and fast.",
    epilog="Exit codes: 0 done, 1 failed (evaluate: not passed, or not better), 2 misuse.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (
    search,
    watch,
    history,
    show,
    diff,
    report,
    audit,
    reproduce,
    rescore,
    pause,
    resume,
    stop,
    steer,
    park,
    reopen,
    rollback,
    retry,
    fork,
    budget,
    parallel,
    evaluate,
    compare,
    serve,
    ui,
    up,
    down,
    status,
    doctor,
):
    app.command()(command)
app.command("list")(list_searches)
app.command("export")(export_search)
app.command("import")(import_search)
for group, name in (
    (scenario.app, "scenario"),
    (target.app, "target"),
    (model.app, "model"),
    (skill.app, "skill"),
    (rival.app, "rival"),
    (work.app, "work"),
    (gate.app, "gate"),
    (notify.app, "notify"),
):
    app.add_typer(group, name=name)
