/** Spans of reviews, where OpenTelemetry's API finds an SDK in the process; without one nothing is made and nothing is spent. */
import { ProxyTracerProvider, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';

/** Ends the span of one review, with the HTTP status of its answer. */
export type EndSpan = (status: number) => void;

/** Begins the span of one review under a well-formed `traceparent`; undefined without an SDK. */
export type BeginSpan = (door: string, traceparent: string | undefined) => EndSpan | undefined;

/** Looks once for an SDK: it is loaded before everything else (`node --import`), or not at all. */
export function createTracing(version: string): BeginSpan {
  const provider = trace.getTracerProvider();
  const delegate = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  // What a proxy without an SDK answers with.
  if (delegate === new ProxyTracerProvider().getDelegate()) return () => undefined;
  const tracer = provider.getTracer('bulkhead', version);
  return (door, traceparent) => {
    const options = { kind: SpanKind.SERVER, attributes: { 'bulkhead.door': door } };
    const span = tracer.startSpan('bulkhead.review', options, contextOf(traceparent));
    return (status) => {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
  };
}

/** The span above, in another process. */
function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}
