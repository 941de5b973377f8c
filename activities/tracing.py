"""Spans of workflows and steps for an OpenTelemetry collector, where a worker is asked for them; needs the extra `otel`."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from temporalio.contrib.opentelemetry import TracingInterceptor

SERVICE = "vibeserve"
PATH = "/v1/traces"


class NoTracing(RuntimeError):
    """The packages are not installed; the message says how to get them."""


def exporter(address: str) -> "SpanExporter":
    """To a collector at `http://HOST:4318`, by OTLP over HTTP; headers and certificates come from OpenTelemetry's own variables."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise NoTracing("traces need OpenTelemetry: pip install 'vibeserve[otel]'") from None
    return OTLPSpanExporter(endpoint=address.rstrip("/") + PATH)


@contextmanager
def tracing(to: "SpanExporter") -> Generator["TracingInterceptor"]:
    """For the worker's client, which passes it on to its workers; spans that wait are sent at the end."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from temporalio.contrib.opentelemetry import TracingInterceptor

    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(to))
    try:
        yield TracingInterceptor(provider.get_tracer(SERVICE))
    finally:
        provider.shutdown()
