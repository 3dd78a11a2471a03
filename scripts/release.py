"""Build a release: an application folder that needs Python 3.11 and nothing else.

It is for this kind of machine, or, with a cross compiler, for the one that is named: `make release
MACHINE=aarch64`. It leaves in `dist/release`: the application as .tar.gz and as .deb, the bill of materials,
the page of licences, and checksums, signed when RELEASE_KEY names an ssh key. Everything comes from the locks
by hash; what has to be compiled is compiled here, with the locked build tools, and not in the car.
"""

from __future__ import annotations

import gzip
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from release_facts import checksums, licences, parts_of, sbom, sha256_of
from release_wheels import build_wheels, platforms

ROOT = Path(__file__).parents[1]
OUT = ROOT / "dist" / "release"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_PYTHON = (3, 11)
_SYSTEM_PACKAGES = ("python3.11", "libstdc++6", "libgomp1")

_LAUNCHER = """#!/bin/sh
# Runs the release that this file is part of; nothing of the user's own Python is looked at.
here=$(dirname "$(readlink -f "$0")")/..
export PYTHONPATH="$here/site" PYTHONSAFEPATH=1 PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1
exec "${XIAOGAO_PYTHON:-python3.11}" -m device.cli.main "$@"
"""
_CONTROL = """Package: xiaogao
Version: {version}
Architecture: {architecture}
Maintainer: The Xiao Gao project
Depends: {needed}
Recommends: libportaudio2, gpsd
Section: misc
Priority: optional
Installed-Size: {kilobytes}
Description: offline, voice-first navigation agent for the car
 Understands Mandarin and English speech, finds places and routes on OpenStreetMap data and guides the drive,
 all on the device.
"""
_INSTALL = r"""#!/bin/sh
# Installs Xiao Gao on Debian 12, for the whole computer: what it lacks of Debian's own packages, then the
# program. It needs no network and no compiler: sudo sh install.sh
# With XIAOGAO_SIGNERS=FILE the release has to be signed by a key of that file, which is kept: what is
# installed later has to be signed too.
set -e
kept=${XIAOGAO_KEPT_SIGNERS:-/etc/xiaogao/signers}
signers=$(readlink -f "${XIAOGAO_SIGNERS:-$kept}" || true)
cd "$(dirname "$0")"
if [ "$XIAOGAO_SIGNATURE" = checked ]; then  # by xiaogao service update
  XIAOGAO_SIGNERS=
elif [ -n "$XIAOGAO_SIGNERS" ] || [ -e "$kept" ]; then
  if ! command -v ssh-keygen > /dev/null; then
    echo "the signature cannot be checked here: xiaogao service update $PWD, or install openssh-client" >&2
    exit 1
  fi
  ssh-keygen -Y verify -f "$signers" -I xiaogao-release -n xiaogao-release -s SHA256SUMS.sig < SHA256SUMS
fi
for file in debian/*.deb xiaogao_*.deb; do
  if [ -e "$file" ] && ! cut -c 67- SHA256SUMS | grep -qxF "$file"; then
    echo "$file is not part of this release" >&2
    exit 1
  fi
done
grep '\.deb$' SHA256SUMS | sha256sum --check --quiet --strict
if [ -n "$XIAOGAO_SIGNERS" ]; then
  mkdir -p "$(dirname "$kept")"
  cp "$signers" "$kept"
fi
wanted=
for file in debian/*.deb; do
  [ -e "$file" ] || continue
  name=$(dpkg-deb -f "$file" Package)
  case $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) in
    installed) ;;
    *) wanted="$wanted $file" ;;
  esac
done
if [ -n "$wanted" ]; then dpkg -i $wanted; fi
# Not every file by itself: the disk is waited for once, before the new release becomes the current one.
dpkg --force-unsafe-io -i xiaogao_*.deb
"""
_POSTINST = """#!/bin/sh
# The package's own files go with its next version; the release is linked from them and stays to go back to.
set -e
cd "${DPKG_ROOT:-}/opt/xiaogao"
mkdir -p releases
rm -rf ".new" && cp -al "payload/{version}" ".new"
rm -rf "releases/{version}" && mv ".new" "releases/{version}"
"releases/{version}/bin/switch" "{version}"
ln -sfn /opt/xiaogao/current/bin/xiaogao "${DPKG_ROOT:-}/usr/bin/xiaogao"
"""
_SWITCH = """#!/bin/sh
# Makes a release the current one; goes back to the one before when the service is not ready with it.
here=$(dirname "$(readlink -f "$0")")/..
export PYTHONPATH="$here/site" PYTHONSAFEPATH=1 PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1
exec "${XIAOGAO_PYTHON:-python3.11}" -m device.service.release "$@"
"""
_PRERM = """#!/bin/sh
set -e
[ "$1" = remove ] || exit 0
# What cannot be stopped keeps nobody from removing it: systemd's own words say why.
[ ! -e /etc/systemd/system/xiaogao.service ] || xiaogao service uninstall --system || true
rm -rf /usr/bin/xiaogao /opt/xiaogao/current /opt/xiaogao/previous /opt/xiaogao/releases
"""


def main() -> None:
    """Build everything."""
    if sys.version_info[:2] != _PYTHON:
        sys.exit(
            f"build with Python {'.'.join(map(str, _PYTHON))}, the car's: make release PYTHON=python3.11"
        )
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    when = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or _commit_time(), UTC)
    machine = sys.argv[1] if sys.argv[1:] else platform.machine()
    wheels = build_wheels(ROOT / "dist" / "build", machine)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    parts = parts_of(wheels)
    application = lay_out(wheels, ROOT / "dist" / "build" / f"xiaogao-{version}", version, machine)
    for name, text in (
        ("sbom.cdx.json", sbom(parts, version, when.isoformat())),
        ("LICENCES.md", licences(parts)),
    ):
        (OUT / name).write_text(text, encoding="utf-8")
        shutil.copy(OUT / name, application)
    architecture = _ARCHITECTURES.get(machine, machine)
    pack(application, OUT / f"xiaogao-{version}-{machine}.tar.gz", int(when.timestamp()))
    if shutil.which("dpkg-deb"):
        build_deb(application, OUT, version, architecture)
        fetch_system_packages(OUT / "debian", architecture)
        (OUT / "install.sh").write_text(_INSTALL, encoding="utf-8")
    (OUT / "SHA256SUMS").write_text(checksums(OUT), encoding="utf-8")
    if key := os.environ.get("RELEASE_KEY"):
        sign(OUT, key)
    for path in sorted(path for path in OUT.rglob("*") if path.is_file()):
        print(f"{path.stat().st_size / 1e6:9.1f} MB  {path.relative_to(ROOT)}")


def sign(folder: Path, key: str) -> None:
    """Sign the checksums of a release with an ssh key, which may be in a file, an agent or a token."""
    sums = folder / "SHA256SUMS"
    sums.with_name("SHA256SUMS.sig").unlink(missing_ok=True)  # it is not asked whether to write over it
    subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-f", key, "-n", "xiaogao-release", str(sums)], check=True
    )


def _commit_time() -> int:
    done = subprocess.run(
        ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False
    )
    return int(done.stdout or 1)


def lay_out(wheels: Path, application: Path, version: str, machine: str = platform.machine()) -> Path:
    """Unpack the wheels into the folder that is delivered; nothing is fetched."""
    shutil.rmtree(application, ignore_errors=True)
    site = application / "site"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q", "--no-compile"]
    files = [str(path) for path in sorted(wheels.glob("*.whl"))]
    options = ["--no-index", "--no-deps", *platforms(machine), "--target", str(site)]
    subprocess.run([*pip, *options, *files], check=True)
    _leave_out(site)
    _keep_libraries_once(site)
    _compile(site)
    (application / "bin").mkdir()
    for name, text in (("xiaogao", _LAUNCHER), ("switch", _SWITCH)):
        (application / "bin" / name).write_text(text, encoding="utf-8")
        (application / "bin" / name).chmod(0o755)
    (application / "VERSION").write_text(f"{version}\n", encoding="utf-8")
    _make_public(application)
    return application


def _leave_out(site: Path) -> None:
    """Remove what nothing runs and the car would write file by file: tests, a third of all, and headers.

    `lib` beside the packages is what llama.cpp installs for programs in C++: its libraries once more.
    """
    for folder in (site / "bin", site / "lib", site / "include"):
        shutil.rmtree(folder, ignore_errors=True)
    for path in sorted(site.rglob("*")):
        if path.name in {"test", "tests"} and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.suffix in {".h", ".hpp", ".pyi"} and path.is_file():
            path.unlink()


def _keep_libraries_once(site: Path) -> None:
    """Make links of the names under which a wheel has a library again: wheels hold no links."""
    kept: dict[tuple[Path, str], Path] = {}
    for path in sorted(site.rglob("*.so*"), key=lambda path: (len(path.name), path)):
        if path.is_file() and not path.is_symlink():
            first = kept.setdefault((path.parent, sha256_of(path)), path)
            if first is not path:
                path.unlink()
                path.symlink_to(first.name)


def _compile(site: Path) -> None:
    """Compile every module so that it holds whatever the times of files are, which packing changes."""
    command = [sys.executable, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    # What some packages bring for other versions of Python does not compile, and is not run.
    subprocess.run([*command, "-s", str(site), "-p", "/", str(site)], check=False, capture_output=True)


def _make_public(tree: Path) -> None:
    """Let everyone read a tree, whatever the umask was; dpkg-deb refuses set-group-ID folders."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def pack(application: Path, target: Path, when: int) -> None:
    """Pack the application; the same files give the same bytes."""

    def same(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.mtime, info.uid, info.gid, info.uname, info.gname = when, 0, 0, "root", "root"
        return info

    with (
        target.open("wb") as out,
        gzip.GzipFile("", "wb", 6, out, mtime=when) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for path in sorted(application.rglob("*")):
            name = f"{application.name}/{path.relative_to(application)}"
            archive.add(path, name, recursive=False, filter=same)


def build_deb(application: Path, out: Path, version: str, architecture: str) -> Path:
    """Build the Debian package: the application below /opt, switched to when it is installed."""
    tree = application.with_name(f"{application.name}-deb")
    shutil.rmtree(tree, ignore_errors=True)
    place = tree / "opt" / "xiaogao" / "payload" / version
    place.parent.mkdir(parents=True)
    shutil.copytree(application, place, symlinks=True)
    kilobytes = sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) >> 10
    control = tree / "DEBIAN"
    control.mkdir()
    facts = {"version": version, "architecture": architecture, "kilobytes": kilobytes}
    facts["needed"] = ", ".join(_SYSTEM_PACKAGES)
    (control / "control").write_text(_CONTROL.format(**facts), encoding="utf-8")
    for name, text in (("postinst", _POSTINST), ("prerm", _PRERM)):
        (control / name).write_text(text.replace("{version}", version), encoding="utf-8")
        (control / name).chmod(0o755)
    _make_public(tree)
    target = out / f"xiaogao_{version}_{architecture}.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", str(tree), str(target)], check=True
    )
    shutil.rmtree(tree)
    return target


def fetch_system_packages(folder: Path, architecture: str) -> None:
    """Fetch Debian's own packages that the program needs, with theirs, for computers without a network.

    On another system than Debian nothing is fetched: its packages are not the car's.
    """
    if "VERSION_CODENAME=bookworm" not in Path("/etc/os-release").read_text("utf-8"):
        return
    (folder / "partial").mkdir(parents=True)
    lists = folder.parent / "lists"
    (lists / "partial").mkdir(parents=True)
    apt = ["apt-get", "-qq", "-o", f"APT::Architecture={architecture}", "-o", "Debug::NoLocking=1"]
    apt += ["-o", f"APT::Architectures={architecture}", "-o", f"Dir::State::lists={lists}"]
    apt += ["-o", "Dir::State::status=/dev/null", "-o", f"Dir::Cache={folder / 'partial'}"]
    apt += ["-o", f"Dir::Cache::archives={folder}"]
    fetch = ["install", "--yes", "--no-install-recommends", "--download-only", *_SYSTEM_PACKAGES]
    done = [subprocess.run([*apt, *command], check=False).returncode for command in (["update"], fetch)]
    shutil.rmtree(folder / "partial")
    shutil.rmtree(lists)
    if any(done):
        print("Debian's packages were not fetched: the car needs python3.11, libstdc++6 and libgomp1")


if __name__ == "__main__":
    main()
