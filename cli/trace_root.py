"""Lets each workflow that a command begins be one trace, whether or not a worker sends spans: it hands a root on in W3C's form."""

import secrets
from typing import Any

from temporalio.client import Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.converter import PayloadConverter

HEADER = "_tracer-data"
"""Where Temporal's OpenTelemetry interceptor looks; without that interceptor nobody reads it."""


class TraceRoot(Interceptor):
    """For clients that begin workflows and send no spans themselves."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Put the root before each beginning."""
        return _Rooted(next)


class _Rooted(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        """A new trace, marked as one that is to be kept."""
        carrier = {"traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"}
        input.headers = {**input.headers, HEADER: PayloadConverter.default.to_payloads([carrier])[0]}
        return await super().start_workflow(input)
