"""Configurations that fit no model, or would run code: one clear error, and nothing half-installed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from damage import VOICE, edit_yaml, refusal

pytestmark = pytest.mark.usefixtures("nothing_left")

Kantts = Callable[[str], Path]


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system ['echo ran > {trace}']", "!!python/name:os.system", "!!python/tuple [1]"]
)
@pytest.mark.parametrize("part", ["am", "voc"])
def test_yaml_with_python_in_it(source: Path, tmp_path: Path, tag: str, part: str) -> None:
    trace = tmp_path / "trace"
    path = source / VOICE / part / "config.yaml"
    path.write_text(path.read_text() + f"\nevil: {tag.format(trace=trace)}\n", encoding="utf-8")
    assert "config.yaml is not valid YAML" in refusal(source)
    assert not trace.exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [1", "is not valid YAML"),
        ("- 1\n- 2\n", "must hold a mapping"),
        ("", "must hold a mapping"),
        ("a: 1", "has no Model.KanTtsSAMBERT.params"),
        ("Model: {KanTtsSAMBERT: 3}", "has no Model.KanTtsSAMBERT.params"),
        ("[" * 5000, "is not valid YAML"),
        ("x: " + "a" * (1 << 20), "over 1 MiB"),
    ],
    ids=["syntax", "list", "empty", "no model", "model is a number", "deep", "huge"],
)
def test_a_configuration_that_is_none(source: Path, text: str, complaint: str) -> None:
    (source / VOICE / "am" / "config.yaml").write_text(text, encoding="utf-8")
    assert complaint in refusal(source)


def test_a_configuration_that_is_not_utf8(source: Path) -> None:
    (source / VOICE / "am" / "config.yaml").write_bytes("Model: 模型".encode("gbk"))
    assert "is not valid YAML" in refusal(source)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("num_mels", 11, ""),
        ("encoder_num_heads", 5, "not usable"),
        ("encoder_num_heads", 0, "not usable"),
        ("outputs_per_step", 0, "not usable"),
        ("decoder_num_units", -32, "not usable"),
        ("embedding_dim", 10**12, ""),
    ],
)
def test_hyperparameters_that_no_such_model_has(source: Path, key: str, value: int, complaint: str) -> None:
    path = source / VOICE / "am" / "config.yaml"
    edit_yaml(path, lambda c: c["Model"]["KanTtsSAMBERT"]["params"].update({key: value}))
    assert complaint in refusal(source)


@pytest.mark.parametrize(
    ("section", "values", "complaint"),
    [
        ("linguistic_unit", {"speaker_list": ""}, "no speaker_list"),
        ("linguistic_unit", {"speaker_list": "F7,F7"}, "F7"),
        ("linguistic_unit", {"speaker_list": "F7,M7,FBYN"}, "speaker_embed.weight"),
        ("linguistic_unit", {"language": "Klingon"}, "Klingon"),
        ("linguistic_unit", {"language": "Sichuan"}, "rows"),
    ],
)
def test_linguistic_units_that_do_not_fit(source: Path, section: str, values: Any, complaint: str) -> None:
    edit_yaml(source / VOICE / "am" / "config.yaml", lambda c: c[section].update(values))
    assert complaint in refusal(source)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [({"sampling_rate": None}, ""), ({"win_length": 4000}, "not usable"), ({"n_fft": "many"}, "not usable")],
)
def test_audio_settings_that_do_not_fit(source: Path, values: Any, complaint: str) -> None:
    (source / "configuration.json").unlink()
    edit_yaml(source / VOICE / "voc" / "config.yaml", lambda c: c["audio_config"].update(values))
    assert complaint in refusal(source)


@pytest.mark.parametrize(
    ("acoustic", "vocoder", "complaint"),
    [
        ("nsf", "base", "the acoustic model makes 12 channels, the vocoder takes 10"),
        ("base", "nsf", "mvn.npy is missing"),
        ("base", "causal_24k", "frame"),
    ],
)
def test_an_acoustic_model_and_a_vocoder_of_different_voices(
    kantts_voice: Kantts, tmp_path: Path, acoustic: str, vocoder: str, complaint: str
) -> None:
    """The last pair would speak a quarter too fast: 80 frames per second here, 100 there."""
    message = refusal(kantts_voice(acoustic), vocoder=kantts_voice(vocoder) / VOICE / "voc")
    assert complaint in message


def test_a_mask_row_that_the_configuration_denies(source: Path) -> None:
    path = source / "configuration.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["model"]["am"]["linguistic_unit"]["has_mask"] = False
    path.write_text(json.dumps(content), encoding="utf-8")
    assert "147 rows" in refusal(source)


@pytest.mark.parametrize("text", ["{", "[]", '{"model": []}', '{"model": {"sample_rate": "x"}}'])
def test_a_configuration_json_that_is_none(source: Path, text: str) -> None:
    (source / "configuration.json").write_text(text, encoding="utf-8")
    assert "configuration.json" in refusal(source)


@pytest.mark.parametrize("names", ["../x", "/etc", "a/b", "..", ".", "", "x\\..\\y", 3, None], ids=lambda n: repr(n))
def test_voices_json_that_points_elsewhere(source: Path, names: Any) -> None:
    index = source / "voices" / "voices.json"
    index.write_text(json.dumps({"voices": [names]}), encoding="utf-8")
    shutil.copytree(source / VOICE, source / "x")
    assert "voices.json" in refusal(source) or "no am/ckpt" in refusal(source)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"voices": []}', '{"voices": "xiaoyu"}', '{"voices": 7}'])
def test_a_voices_json_that_lists_none(source: Path, text: str) -> None:
    (source / "voices" / "voices.json").write_text(text, encoding="utf-8")
    assert "voices.json" in refusal(source)
