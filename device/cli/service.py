"""`xiaogao run`, `service`, `status`, `report` and `forget`: the agent as a service."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from device.cli.terminal import print_fact, print_json, stdout


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("status")(status)
    app.command("report")(report)
    app.command("forget")(forget)
    service = typer.Typer(no_args_is_help=True, help=_SERVICE_HELP)
    service.command("install")(install)
    service.command("uninstall")(uninstall)
    service.command("update")(update)
    service.command("status")(service_status)
    service.command("logs")(service_logs)
    app.add_typer(service, name="service")


_SERVICE_HELP = """Install the agent as a systemd service, and look after it.

Example: xiaogao service install
"""

System = Annotated[
    bool,
    typer.Option(
        "--system", help="Of the whole computer, with a user of its own; needs root. Else of your user."
    ),
]


def run() -> None:
    """Run the whole agent until SIGTERM or Ctrl-C; SIGHUP reads the settings again.

    Example: XIAOGAO_POSITION_SOURCE=gpsd xiaogao run
    """
    from device.service.logs import set_up_logging
    from device.service.pressure import share_arenas
    from device.service.service import Service
    from device.settings import load_settings

    share_arenas()
    set_up_logging()
    settings = load_settings()

    async def serve() -> None:
        await Service(settings).run()

    asyncio.run(serve())


def status(json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Show what the running service does: what it hears, position, route, memory, restarts, last errors.

    Example: xiaogao status
    """
    from device.service.control import ask_service

    answer = ask_service({"do": "status"})
    if json:
        print_json(answer)
        return
    for key, value in answer.items():
        print_fact(key, _readable(value), width=16)


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_readable(item)}" for key, item in value.items()) or "-"
    if isinstance(value, list):
        return "; ".join(_readable(item) for item in value) or "-"
    return "-" if value is None or value == "" else str(value)


def report(
    target: Annotated[Path, typer.Argument(help="ZIP file to write.")] = Path("xiaogao-report.zip"),
) -> None:
    """Pack versions, checks, settings and logs for a bug report, with personal data left out.

    Example: xiaogao report report.zip
    """
    from device.errors import DeviceError
    from device.service import systemd
    from device.store.privacy import write_report

    try:
        log = systemd.logs(1000, system=systemd.unit_path(system=True).exists())
    except DeviceError as error:
        log = str(error)
    write_report(target, log)
    stdout.print(f"wrote {target}: look into it before you send it", soft_wrap=True)


def forget(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what the agent remembers: places, habits, the drive under way, cached speech.

    Maps, models and settings stay, and the log, which is systemd's and has no words unless the settings say
    so. The service has to be ended first.

    Example: xiaogao forget --yes
    """
    from device.store.privacy import forget as erase

    if not yes:
        typer.confirm("Erase memory, own places and cached speech?", abort=True)
    erased = erase()
    stdout.print(f"erased: {', '.join(erased)}" if erased else "there was nothing to erase")


def install(
    system: System = False,
    screen: Annotated[
        str,
        typer.Option(metavar="USER", help="Show the page full screen in this user's session; needs root."),
    ] = "",
) -> None:
    """Write the unit, enable it and start it: of your own user, or with --system of the whole computer.

    Examples:

      xiaogao service install

      sudo xiaogao service install --system

      sudo xiaogao service install --screen kiosk
    """
    from device.hardware import choose
    from device.service import systemd
    from device.settings import load_settings

    if screen:
        shown = systemd.install_screen(screen, load_settings().screen.port)
        stdout.print(
            f"installed {shown}; `[screen] enabled = true` has the agent serve the page", soft_wrap=True
        )
        return
    path = systemd.install(choose(load_settings().engines.profile).profile, system=system)
    look = "xiaogao service status" + (" --system" if system else "")
    stdout.print(f"installed {path}; `{look}` shows it", soft_wrap=True)


def uninstall(system: System = False) -> None:
    """Stop the service and delete its unit; maps, models and memory stay.

    Example: xiaogao service uninstall
    """
    from device.service import systemd

    stdout.print(f"removed {systemd.uninstall(system=system)}", soft_wrap=True)


def update(
    release: Annotated[Path, typer.Argument(help="Folder of the release, such as a USB stick's.")],
) -> None:
    """Install a release that is signed by a key of /etc/xiaogao/signers; needs root.

    Every file has to be what was signed; a release that does not get ready gives way to the one before.

    Example: sudo xiaogao service update /media/stick/release
    """
    from device.service.update import update as install_release

    install_release(release)


def service_status(system: System = False) -> None:
    """Show what systemd says about the service.

    Example: xiaogao service status
    """
    from device.service import systemd

    said = systemd.systemctl("status", "--no-pager", systemd.UNIT, system=system)
    stdout.print(said.rstrip(), soft_wrap=True)


def service_logs(
    lines: Annotated[int, typer.Option(help="How many of the newest lines.")] = 100, system: System = False
) -> None:
    """Show the newest lines of the service's journal.

    Example: xiaogao service logs --lines 50
    """
    from device.service import systemd

    said = systemd.logs(lines, system=system)
    stdout.print(said.rstrip(), soft_wrap=True)
