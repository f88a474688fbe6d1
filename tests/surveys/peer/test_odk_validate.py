"""Every form that we ship or test with passes ODK Validate, the checker that ODK's own tools run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

from tests.surveys.peer.samples import SAMPLES, form_of

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed")


def validated(*files: Path) -> subprocess.CompletedProcess[str]:
    command = ["java", "-Djava.awt.headless=true", "-Xshare:auto", "-jar", ODK_VALIDATE_PATH, *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_every_form_passes(tmp_path: Path) -> None:
    files = []
    for sample in SAMPLES:
        files.append(tmp_path / f"{sample.name}.xml")
        files[-1].write_bytes(form_of(sample).xml)
    done = validated(*files)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_form_that_asks_for_what_it_does_not_have_does_not_pass(tmp_path: Path) -> None:
    sample = next(each for each in SAMPLES if each.name == "letters")
    xml = form_of(sample).xml
    broken = xml.replace(b'ref="/data/name"', b'ref="/data/nobody"')
    assert broken != xml
    file = tmp_path / "broken.xml"
    file.write_bytes(broken)
    assert validated(file).returncode != 0
