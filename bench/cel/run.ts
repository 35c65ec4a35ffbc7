// How long sixteen typical rules take on a Pod of 5 KB, and what compiling one takes: node bench/cel/run.ts
import { Budget } from '../../src/cel/budget.ts';
import { compile } from '../../src/cel/compile.ts';
import { admissionEnvironment } from '../../src/cel/environment.ts';
import { pod, rules } from './rules.ts';

const environment = admissionEnvironment();
const compileAll = () =>
  rules.map((rule) => {
    const compiled = compile(rule, environment, 'bool');
    if (!compiled.ok) throw new Error(`${rule}: ${compiled.issues[0]?.message ?? ''}`);
    return compiled.value;
  });
const programs = compileAll();
const variables = {
  object: pod,
  oldObject: null,
  params: null,
  request: { operation: 'CREATE' },
  namespaceObject: null,
};

/** Every rule once, with a budget of its policy. */
function judge(): Budget {
  const budget = new Budget();
  for (const program of programs) {
    const outcome = program.run({ variables }, budget);
    if (!outcome.ok || outcome.value !== true) throw new Error(`not true: ${program.source}`);
  }
  return budget;
}

/** Microseconds of one call, measured over rounds of `count`; the lower the less was in the way. */
function measure(count: number, body: () => unknown): { readonly least: string; readonly median: string } {
  for (let warm = 0; warm < count * 3; warm += 1) body();
  const rounds = Array.from({ length: 40 }, () => {
    const start = performance.now();
    for (let turn = 0; turn < count; turn += 1) body();
    return ((performance.now() - start) * 1000) / count;
  }).sort((a, b) => a - b);
  return { least: (rounds[0] ?? 0).toFixed(1), median: (rounds[20] ?? 0).toFixed(1) };
}

const judged = measure(500, judge);
const compiled = measure(10, compileAll);
const lines = [
  `pod                 ${JSON.stringify(pod).length} bytes`,
  `${rules.length} rules            ${judged.least} µs at least, ${judged.median} µs median, ${new Budget().remaining - judge().remaining} units of cost`,
  `compiling them all  ${compiled.least} µs at least, ${compiled.median} µs median`,
];
process.stdout.write(`${lines.join('\n')}\n`);
