"""Install a release in a Debian 12 root without a network, use it, update it, go back, and remove it.

    sudo .venv/bin/python scripts/try_release.py --map andorra-latest.osm.pbf --keep

wants what `make release` left in `dist/release`, `debootstrap`, and an extract with a hotel near the place
that is named. The root is made once (`dist/build/debian-12`) and copied. Whatever differs from what is
expected ends the trial; `--keep` writes how long the installation took into `bench/results`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from release import sign
from release_facts import checksums

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "dist" / "build"
GOAL_S = 120
_HOME = "var/lib/xiaogao"
_UNIT = "etc/systemd/system/xiaogao.service"
_ENTER = """
set -e
root=$1; shift
mount -t proc proc "$root/proc"
mount -t tmpfs none "$root/run"
mkdir -p "$root/run/systemd/system"
mount -t tmpfs none "$root/dev/shm"
while [ "$1" != -- ]; do mkdir -p "$root/$2"; mount --bind -o ro "$1" "$root/$2"; shift 2; done
shift
exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
  XIAOGAO_HOME=/var/lib/xiaogao "$@"
"""
_SYSTEMCTL = """#!/bin/sh
# Stands for systemd: a service that does not get ready with the release that is named.
[ "$1" != restart ] || [ "$(readlink /opt/xiaogao/current)" != releases/{bad} ]
"""
_STAGES = (("Selecting previously unselected", "sums"), ("Unpacking xiaogao", "Debian's packages"))
_STAGES += (("Setting up xiaogao", "unpacking"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command in the root did."""

    code: int
    lines: list[tuple[float, str]]
    """Seconds since the command began, and what it said then."""
    took_s: float

    @property
    def text(self) -> str:
        """All it said."""
        return "\n".join(line for _, line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """A root without a network in which commands are run."""

    root: Path
    carried: dict[str, Path] = field(default_factory=dict)
    """Folders of this computer, by where the root has them."""

    def run(self, *command: str, expected: str = "", code: int = 0) -> Said:
        """Run a command; end the trial if it does not end with a code, or says something else."""
        mounts = [str(part) for where, path in self.carried.items() for part in (path, where)]
        enter = ["unshare", "--net", "--mount", "--pid", "--fork", "sh", "-c", _ENTER, "sh", str(self.root)]
        began, lines = time.monotonic(), []
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        with subprocess.Popen([*enter, *mounts, "--", *command], text=True, **pipes) as child:
            for line in child.stdout or ():
                lines.append((time.monotonic() - began, line.rstrip()))
        said = Said(code=child.returncode, lines=lines, took_s=time.monotonic() - began)
        shown = " ".join(command)
        print(f"{said.took_s:6.1f} s  {shown}{': refused' if code else ''}", flush=True)
        if said.code != code or expected not in said.text:
            sys.exit(f"{shown} ended with {said.code} and said:\n{said.text}\nexpected: {code}, {expected}")
        return said

    def current(self) -> str:
        """Return the release that runs."""
        return (self.root / "opt" / "xiaogao" / "current").readlink().name


def main() -> None:
    """Try a release from its installation to its removal."""
    wants = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    wants.add_argument("--release", type=Path, default=ROOT / "dist" / "release")
    wants.add_argument("--map", type=Path, required=True)
    wants.add_argument("--at", default="42.5063,1.5218", help="LAT,LON inside the map, with a hotel near it")
    wants.add_argument("--models", type=Path, help="the folder `models` of a filled store, carried along")
    wants.add_argument("--keep", action="store_true", help="write the figure into bench/results")
    asked = wants.parse_args()
    if os.geteuid() != 0:
        sys.exit("run it as root: it makes a Debian root and enters it")
    (package,) = asked.release.glob("xiaogao_*.deb")
    version = package.name.split("_")[1]
    carried = {
        "media/release": asked.release,
        "media/map": asked.map.parent,
        "media/samples": ROOT / "samples",
    }
    if asked.models:
        carried[f"{_HOME}/cache/models"] = asked.models
    car = Car(root=fresh_root(BUILD / "debian-12", BUILD / "tried"), carried=carried)
    took = install(car)
    use(car, asked.map.name, asked.at, heard=bool(asked.models))
    update(car, package, version)
    remove(car)
    if asked.keep:
        keep(took)


def fresh_root(base: Path, root: Path) -> Path:
    """Return a copy of a minimal Debian 12, which is made unless it is there."""
    if not base.is_dir():
        made = base.with_name(f"{base.name}-new")
        shutil.rmtree(made, ignore_errors=True)
        subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(made)], check=True)
        made.rename(base)
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(root)], check=True)
    os.sync()
    return root


def stages(said: Said) -> dict[str, float]:
    """Return how long each part of an installation took, seconds."""
    found, before = {}, 0.0
    for mark, name in _STAGES:
        at = next((at for at, line in said.lines if line.startswith(mark)), before)
        found[name], before = at - before, at
    return found | {"linking and waiting for the disk": said.took_s - before}


def install(car: Car) -> Said:
    """Install the release where nothing can be compiled or fetched, by its one command."""
    car.run("sh", "-c", "command -v cc c++ gcc make pip pip3 python3 || echo none", expected="none")
    said = car.run("sh", "/media/release/install.sh", expected="is the current one")
    print("          " + ", ".join(f"{name} {part:.1f} s" for name, part in stages(said).items()))
    return said


def use(car: Car, extract: str, at: str, *, heard: bool) -> None:
    """Ask what works without models; with them, what is said."""
    car.run("xiaogao", "--help", expected="doctor")
    car.run("xiaogao", "map", "add", f"/media/map/{extract}", "--name", "tried", expected="tried is ready")
    found = car.run("xiaogao", "doctor", expected="language model: llama_cpp", code=0 if heard else 3)
    if "compiled kernels" not in found.text:
        sys.exit(f"the kernels of the index are missing:\n{found.text}")
    car.run("xiaogao", "find", "hotel", "--near", at, expected="· Hotel ·")
    lat, lon = (float(part) for part in at.split(","))
    car.run("xiaogao", "route", at, f"{lat + 0.01},{lon + 0.01}", expected="rrive")
    if not heard:
        car.run("xiaogao", "ask", "--text", "附近有什么酒店", "--at", at, expected="not installed", code=1)
        return
    car.run("xiaogao", "ask", "--text", "附近有什么酒店", "--at", at, expected="tourism/hotel")
    spoken = ["ask", "/media/samples/zh_hotels.wav", "--at", at, "--say", "/tmp/reply.wav"]
    car.run("xiaogao", *spoken, expected="tourism/hotel")


def update(car: Car, package: Path, version: str) -> None:
    """Update by a signed release, not by a changed one; go back from a bad one, and by hand."""
    better, bad = f"{version}.1", f"{version}.2"
    key = BUILD / "trial-key"
    for path in (key, key.with_suffix(".pub")):
        path.unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    signers = car.root / "etc" / "xiaogao" / "signers"
    signers.parent.mkdir()
    signers.write_text(f"xiaogao-release {key.with_suffix('.pub').read_text()}", encoding="utf-8")
    carry = Car(root=car.root, carried=car.carried | {"media/next": BUILD / "next"})
    take = ("xiaogao", "service", "update", "/media/next")
    next_release(package, version, better, key)
    with (BUILD / "next" / f"xiaogao_{better}_all.deb").open("r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))
        file.flush()
        carry.run(*take, expected="is not what was signed", code=1)
        file.seek(0)
        file.write(first)
    _expect(car, version)
    carry.run(*take, expected=f"release {better} is the current one")
    _expect(car, better)
    unit, systemctl = car.root / _UNIT, car.root / "usr" / "bin" / "systemctl"
    unit.parent.mkdir(parents=True, exist_ok=True)
    unit.touch()
    systemctl.write_text(_SYSTEMCTL.format(bad=bad), encoding="utf-8")
    systemctl.chmod(0o755)
    next_release(package, version, bad, key)
    carry.run(*take, expected=f"back to {better}", code=1)
    _expect(car, better)
    car.run("xiaogao", "--help", expected="doctor")
    car.run(f"/opt/xiaogao/releases/{version}/bin/switch", version, expected="is the current one")
    _expect(car, version)


def _expect(car: Car, version: str) -> None:
    if car.current() != version:
        sys.exit(f"release {car.current()} runs, not {version}")


def next_release(package: Path, version: str, wanted: str, key: Path) -> None:
    """Make a signed release of another version out of a package, not packed, in `dist/build/next`."""
    tree, out = BUILD / "next-deb", BUILD / "next"
    for folder in (tree, out):
        shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-R", str(package), str(tree)], check=True)
    payload = tree / "opt" / "xiaogao" / "payload"
    (payload / version).rename(payload / wanted)
    for path in (payload / wanted / "VERSION", tree / "DEBIAN" / "control", tree / "DEBIAN" / "postinst"):
        path.write_text(path.read_text("utf-8").replace(version, wanted), encoding="utf-8")
    out.mkdir()
    target = out / f"xiaogao_{wanted}_all.deb"
    build = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(target)]
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    shutil.copy(package.with_name("install.sh"), out)
    (out / "SHA256SUMS").write_text(checksums(out), encoding="utf-8")
    sign(out, str(key))
    shutil.rmtree(tree)


def remove(car: Car) -> None:
    """Remove the package: the program and its unit go, maps and memory stay."""
    car.run("dpkg", "-r", "xiaogao", expected="Removing xiaogao")
    left = [name for name in ("opt/xiaogao", "usr/bin/xiaogao", _UNIT) if os.path.lexists(car.root / name)]
    if left:
        sys.exit(f"the removal left {', '.join(left)}")
    if not (car.root / _HOME / "data" / "regions" / "tried").is_dir():
        sys.exit("the removal took the map along")


def keep(took: Said) -> None:
    """Write how long the installation took."""
    sys.path.insert(0, str(ROOT))
    from bench.report import measured, save

    parts: Sequence[str] = [f"{name} {part:.0f} s" for name, part in stages(took).items()]
    row = measured(
        "install in a fresh Debian 12 root without network",
        round(took.took_s, 1),
        unit="s",
        goal=f"≤ {GOAL_S}",
        command="python scripts/try_release.py",
        note=", ".join(parts),
    )
    save("device", [row])


if __name__ == "__main__":
    main()
