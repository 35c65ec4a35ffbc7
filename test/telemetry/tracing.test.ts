// Spans with a real SDK that keeps them in memory, and nothing without one.
import { afterEach, expect, test } from '@jest/globals';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createTracing } from '../../src/telemetry/tracing.ts';
import { traceparentOf } from '../../src/server/traceparent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = `00-${traceId}-b7ad6b7169203331-01`;

afterEach(() => {
  trace.disable();
});

test('without an SDK there is no span', () => {
  expect(createTracing('1')('validate', parent)).toBeUndefined();
});

test('with an SDK each review is a span under its traceparent', () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  const begin = createTracing('1.2.3');
  begin('validate', parent)?.(200);
  begin('mutate', undefined)?.(503);
  const [first, second] = exporter.getFinishedSpans();
  expect(first).toMatchObject({
    name: 'bulkhead.review',
    kind: SpanKind.SERVER,
  });
  // Exactly these: nothing of a request goes into a span.
  expect(first?.attributes).toEqual({ 'bulkhead.door': 'validate', 'http.response.status_code': 200 });
  expect(first?.events).toEqual([]);
  expect(first?.spanContext().traceId).toBe(traceId);
  expect(first?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  expect(second?.parentSpanContext).toBeUndefined();
  expect(second?.status.code).toBe(SpanStatusCode.ERROR);
});

test.each([
  ['well-formed', parent, parent],
  ['a version that is not allowed', parent.replace('00-', 'ff-'), undefined],
  ['a trace of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
  ['a quote', `00-${traceId}-b7ad6b716920333"-01`, undefined],
  ['text after it', `${parent}x`, undefined],
  ['upper case', parent.toUpperCase(), undefined],
  ['several', [parent, parent], undefined],
  ['none', undefined, undefined],
])('a traceparent header: %s', (_sentence, given, expected) => {
  const headers: Record<string, string | string[]> = given === undefined ? {} : { traceparent: given };
  expect(traceparentOf(headers)).toBe(expected);
});
