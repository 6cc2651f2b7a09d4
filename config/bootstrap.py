"""Makes `.venv` ready for a command of the Makefile. Plain Python, run before anything is installed.

python3 config/bootstrap.py requirements.txt
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LEAST = (3, 11)


def stop(sentence: str) -> None:
    """Ends with one sentence and a failure."""
    sys.stderr.write(f"Recourse: {sentence}\n")
    raise SystemExit(1)


def check_python() -> None:
    if sys.version_info < LEAST:
        stop(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; name one: make demo PYTHON=python3.11"
        )


def check_writable(folder: Path) -> None:
    """Everything we write lies in the project's folder or in RECOURSE_VAR; say so when it cannot."""
    probe = folder / f".writable-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        stop(f"the folder {folder} cannot be written ({error.strerror}); use a copy that you own.")


def python_of(environment: Path) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin") / "python"


def usable(environment: Path) -> bool:
    """Whether it has a Python that runs, is new enough, and has pip."""
    test = f"import sys, pip; sys.exit(sys.version_info < {LEAST})"
    try:
        done = subprocess.run(
            [python_of(environment), "-c", test], capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def create(environment: Path) -> None:
    try:
        venv.create(environment, with_pip=True, clear=environment.exists())
    except (OSError, subprocess.CalledProcessError):
        stop(f"{environment} could not be made; on Debian and Ubuntu, install python3-venv first.")


def stamp_of(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def install(environment: Path, lock: Path) -> None:
    """Installs what the lock names, each file checked by its hash; nothing where that is done already."""
    done = environment / f"{lock.name}.done"
    if done.exists() and done.read_text() == stamp_of(lock):
        return
    sys.stdout.write(f"Installing {lock.name} into .venv ...\n")
    sys.stdout.flush()
    options = ["--require-hashes", "--no-input", "--disable-pip-version-check", "--quiet"]
    command: list[str | Path] = [
        python_of(environment),
        "-m",
        "pip",
        "install",
        *options,
        "--requirement",
        lock,
    ]
    if subprocess.run(command, check=False).returncode:
        stop(f"{lock.name} could not be installed; the lines above say why.")
    done.write_text(stamp_of(lock))
    if lock.name == "requirements-dev.txt":  # it holds all of the other lock
        plain = lock.with_name("requirements.txt")
        (environment / f"{plain.name}.done").write_text(stamp_of(plain))


def main(lock: str) -> None:
    check_python()
    check_writable(ROOT)
    if not usable(VENV):
        create(VENV)
    install(VENV, ROOT / lock)


if __name__ == "__main__":
    main(sys.argv[1])
