"""Whatever the description allows, and much that it forbids, is answered without a failure of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import running
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def operations() -> Iterator[list[schemathesis.schemas.APIOperation]]:
    with running(threads=1, max_text_characters=30, max_job_characters=30, max_jobs=10_000) as server:
        schema = schemathesis.openapi.from_url(server.url() + "/openapi.json")
        yield [result.ok() for result in schema.get_all_operations()]


@pytest.mark.slow
@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
def test_nothing_fails(operations: list[schemathesis.schemas.APIOperation], mode: schemathesis.GenerationMode) -> None:
    cases = st.one_of(operation.as_strategy(generation_mode=mode) for operation in operations)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(cases)
    def answers(case: schemathesis.Case) -> None:
        case.validate_response(case.call(timeout=120), checks=CHECKS)

    answers()
