"""What is delivered to a car: its parts are named, and a bad release gives way to the one before."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from device.errors import DeviceError
from device.service.release import switch
from device.service.update import check

ROOT = Path(__file__).parents[1]


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("release_facts")


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("release")


@pytest.fixture
def wheelhouse(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("release_wheels")


def make_wheel(folder: Path, name: str, metadata: str, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}\n"
        )
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
        for file, text in files.items():
            wheel.writestr(file, text)
    return path


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    make_wheel(folder, "free", "License-Expression: MIT\nProject-URL: Source, https://example.org/free")
    make_wheel(folder, "strong", "License: GPL-3.0-or-later\nHome-page: https://example.org/strong")
    long = (
        "License: "
        + "x" * 300
        + "\nClassifier: License :: OSI Approved :: GNU Lesser General Public License v3"
    )
    make_wheel(folder, "weak", long)
    make_wheel(folder, "silent", "")
    return folder


def test_every_part_is_named_with_its_licence_and_source(facts: Any, wheels: Path) -> None:
    parts = {part.name: part for part in facts.parts_of(wheels)}
    assert parts["free"].licence == "MIT"
    assert parts["free"].home == "https://example.org/free"
    assert parts["weak"].licence == "GNU Lesser General Public License v3"
    assert [name for name, part in parts.items() if part.is_copyleft] == ["strong"]
    page = facts.licences(list(parts.values()))
    assert "strong are under the GNU General Public Licence 3" in page
    assert all(f"| {name} | 1.0 |" in page for name in parts)


def test_a_library_under_the_gpl_counts_though_its_package_is_silent(facts: Any, tmp_path: Path) -> None:
    (part,) = facts.parts_of(make_wheel(tmp_path, "espeakng-loader", "").parent)
    assert part.is_copyleft
    assert "espeak-ng/espeak-ng" in part.home


def test_the_bill_of_materials_is_the_same_for_the_same_parts(facts: Any, wheels: Path) -> None:
    parts = facts.parts_of(wheels)
    first, again = (facts.sbom(parts, "0.1", "2026-01-01T00:00:00+00:00") for _ in range(2))
    assert first == again
    bill = json.loads(first)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    found = {c["purl"]: c["hashes"][0]["content"] for c in bill["components"]}
    assert found["pkg:pypi/free@1.0"] == facts.sha256_of(wheels / "free-1.0-py3-none-any.whl")


def test_checksums_are_read_by_the_usual_program(facts: Any, wheels: Path) -> None:
    (wheels / "SHA256SUMS").write_text(facts.checksums(wheels))
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=wheels, check=False, capture_output=True).returncode == 0
    (wheels / "free-1.0-py3-none-any.whl").write_bytes(b"")
    assert subprocess.run(check, cwd=wheels, check=False, capture_output=True).returncode == 1


def small_release(release: Any, wheels: Path, folder: Path, version: str = "1.2") -> Path:
    """Lay out a release of a program that prints where it runs from."""
    say = "import sys, os; print('ran', sys.argv[1:], sys.flags.safe_path, os.environ['PYTHONNOUSERSITE'])"
    files = {"device/__init__.py": "", "device/cli/__init__.py": "", "device/cli/main.py": say}
    make_wheel(wheels, "xiaogao", "License-Expression: Apache-2.0", **files)
    return Path(release.lay_out(wheels, folder / f"xiaogao-{version}", version))


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_everyone_can_read_a_release_whatever_the_builders_umask(
    release: Any, wheels: Path, tmp_path: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        application = small_release(release, wheels, tmp_path)
    finally:
        os.umask(before)
    modes = {path.stat().st_mode & 0o7777 for path in (application, *application.rglob("*"))}
    assert modes == {0o755, 0o644}


def test_an_application_folder_runs_without_installing_anything(
    release: Any, wheels: Path, tmp_path: Path
) -> None:
    application = small_release(release, wheels, tmp_path)
    link = tmp_path / "xiaogao"
    link.symlink_to(application / "bin" / "xiaogao")
    evil = tmp_path / "device"
    evil.mkdir()
    (evil / "__init__.py").write_text("raise SystemExit('another module of that name was run')")
    done = subprocess.run(
        [str(link), "doctor"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "XIAOGAO_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split("\n")[0] == "ran ['doctor'] True 1", done.stderr


def test_a_release_has_no_tests_of_its_packages(release: Any, wheels: Path, tmp_path: Path) -> None:
    make_wheel(wheels, "tried", "", **{"tried/core.py": "", "tried/tests/data/big.txt": "", "tests/a.py": ""})
    site = small_release(release, wheels, tmp_path) / "site"
    assert (site / "tried" / "core.py").is_file()
    assert [path for path in site.rglob("*") if path.name in {"test", "tests"}] == []


def test_a_release_has_nothing_for_compilers_and_each_library_once(
    release: Any, wheels: Path, tmp_path: Path
) -> None:
    one, other = "ELF" * 100, "ELF" * 99
    names = {f"spoken/lib/libspoken.so{version}": one for version in ("", ".0", ".0.5.0")}
    names |= {"spoken/lib/libother.so": other, "elsewhere/libspoken.so": one}
    names |= {"lib/libspoken.so": one, "include/spoken.h": "", "spoken/spoken.h": "", "spoken/types.pyi": ""}
    make_wheel(wheels, "spoken", "", **names)
    site = small_release(release, wheels, tmp_path) / "site"
    assert not (site / "lib").exists()
    assert [path.name for path in site.rglob("*") if path.suffix in {".h", ".pyi"}] == []
    found = {path.name: path for path in (site / "spoken" / "lib").iterdir()}
    assert all(path.read_text() == (other if name == "libother.so" else one) for name, path in found.items())
    whole = [name for name, path in found.items() if not path.is_symlink()]
    assert sorted(whole) == ["libother.so", "libspoken.so"]
    assert not (site / "elsewhere" / "libspoken.so").is_symlink(), "a package stands for itself"


def test_each_locked_package_is_fetched_or_built(wheelhouse: Any) -> None:
    lock = (ROOT / "requirements-car.lock").read_text(encoding="utf-8")
    built = (wheelhouse.COMPILED, *wheelhouse.SOURCES)
    parts = wheelhouse._only(lock, built) + wheelhouse._without(lock, built)
    assert sorted(parts.splitlines()) == sorted(lock.splitlines()[1:])
    for name in built:
        assert f"\n{name}==" in f"\n{wheelhouse._only(lock, (name,))}"


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_nothing_is_compiled_for_the_builders_processor(
    wheelhouse: Any, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheelhouse.shutil, "which", lambda name: f"/usr/bin/{name}")
    environment = wheelhouse._compilers(machine, Path("/build/llama.cmake"))
    assert "-DGGML_NATIVE=OFF" in environment["CMAKE_ARGS"].split()
    assert "-DCMAKE_PROJECT_llama.cpp_INCLUDE=/build/llama.cmake" in environment["CMAKE_ARGS"].split()
    if machine != wheelhouse.platform.machine():
        assert environment["CXX"] == f"{machine}-linux-gnu-g++"
        assert f"{machine}-linux-gnu" in environment["SETUPTOOLS_EXT_SUFFIX"]
        assert f"manylinux_2_34_{machine}" in wheelhouse.platforms(machine)
    else:
        assert wheelhouse.platforms(machine) == []


def test_a_release_without_the_kernels_is_refused(wheelhouse: Any, tmp_path: Path) -> None:
    make_wheel(tmp_path, "xiaogao", "", **{"nav/routing/cch/build.cpp": ""})
    with pytest.raises(SystemExit, match="kernels"):
        wheelhouse._check(tmp_path)
    library = "nav/routing/cch/_kernels.cpython-311-x86_64-linux-gnu.so"
    make_wheel(tmp_path, "xiaogao", "", **{library: ""})
    wheelhouse._check(tmp_path)


def test_modules_stay_compiled_whatever_the_times_of_files(
    release: Any, wheels: Path, tmp_path: Path
) -> None:
    """Packing changes the times; a module compiled for the time before would be compiled at each start."""
    site = small_release(release, wheels, tmp_path) / "site"
    compiled = {path.name.split(".")[0] for path in site.rglob("*.pyc")}
    assert {"__init__", "main"} <= compiled
    for path in site.rglob("*.pyc"):
        assert int.from_bytes(path.read_bytes()[4:8], "little") == 0b01, "by its hash, and not looked at"
        assert str(tmp_path).encode() not in path.read_bytes(), "the same wherever it was built"


def test_the_same_application_packs_to_the_same_bytes(release: Any, wheels: Path, tmp_path: Path) -> None:
    application = small_release(release, wheels, tmp_path)
    for name in ("one.tar.gz", "two.tar.gz"):
        release.pack(application, tmp_path / name, 1_700_000_000)
        for path in application.rglob("*"):
            os.utime(path, (1, 1), follow_symlinks=False)
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")
def test_the_debian_package_keeps_its_release_when_the_next_one_comes(
    release: Any, wheels: Path, tmp_path: Path
) -> None:
    """Installed as dpkg does it, below another root; the files of the old package go."""
    root = tmp_path / "root"
    (root / "usr" / "bin").mkdir(parents=True)
    tmp_path.chmod(0o2700)  # what is made in it is of its group, as in a shared build folder
    for version in ("1.2", "1.3"):
        application = small_release(release, wheels, tmp_path, version)
        (application / "bin" / "switch").write_text("#!/bin/sh\necho switched to $1 >> ../../switched\n")
        deb = release.build_deb(application, tmp_path, version, "amd64")
        told = subprocess.run(["dpkg-deb", "--info", str(deb)], capture_output=True, text=True, check=True)
        assert f"Version: {version}" in told.stdout
        assert "Depends: python3.11" in told.stdout
        subprocess.run(["dpkg-deb", "-x", str(deb), str(root)], check=True)
        subprocess.run(["dpkg-deb", "-e", str(deb), str(tmp_path / "control")], check=True)
        environment = {**os.environ, "DPKG_ROOT": str(root)}
        subprocess.run([str(tmp_path / "control" / "postinst"), "configure"], env=environment, check=True)
    shutil.rmtree(root / "opt" / "xiaogao" / "payload" / "1.2")
    for version in ("1.2", "1.3"):
        assert (
            root / "opt" / "xiaogao" / "releases" / version / "site" / "device" / "cli" / "main.py"
        ).is_file()
    assert (root / "usr" / "bin" / "xiaogao").is_symlink()


@pytest.fixture
def carried(release: Any, facts: Any, tmp_path: Path) -> Path:
    """A release folder, and programs in dpkg's place: libssl3 is installed, python3.11 is not."""
    folder, programs = tmp_path / "release", tmp_path / "programs"
    (folder / "debian").mkdir(parents=True)
    programs.mkdir()
    for name in ("debian/libssl3_3_amd64.deb", "debian/python3.11_3.11_amd64.deb", "xiaogao_1_amd64.deb"):
        (folder / name).write_text(name)
    (folder / "install.sh").write_text(release._INSTALL)
    (folder / "SHA256SUMS").write_text(facts.checksums(folder))
    for name, does in {
        "dpkg-deb": 'basename "$2" | cut -d_ -f1',
        "dpkg-query": '[ "$4" = libssl3 ] && printf installed',
        "dpkg": f'echo "$@" >> {tmp_path / "installed"}',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    return folder


def install(folder: Path, **environment: str) -> str:
    """Run the script as on a car; return what dpkg was told."""
    beside = folder.parent
    path = f"{beside / 'programs'}{os.pathsep}{os.environ['PATH']}"
    kept = {"XIAOGAO_KEPT_SIGNERS": str(beside / "etc" / "signers")}
    command = ["sh", str(folder / "install.sh")]
    done = subprocess.run(command, env={**os.environ, "PATH": path, **kept, **environment}, check=False)
    told = (beside / "installed").read_text() if (beside / "installed").exists() else ""
    assert (done.returncode == 0) is bool(told)
    return told


def test_an_offline_install_takes_what_is_missing(carried: Path) -> None:
    told = install(carried).splitlines()
    assert told == ["-i debian/python3.11_3.11_amd64.deb", "--force-unsafe-io -i xiaogao_1_amd64.deb"]


@pytest.mark.parametrize("name", ["debian/python3.11_3.11_amd64.deb", "xiaogao_1_amd64.deb", "debian/x.deb"])
def test_an_offline_install_checks_what_it_takes(carried: Path, name: str) -> None:
    """Another file in a file's place, and one that is not of the release."""
    (carried / name).write_text("another")
    assert install(carried) == ""


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_an_offline_install_asks_for_a_signature_once_keys_are_trusted(
    release: Any, carried: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [tmp_path / "key", tmp_path / "other"]
    for key in keys:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    signers = tmp_path / "signers"
    signers.write_text(f"xiaogao-release {keys[0].with_suffix('.pub').read_text()}")
    assert install(carried, XIAOGAO_SIGNERS=str(signers)) == "", "not signed at all"
    release.sign(carried, str(keys[1]))
    assert install(carried, XIAOGAO_SIGNERS=str(signers)) == "", "signed by another"
    release.sign(carried, str(keys[0]))
    assert install(carried, XIAOGAO_SIGNERS=str(signers))
    (tmp_path / "installed").unlink()
    assert install(carried), "the keys were kept"
    (tmp_path / "installed").unlink()
    listed = (carried / "SHA256SUMS").read_text()
    (carried / "SHA256SUMS").write_text(listed.replace("SHA256SUMS", "") + "0" * 64 + "  more.deb\n")
    assert install(carried) == "", "what is signed was changed"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A whole release and one that is not."""
    unpack_release(tmp_path, "1")
    (tmp_path / "releases" / "half" / "bin").mkdir(parents=True)
    return tmp_path


def unpack_release(root: Path, version: str) -> None:
    folder = root / "releases" / version
    (folder / "bin").mkdir(parents=True)
    (folder / "site" / "device").mkdir(parents=True)
    (folder / "bin" / "xiaogao").touch()


def come(root: Path, version: str, *, is_ready: bool = True) -> bool:
    """Unpack a release and switch to it."""
    if not (root / "releases" / version).exists():
        unpack_release(root, version)

    def restart() -> bool:
        return is_ready or current(root) != version

    return switch(version, root=root, restart=restart, tell=lambda _what: None)


def current(root: Path) -> str:
    return (root / "current").readlink().name


def test_a_release_that_gets_ready_stays_and_older_ones_go(root: Path) -> None:
    for version in ("1", "2", "3"):
        assert come(root, version)
    assert current(root) == "3"
    assert (root / "previous").readlink().name == "2"
    assert sorted(path.name for path in (root / "releases").iterdir()) == ["2", "3"]


def test_a_release_that_does_not_get_ready_gives_way_to_the_one_before(root: Path) -> None:
    told: list[str] = []
    come(root, "1")
    unpack_release(root, "2")
    started: list[str] = []

    def restart() -> bool:
        started.append(current(root))
        return started[-1] != "2"

    assert not switch("2", root=root, restart=restart, tell=told.append)
    assert started == ["2", "1"], "the one before is started again"
    assert current(root) == "1"
    assert "back to 1" in told[-1]
    assert come(root, "3"), "the next one is tried all the same"


def test_a_release_that_failed_takes_no_room_and_costs_no_way_back(root: Path) -> None:
    """Going back by hand still leads to the one before; what failed goes when the next one gets ready."""
    assert come(root, "1")
    assert come(root, "2")
    assert not come(root, "3", is_ready=False)
    assert (current(root), (root / "previous").readlink().name) == ("2", "1")
    assert come(root, "4")
    assert sorted(path.name for path in (root / "releases").iterdir()) == ["2", "4"]


def test_the_first_release_has_none_to_go_back_to(root: Path) -> None:
    told: list[str] = []
    assert not switch("1", root=root, restart=lambda: False, tell=told.append)
    assert current(root) == "1"
    assert "none before it" in told[0]


@pytest.mark.parametrize("version", ["half", "9"])
def test_what_is_not_a_whole_release_is_not_switched_to(root: Path, version: str) -> None:
    switch("1", root=root, restart=lambda: True, tell=lambda _what: None)
    with pytest.raises(DeviceError, match="not a whole release"):
        switch(version, root=root, restart=lambda: True, tell=lambda _what: None)
    assert current(root) == "1"


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("try_release")


def test_the_parts_of_an_installation_add_up(trial: Any) -> None:
    lines = [
        (2.0, "Selecting previously unselected package libexpat1:amd64."),
        (8.0, "Preparing to unpack xiaogao_0.1.0_amd64.deb ..."),
        (8.5, "Unpacking xiaogao (0.1.0) ..."),
        (19.0, "Setting up xiaogao (0.1.0) ..."),
    ]
    parts = trial.stages(trial.Said(code=0, lines=lines, took_s=20.0))
    assert list(parts.values()) == [2.0, 6.5, 10.5, 1.0]
    without = trial.stages(trial.Said(code=0, lines=lines[2:], took_s=20.0))
    assert without["Debian's packages"] == 8.5, "nothing was missing there"


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")
def test_the_trials_next_release_is_one_that_an_update_takes(
    trial: Any, release: Any, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = small_release(release, wheels, tmp_path)
    package = release.build_deb(application, tmp_path, "1.2", "amd64")
    (tmp_path / "install.sh").write_text(release._INSTALL)
    key, signers = tmp_path / "key", tmp_path / "signers"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    signers.write_text(f"xiaogao-release {key.with_suffix('.pub').read_text()}")
    monkeypatch.setattr(trial, "BUILD", tmp_path)
    trial.next_release(package, "1.2", "1.2.1", key)
    check(tmp_path / "next", signers)
    (deb,) = (tmp_path / "next").glob("*.deb")
    told = subprocess.run(["dpkg-deb", "--contents", str(deb)], capture_output=True, text=True, check=True)
    assert "/opt/xiaogao/payload/1.2.1/bin/switch" in told.stdout
    assert "/payload/1.2/" not in told.stdout


def test_the_cars_lock_is_part_of_the_workshops_and_has_no_tests() -> None:
    def pinned(name: str) -> dict[str, str]:
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        found = (line.rstrip(" \\").split("==") for line in lines if "==" in line and line[0].isalnum())
        return {parts[0]: parts[1] for parts in found}

    car, workshop = pinned("requirements-car.lock"), pinned("requirements.lock")
    assert car.items() <= workshop.items()
    assert not {"pytest", "mypy", "ruff", "hypothesis", "osmnx", "scikit-learn", "pip-tools"} & set(car)
    for name in ("requirements-car.lock", "requirements-build.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
