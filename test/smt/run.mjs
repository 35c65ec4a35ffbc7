/**
 * The splitter against an SMT solver: the same random questions "does something of this box lie outside all of these", asked of both.
 * Development only. `npm ci && npm start [QUESTIONS] [SEED]` in this folder, with Node 24.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { init } from 'z3-solver';
import { intersect } from '../../src/netpol/box.ts';
import { everyConnection } from '../../src/netpol/connections.ts';
import { remainder } from '../../src/netpol/cover.ts';

const questions = Number(process.argv[2] ?? 2_000);
const seed = Number(process.argv[3] ?? 1);

/** The solver's memory is not given back, so many questions are asked by several processes, each with a seed of its own. */
const mostAtOnce = 500;
if (questions > mostAtOnce) {
  for (let at = 0; at < questions; at += mostAtOnce) {
    const some = [fileURLToPath(import.meta.url), Math.min(mostAtOnce, questions - at), seed + at].map(
      String,
    );
    const { status } = spawnSync(process.execPath, some, { stdio: 'inherit' });
    if (status !== 0) process.exit(1);
  }
  process.exit(0);
}

const anything = { complement: true, values: new Set(), absent: true };
const words = ['a', 'b', 'c', 'd'];
const isAnything = (set) => set.complement && set.values.size === 0 && set.absent;
const isEmpty = (set) => !set.complement && set.values.size === 0 && !set.absent;

const someSet = fc
  .record({
    complement: fc.boolean(),
    values: fc.subarray(words).map((list) => new Set(list)),
    absent: fc.boolean(),
  })
  .filter((set) => !isEmpty(set));
const someCube = (keys) =>
  fc
    .array(fc.tuple(fc.constantFrom(...keys), someSet), { maxLength: 3 })
    .map((entries) => new Map(entries.filter(([, set]) => !isAnything(set))));

const merged = (pairs, up) => {
  const flat = [];
  for (const [low, high] of pairs.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const last = flat.at(-1);
    if (last !== undefined && low <= up(last)) flat[flat.length - 1] = high > last ? high : last;
    else flat.push(low, high);
  }
  return flat;
};
const somePorts = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 80, 443, 8080, 32768), fc.constantFrom(0, 1, 100, 32767, 65535)), {
    maxLength: 2,
  })
  .map((pairs) =>
    merged(
      pairs.map(([low, length]) => [low, Math.min(65535, low + length)]),
      (n) => n + 1,
    ),
  );
const someAddresses = (bits) =>
  fc
    .array(fc.tuple(fc.bigInt({ min: 0n, max: 15n }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((blocks) =>
      merged(
        blocks.map(([top, length]) => {
          const size = 1n << BigInt(bits - length);
          const low = (top << BigInt(bits - 4)) & ~(size - 1n);
          return [low, low + size - 1n];
        }),
        (n) => n + 1n,
      ),
    );
const somePeer = fc.oneof(
  {
    arbitrary: fc.record({
      sort: fc.constant('pods'),
      namespace: someCube(['n1', 'n2', 'n3']),
      pod: someCube(['p1', 'p2']),
    }),
    weight: 4,
  },
  { arbitrary: someAddresses(32).map((addresses) => ({ sort: 'IPv4', addresses })), weight: 1 },
  { arbitrary: someAddresses(128).map((addresses) => ({ sort: 'IPv6', addresses })), weight: 1 },
);
const everyPort = fc.constant([0, 65535]);
const someBox = fc
  .record({
    subject: someCube(['s1', 's2']),
    peer: somePeer,
    portNames: fc.constantFrom(
      new Map(),
      new Map([['TCP/w', { complement: true, values: new Set(), absent: false }]]),
    ),
    connections: fc.record({
      TCP: fc.oneof(everyPort, somePorts),
      UDP: fc.oneof(everyPort, somePorts),
      SCTP: fc.oneof(everyPort, fc.constant([])),
      OTHER: fc.boolean(),
    }),
  })
  .filter(({ connections: { TCP, UDP, SCTP, OTHER } }) => OTHER || TCP.length + UDP.length + SCTP.length > 0);
/** Every key and dimension in which a box can be cut in two; what is cut off and what is left together are the box. */
const halves = (box, { aspect, key, set, port, top }) => {
  const other = { complement: !set.complement, values: set.values, absent: !set.absent };
  const bits = box.peer.sort === 'IPv4' ? 32n : 128n;
  const middle = top << (bits - 4n);
  const everywhere = {
    subject: new Map(),
    peer: box.peer,
    portNames: new Map(),
    connections: everyConnection,
  };
  const cut = (one) => {
    if (aspect === 'port')
      return { ...everywhere, connections: { ...everyConnection, TCP: one ? [0, port] : [port + 1, 65535] } };
    if (aspect === 'subject') return { ...everywhere, subject: new Map([['s1', one ? set : other]]) };
    if (box.peer.sort !== 'pods') {
      const addresses = one ? [0n, middle - 1n] : [middle, (1n << bits) - 1n];
      return { ...everywhere, peer: { sort: box.peer.sort, addresses } };
    }
    const peer = { sort: 'pods', namespace: new Map(), pod: new Map() };
    return {
      ...everywhere,
      peer: { ...peer, [key.startsWith('n') ? 'namespace' : 'pod']: new Map([[key, one ? set : other]]) },
    };
  };
  return [true, false].flatMap((one) => intersect(box, cut(one)) ?? []);
};
const someCut = fc.record({
  aspect: fc.constantFrom('port', 'subject', 'peer', 'peer', 'peer'),
  key: fc.constantFrom('n1', 'n2', 'n3', 'p1', 'p2'),
  set: someSet.filter((set) => !isAnything(set)),
  port: fc.constantFrom(0, 79, 80, 443, 32767),
  top: fc.bigInt({ min: 1n, max: 15n }),
});

/** Half of the questions are hard: the box in pieces, shuffled among other boxes, sometimes with one piece left out. */
const someQuestion = fc
  .record({
    box: someBox,
    cuts: fc.array(fc.record({ at: fc.nat(), cut: someCut }), { maxLength: 20 }),
    others: fc.array(someBox, { maxLength: 8 }),
    leftOut: fc.oneof(fc.constant(undefined), fc.nat()),
    hard: fc.boolean(),
  })
  .map(({ box, cuts, others, leftOut, hard }) => {
    if (!hard) return { box, cover: others };
    let pieces = [box];
    for (const { at, cut } of cuts) {
      const index = at % pieces.length;
      pieces = pieces.toSpliced(index, 1, ...halves(pieces[index], cut));
    }
    if (leftOut !== undefined) pieces.splice(leftOut % pieces.length, 1);
    return { box, cover: [...others, ...pieces.toReversed()] };
  });

const { Context, em } = await init();
const { Int, And, Or, Not, Bool, Solver } = new Context('bulkhead');

/** A label is 0 where it is missing, 1 to 4 for the words, more for any other value. */
const labelIs = (name, { complement, values, absent }) => {
  const label = Int.const(name);
  const listed = Or(Bool.val(false), ...[...values].map((word) => label.eq(words.indexOf(word) + 1)));
  return Or(And(label.eq(0), Bool.val(absent)), And(label.gt(0), complement ? Not(listed) : listed));
};
const cubeIs = (aspect, cube) =>
  And(Bool.val(true), ...[...cube].map(([key, set]) => labelIs(`${aspect} ${key}`, set ?? anything)));
const inRanges = (name, flat) => {
  const value = Int.const(name);
  const parts = [];
  for (let at = 0; at < flat.length; at += 2) {
    parts.push(And(value.ge(Int.val(flat[at].toString())), value.le(Int.val(flat[at + 1].toString()))));
  }
  return Or(Bool.val(false), ...parts);
};
const sorts = { pods: 0, IPv4: 1, IPv6: 2 };
const protocols = ['TCP', 'UDP', 'SCTP', 'OTHER'];
const boxIs = ({ subject, peer, portNames, connections }) =>
  And(
    cubeIs('subject', subject),
    cubeIs('portNames', portNames),
    Int.const('sort').eq(sorts[peer.sort]),
    peer.sort === 'pods'
      ? And(cubeIs('namespace', peer.namespace), cubeIs('pod', peer.pod))
      : inRanges('address', peer.addresses),
    Or(
      ...protocols.map((protocol, index) =>
        And(
          Int.const('protocol').eq(index),
          protocol === 'OTHER' ? Bool.val(connections.OTHER) : inRanges('port', connections[protocol]),
        ),
      ),
    ),
  );

const keys = [
  'subject s1',
  'subject s2',
  'namespace n1',
  'namespace n2',
  'namespace n3',
  'pod p1',
  'pod p2',
  'portNames TCP/w',
];
const counts = { covered: 0, outside: 0 };
for (const [index, { box, cover }] of fc.sample(someQuestion, { numRuns: questions, seed }).entries()) {
  const left = remainder(box, cover, { left: 1_000_000 }, 1);
  const solver = new Solver();
  for (const key of keys) solver.add(Int.const(key).ge(0));
  solver.add(boxIs(box), ...cover.map((one) => Not(boxIs(one))));
  const answer = await solver.check();
  if (answer === 'unknown' || left === 'tooComplex') throw new Error(`question ${index}: no answer`);
  if ((answer === 'sat') !== left.length > 0) {
    console.error(
      `question ${index} of seed ${seed}: the solver says ${answer}, the splitter leaves ${left.length} boxes`,
    );
    console.error(box, cover);
    process.exitCode = 1;
    break;
  }
  counts[answer === 'sat' ? 'outside' : 'covered'] += 1;
}
console.log(
  `${questions} questions of seed ${seed}: ${counts.covered} covered, ${counts.outside} outside, ${process.exitCode === 1 ? 'one disagreement' : 'no disagreement'}`,
);
em.PThread.terminateAllThreads();
