"""What reading costs: time for a sentence, time until the first one, memory."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

_SENTENCES = (
    "市政府昨天上午召开新闻发布会，宣布从下个月起调整公共交通票价，老人和学生仍然享受优惠。",
    "他背着一个旧书包，慢慢地走到河边，看见几只水鸟在芦苇丛中一起一落，觉得有些难过。",
    "这家银行的行长在会上说，今年的贷款增长了百分之十二，重点支持中小企业的技术改造项目。",
    "为了孩子能上好一点儿的学校，她们搬了三次家，最后在图书馆旁边租了一间很小的屋子。",
)
_PROGRAM = """
import json, pathlib, re, sys, time
start = time.perf_counter()
from langsong.text.frontend import Frontend
frontend = Frontend()
frontend.pinyin("你好")
ready = time.perf_counter() - start
sentences = json.loads(sys.argv[1])
for sentence in sentences:
    frontend.pinyin(sentence)
best = float("inf")
for _ in range(15):
    start = time.perf_counter()
    for sentence in sentences:
        frontend.pinyin(sentence)
    best = min(best, (time.perf_counter() - start) / len(sentences))
try:
    # ru_maxrss would count the parent as it was when this process was forked.
    status = pathlib.Path("/proc/self/status").read_text()
    peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) * 1024
except OSError:
    peak = None
print(json.dumps({"ready_s": ready, "sentence_s": best, "peak_bytes": peak}))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a fresh process with one thread.

    Attributes:
        ready_s: from nothing imported to the first sentence read.
        sentence_s: for about 40 characters, the fastest of fifteen rounds.
        peak_bytes: of the whole process; None where the system does not tell.
    """

    ready_s: float
    sentence_s: float
    peak_bytes: int | None


def cost() -> Cost:
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM, json.dumps(_SENTENCES)], check=True, capture_output=True, text=True
    )
    return Cost(**json.loads(result.stdout))
