// The built image: holds what it should, starts without privileges or a writable root, answers over HTTPS, and leaves when told.
import { readdir, readFile, stat } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../cluster/eventually.ts';
import { start, unpack } from './container.ts';
import type { Container, Unpacked } from './container.ts';

let image: Unpacked;
beforeAll(async () => {
  image = await unpack();
});
afterAll(() => image.remove());

describe('the file system', () => {
  const files = async (): Promise<readonly string[]> => {
    const entries = await readdir(image.rootfs, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  };

  test('has one program, and no shell or package manager', async () => {
    const executable: string[] = [];
    for (const file of await files()) {
      const { mode } = await stat(file);
      const start = (await readFile(file)).subarray(0, 4).toString('latin1');
      if ((mode & 0o111) !== 0 && (start === '\x7fELF' || start.startsWith('#!'))) executable.push(file);
    }
    const programs = executable.filter((file) => !/\/lib(64)?\//.test(file));
    expect(programs.map((file) => file.slice(image.rootfs.length))).toEqual(['/usr/local/bin/node']);
  });

  test('has nothing that runs as somebody else, and no key', async () => {
    for (const file of await files()) {
      expect([file, (await stat(file)).mode & 0o6000]).toEqual([file, 0]);
      const inLibrary = /\/(lib|lib64|usr)\//.test(file.slice(image.rootfs.length));
      if (!inLibrary) expect(await readFile(file, 'latin1')).not.toMatch(/^-----BEGIN [A-Z ]*PRIVATE KEY/m);
    }
  });

  test('belongs to root, so the process can change nothing of it', async () => {
    for (const file of await files()) {
      const { uid, mode } = await stat(file);
      expect([file, uid, mode & 0o022]).toEqual([file, 0, 0]);
    }
  });
});

describe('the process', () => {
  let container: Container;
  let port: number;
  const commands = ['--address', '127.0.0.1', '--port', '0'];

  beforeAll(async () => {
    container = await start(image, [...image.config.Cmd, ...commands]);
    port = await eventually('the address it listens on', () => {
      const [, found] = /listening on https:\/\/127\.0\.0\.1:(\d+)/.exec(container.output()) ?? [];
      return Promise.resolve(found === undefined ? undefined : Number(found));
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}; it said:\n${container.output()}`);
    });
  });
  afterAll(() => container.signal('SIGKILL').catch(() => undefined));

  /** Status and body of one request, over TLS that the image's own authority vouches for. */
  const ask = async (path: string, body?: string): Promise<readonly [number, string]> => {
    const ca = await readFile(join(image.state, 'tls/ca.crt'));
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const call = request({
        host: '127.0.0.1',
        port,
        path,
        ca,
        agent: false,
        method: body === undefined ? 'GET' : 'POST',
        headers,
      });
      call.once('error', reject);
      call.once('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.once('end', () => {
          resolve([response.statusCode ?? 0, text]);
        });
      });
      call.end(body);
    });
  };

  test.each(['/readyz', '/livez'])('answers %s over HTTPS', async (path) => {
    const [status] = await eventually(`200 from ${path}`, async () => {
      const answer = await ask(path);
      return answer[0] === 200 && answer;
    });
    expect(status).toBe(200);
  });

  test('runs as uid 65532 without any capability', async () => {
    const said = await findStatus();
    expect(/^Uid:\s+(.+)$/m.exec(said)?.[1]?.split(/\s+/)).toEqual(['65532', '65532', '65532', '65532']);
    expect(/^CapEff:\s+(\w+)$/m.exec(said)?.[1]).toMatch(/^0+$/);
    expect(/^NoNewPrivs:\s+(\d)$/m.exec(said)?.[1]).toBe('1');
  });

  test('decides: a policy for everybody is denied with a reason, in JSON', async () => {
    const [status, text] = await ask('/validate', JSON.stringify(review));
    const answer = JSON.parse(text) as {
      response: { uid: string; allowed: boolean; status?: { message?: string } };
    };
    expect([status, answer.response.uid, answer.response.allowed]).toEqual([200, review.request.uid, false]);
    expect(answer.response.status?.message).toContain('169.254');
  });

  test('leaves with 0 when told to, after it was quiet', async () => {
    await container.signal('SIGTERM');
    expect(await container.exited).toBe(0);
  });
});

/** /proc/PID/status of the container's process: the only one of that uid whose command line is the image's. */
async function findStatus(): Promise<string> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.startsWith(image.config.Entrypoint.join('\0'))) continue;
    return readFile(`/proc/${pid}/status`, 'utf8');
  }
  throw new Error('no process runs the entry point of the image');
}

const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: '4f1c2b1e-0b8e-4b43-9b9b-6b1a6a1f2d11',
    kind: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
    resource: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
    operation: 'CREATE',
    namespace: 'payments-dev',
    name: 'open',
    userInfo: { username: 'dev-payments', groups: ['team-payments'] },
    dryRun: false,
    options: null,
    oldObject: null,
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'open', namespace: 'payments-dev' },
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '169.254.0.0/16' } }] }],
      },
    },
  },
};
