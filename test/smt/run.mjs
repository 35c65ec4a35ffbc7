/**
 * The splitter against an SMT solver: the same random questions "does something of this box lie outside all of these", asked of both.
 * Development only. `npm ci && npm start [QUESTIONS] [SEED]` in this folder, with Node 24.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { init } from 'z3-solver';
import { remainder } from '../../src/netpol/cover.ts';
import { keys, someQuestion, words } from './questions.ts';

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

const { Context, em } = await init();
const { Int, And, Or, Not, Bool, Solver } = new Context('bulkhead');

/** A label is 0 where it is missing, 1 to 4 for the words, more for any other value. */
const labelIs = (name, { complement, values, absent }) => {
  const label = Int.const(name);
  const listed = Or(Bool.val(false), ...values.map((word) => label.eq(words.indexOf(word) + 1)));
  return Or(And(label.eq(0), Bool.val(absent)), And(label.gt(0), complement ? Not(listed) : listed));
};
const cubeIs = (aspect, cube) =>
  And(Bool.val(true), ...[...cube].map(([key, set]) => labelIs(`${aspect} ${key}`, set)));
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

const labels = Object.entries(keys).flatMap(([aspect, names]) => names.map((name) => `${aspect} ${name}`));
const counts = { covered: 0, outside: 0 };
for (const [index, { box, cover }] of fc.sample(someQuestion, { numRuns: questions, seed }).entries()) {
  const left = remainder(box, cover, { left: 1_000_000 }, 1);
  const solver = new Solver();
  for (const label of labels) solver.add(Int.const(label).ge(0));
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
