/** `bulkhead webhooks --check`: whether Bulkhead answers where API servers would call it, refuses what nobody may write and lets the rest through. */
import { request } from 'node:https';
import { addressOf } from '../../admission/registration/endpoint.ts';
import type { Endpoint } from '../../admission/registration/endpoint.ts';
import { floorName } from '../../boundary/invariants/policies/floor.ts';
import { answering } from '../../controllers/answering.ts';
import { ownAt } from '../../k8s/json.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

const askMillis = 10_000;
const mostBytes = 65_536;
const stranger = { username: 'bulkhead:check', groups: ['system:authenticated'] };

/** A review that every installation decides the same way, whatever its rules; nothing is stored for any of them. */
interface Question {
  readonly about: string;
  readonly code: 200 | 403;
  readonly request: object;
}

const questions: readonly Question[] = [
  {
    about: `a NetworkPolicy named ${floorName} in namespace default, by a stranger`,
    code: 403,
    request: {
      kind: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
      resource: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
      namespace: 'default',
      name: floorName,
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: floorName, namespace: 'default' },
        spec: { podSelector: {}, ingress: [{}], egress: [{}] },
      },
    },
  },
  {
    about: 'an object of a kind that there is not',
    code: 200,
    request: {
      kind: { group: 'check.bulkhead.dev', version: 'v1', kind: 'Check' },
      resource: { group: 'check.bulkhead.dev', version: 'v1', resource: 'checks' },
      name: 'check',
      object: { apiVersion: 'check.bulkhead.dev/v1', kind: 'Check', metadata: { name: 'check' } },
    },
  },
];

/** Exit codes: 0; 1 where an answer is another one than it must be; 3 where nobody answers. */
export async function checkWebhooks(endpoint: Endpoint, terminal: Terminal): Promise<ExitCode> {
  const silence = await answering(endpoint);
  if (silence !== undefined) {
    terminal.stderr.write(`error: ${silence}\n`);
    return 3;
  }
  terminal.stdout.write(`${addressOf(endpoint.target)}: ready\n`);
  let code: ExitCode = 0;
  for (const question of questions) {
    const answered = await ask(endpoint, question);
    if (answered === 'nobody') {
      terminal.stderr.write(`error: nobody answered a review of ${question.about}\n`);
      return 3;
    }
    const is = answered === 200 ? 'allowed' : `refused with ${answered}`;
    const meant = question.code === 200 ? 'allowed' : `refused with ${question.code}`;
    if (answered !== question.code) code = 1;
    terminal.stdout.write(
      `${question.about}: ${is}${is === meant ? '' : `, which must be ${meant}; is the namespace exempt, or does a guardrail match everything?`}\n`,
    );
  }
  return code;
}

/** The code of the answer, 200 where it was allowed; `nobody` where none came that can be read. Never rejects. */
function ask(endpoint: Endpoint, question: Question): Promise<number | 'nobody'> {
  const uid = crypto.randomUUID();
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      operation: 'CREATE',
      userInfo: stranger,
      dryRun: true,
      oldObject: null,
      options: null,
      ...question.request,
    },
  };
  const body = JSON.stringify(review);
  return new Promise((resolve) => {
    const call = request(`${addressOf(endpoint.target)}/validate`, {
      method: 'POST',
      ca: endpoint.caBundle,
      agent: false,
      signal: AbortSignal.timeout(askMillis),
      headers: {
        'user-agent': 'bulkhead',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    call.once('error', () => {
      resolve('nobody');
    });
    call.once('response', (response) => {
      let text = '';
      response.on('error', () => {
        resolve('nobody');
      });
      response.on('data', (chunk: Buffer) => {
        if (text.length < mostBytes) text += chunk.toString();
      });
      response.once('end', () => {
        resolve(codeOf(text, uid));
      });
    });
    call.end(body);
  });
}

function codeOf(text: string, uid: string): number | 'nobody' {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return 'nobody';
  }
  if (ownAt(answer, 'response', 'uid') !== uid) return 'nobody';
  if (ownAt(answer, 'response', 'allowed') === true) return 200;
  const code = ownAt(answer, 'response', 'status', 'code');
  return typeof code === 'number' ? code : 'nobody';
}
