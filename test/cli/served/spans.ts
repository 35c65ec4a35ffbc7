// Loaded before everything else (`node --import`): an OpenTelemetry SDK that prints each span as a line.
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

const exporter = {
  export: (spans: readonly ReadableSpan[], done: (result: { readonly code: 0 }) => void): void => {
    for (const { name, attributes, status, events, links, resource } of spans)
      process.stdout.write(
        `span ${JSON.stringify({ name, attributes, status, events, links, resource: resource.attributes })}\n`,
      );
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
