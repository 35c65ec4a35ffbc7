/** The desk's API says what its OpenAPI document promises, to those who may hear it, and writes down that it did. */
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isObject, listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { filterParameters } from '../../src/decisions/query/parameters.ts';
import { openApi } from '../../src/desk/openApi.ts';
import { eventually } from '../server/running.ts';
import { plenty, served, tokens } from './served.ts';
import type { Served } from './served.ts';

const document = openApi('1.2.3');
const ajv = new Ajv2020({ strict: false, formats: { uuid: /^[0-9a-f-]{36}$/, 'date-time': /^\d{4}-.*Z$/ } });
ajv.addSchema(document, 'api');

/** What is wrong with an answer by the document's own schema of that name. */
function mistakes(name: string, body: unknown): unknown {
  const validate = ajv.getSchema(`api#/components/schemas/${name}`);
  if (validate === undefined) throw new Error(`no schema ${name}`);
  return validate(body) === true ? [] : validate.errors;
}

let desk: Served;
beforeAll(async () => {
  desk = await served();
});
afterAll(() => desk.close());

const body = async (path: string, token = tokens.everything): Promise<unknown> => {
  const answer = await desk.get(path, token);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json();
};

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1, and is served to anybody', async () => {
    const answer = await desk.get('/openapi.json');
    const served: unknown = await answer.json();
    if (!isObject(served)) throw new Error('no object');
    const { valid, errors } = await new Validator().validate({ ...served });
    expect({ valid, errors }).toMatchObject({ valid: true });
    expect(served['openapi']).toBe('3.1.0');
    expect(served).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test.each([
    ['/api/v1/decisions?limit=100', 'Page'],
    ['/api/v1/decisions?decision=denied&tenant=tenant-0&tenant=tenant-1&text=reach*', 'Page'],
    ['/api/v1/decisions?name=nobody', 'Page'],
    ['/api/v1/groups?by=rule', 'Groups'],
    ['/api/v1/groups?by=hour&decision=allowed', 'Groups'],
  ])('describes the answer of %s', async (path, schema) => {
    expect(mistakes(schema, await body(path))).toEqual([]);
  });

  test('describes one decision, its neighbours, and refusals', async () => {
    const id = desk.events[20]?.decisionId ?? '';
    expect(mistakes('Record', await body(`/api/v1/decisions/${id}`))).toEqual([]);
    expect(mistakes('Neighbours', await body(`/api/v1/decisions/${id}/neighbours?of=user&count=3`))).toEqual(
      [],
    );
    for (const path of ['/api/v1/decisions?limit=x', '/api/v1/decisions/none', '/nowhere'])
      expect(mistakes('Refusal', await (await desk.get(path, tokens.everything)).json())).toEqual([]);
  });

  test('can refuse', () => {
    expect(mistakes('Page', { records: [{}], next: 1 })).not.toEqual([]);
  });
});

describe('every path of the document', () => {
  const paths = Object.entries(document.paths);
  /** Something that each parameter takes. */
  const examples: Readonly<Record<string, string>> = {
    ...Object.fromEntries(filterParameters.map((name) => [name, 'x'])),
    ...{ decision: 'denied', dryRun: 'true', operation: 'CREATE', door: 'mutate', entry: 'Read' },
    ...{
      from: '2026-11-20',
      until: '1h',
      order: 'oldest',
      limit: '3',
      after: '',
      by: 'rule',
      of: 'user',
      count: '2',
    },
  };
  const parametersOf = (operation: unknown): readonly string[] =>
    listAt(operation, 'parameters')
      .filter((parameter) => stringAt(parameter, 'in') === 'query')
      .map((parameter) => stringAt(parameter, 'name') ?? '');
  const required = (operation: unknown): string =>
    listAt(operation, 'parameters')
      .filter((parameter) => ownAt(parameter, 'required') === true && stringAt(parameter, 'in') === 'query')
      .map(
        (parameter) =>
          `${stringAt(parameter, 'name') ?? ''}=${examples[stringAt(parameter, 'name') ?? ''] ?? ''}`,
      )
      .join('&');
  const at = (path: string): string => path.replace('{id}', desk.events[7]?.decisionId ?? '');

  test.each(paths)('%s answers with a status and a body that it describes', async (path, { get }) => {
    const asked = `${at(path)}?${required(get)}`;
    const isOpen = path === '/openapi.json';
    const cases: readonly (readonly [string, string | undefined, number])[] = [
      [asked, tokens.everything, 200],
      [asked, undefined, isOpen ? 200 : 401],
      [asked, 'x'.repeat(32), isOpen ? 200 : 401],
      [`${at(path)}?nonsense=1`, tokens.everything, isOpen ? 200 : 400],
      ...(path.includes('{id}') ? ([[path.replace('{id}', 'none'), tokens.everything, 404]] as const) : []),
    ];
    for (const [address, token, expected] of cases) {
      const answer = await desk.get(address, token, { signal: AbortSignal.timeout(5_000) });
      expect([address, answer.status]).toEqual([address, expected]);
      const content = ownAt(get, 'responses', String(expected), 'content');
      const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
      expect(Object.keys(isObject(content) ? content : {})).toEqual([type]);
      const schema = stringAt(ownAt(content, type), 'schema', '$ref')?.replace(/^.*\//, '');
      if (schema !== undefined) expect(mistakes(schema, await answer.json())).toEqual([]);
      else await answer.body?.cancel();
    }
  });

  test.each(paths.filter(([path]) => path !== '/openapi.json'))(
    '%s takes the parameters that it describes, and no others',
    async (path, { get }) => {
      const page = await body('/api/v1/decisions?limit=1');
      const values = { ...examples, after: stringAt(page, 'next') ?? '' };
      const described = parametersOf(get);
      for (const [name, value] of Object.entries(values)) {
        const others = required(get).startsWith(`${name}=`) ? '' : required(get);
        const answer = await desk.get(
          `${at(path)}?${others}&${new URLSearchParams({ [name]: value }).toString()}`,
          tokens.everything,
        );
        await answer.body?.cancel();
        expect([name, answer.status]).toEqual([name, described.includes(name) ? 200 : 400]);
      }
      expect(described.filter((name) => !Object.hasOwn(values, name))).toEqual([]);
    },
  );
});

describe('pages', () => {
  test('lead through everything, newest first, without doubles', async () => {
    const ids: string[] = [];
    let after = '';
    do {
      const page = await body(`/api/v1/decisions?limit=70${after}`);
      ids.push(...listAt(page, 'records').map((record) => stringAt(record, 'decisionId') ?? ''));
      const next = stringAt(page, 'next');
      after = next === undefined ? '' : `&after=${next}`;
    } while (after !== '');
    expect(ids).toEqual(desk.events.map(({ decisionId }) => decisionId).toReversed());
  });

  test('take a time span from now', async () => {
    const page = await body('/api/v1/groups?by=tenant&from=22h');
    const later = desk.events.filter(({ time }) => Date.parse(time) >= Date.UTC(2026, 10, 20, 2));
    expect(
      listAt(page, 'groups').reduce<number>((sum, group) => sum + Number(ownAt(group, 'count')), 0),
    ).toBe(later.length);
  });
});

describe('without the right token', () => {
  test.each([
    ['none', undefined],
    ['a wrong one', 'x'.repeat(32)],
    ['something else than a token', 'a b'],
  ])('nothing is answered: %s', async (_, token) => {
    const answer = await desk.get('/api/v1/decisions', token);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="bulkhead"']);
    expect((await desk.get('/api/v1/tail', token)).status).toBe(401);
  });

  test('a password of HTTP is no token', async () => {
    const answer = await desk.get('/api/v1/decisions', undefined, {
      headers: { authorization: `Basic ${Buffer.from(`jane:${tokens.everything}`).toString('base64')}` },
    });
    expect(answer.status).toBe(401);
  });
});

describe('a token of some tenants', () => {
  const mine = ['tenant-0', 'tenant-2'];

  test('opens their decisions and no others', async () => {
    const page = await body('/api/v1/decisions?limit=500', tokens.first);
    const ids = listAt(page, 'records').map((record) => stringAt(record, 'decisionId'));
    const expected = desk.events.filter(({ tenant = '' }) => mine.includes(tenant));
    expect(ids).toEqual(expected.map(({ decisionId }) => decisionId).toReversed());
    expect(expected.length).toBeLessThan(desk.events.length);
  });

  test('counts within them only', async () => {
    const groups = listAt(await body('/api/v1/groups?by=tenant', tokens.first), 'groups');
    expect(groups.map((group) => stringAt(group, 'key')).sort()).toEqual(mine);
  });

  test('is told when it names another', async () => {
    const answer = await desk.get('/api/v1/decisions?tenant=tenant-0&tenant=tenant-1', tokens.first);
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { error: { code: 'tenant_not_yours', message: 'Your token does not open the tenant "tenant-1".' } },
    ]);
    expect((await desk.get('/api/v1/groups?by=user&tenant=tenant-1', tokens.first)).status).toBe(403);
    expect((await desk.get('/api/v1/tail?tenant=tenant-1', tokens.first)).status).toBe(403);
  });

  test('finds nothing of others by its id: the same as for an id that there is not', async () => {
    const other = desk.events.find(({ tenant }) => tenant === 'tenant-1')?.decisionId ?? '';
    const answers = await Promise.all(
      [other, other.replace(/.$/, (last) => (last === '0' ? '1' : '0'))].map(async (id) => {
        const answer = await desk.get(`/api/v1/decisions/${id}`, tokens.first);
        return [answer.status, await answer.text()];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(404);
    expect((await desk.get(`/api/v1/decisions/${other}/neighbours`, tokens.first)).status).toBe(404);
  });
});

describe('wrong parameters', () => {
  test.each([
    ['decisions?decision=maybe', 'decision', '"maybe" is none of allowed'],
    ['decisions?tenant=', 'tenant', 'is empty'],
    ['decisions?limit=501', 'limit', 'not a whole number from 1 to 500'],
    ['decisions?limit=1&limit=2', 'limit', 'given more than once'],
    ['decisions?order=best', 'order', 'no order'],
    ['decisions?after=abc', 'after', 'no cursor'],
    ['decisions?from=yesterday', 'from', 'no time'],
    ['decisions?from=1h&until=2h', 'until', 'not after from'],
    ['decisions?text=%22*%22', 'text', 'holds no word'],
    [`decisions?name=${'n'.repeat(513)}`, 'name', 'longer than 512'],
    ['decisions?colour=red', 'colour', 'is no parameter'],
    ['decisions?__proto__=1', '__proto__', 'is no parameter'],
    ['groups', 'by', 'one of rule, tenant, user, hour'],
    ['groups?by=colour', 'by', 'one of rule'],
    ['decisions/none?tenant=a', 'tenant', 'has no meaning here'],
    ['decisions/none/neighbours?of=door', 'of', 'object or user'],
    ['tail?limit=3', 'limit', 'is no parameter'],
  ])('%s: field and reason', async (path, field, reason) => {
    const answer = await desk.get(`/api/v1/${path}`, tokens.everything);
    const told: unknown = await answer.json();
    expect(answer.status).toBe(400);
    expect(listAt(told, 'error', 'issues')).toEqual([{ field, reason: expect.stringContaining(reason) }]);
  });

  test('all of them at once', async () => {
    const told: unknown = await (
      await desk.get('/api/v1/decisions?a=1&limit=0&decision=x', tokens.everything)
    ).json();
    expect(listAt(told, 'error', 'issues').map((issue) => stringAt(issue, 'field'))).toEqual([
      'a',
      'decision',
      'limit',
    ]);
  });
});

describe('what is no question', () => {
  test.each([
    ['POST', 405],
    ['DELETE', 405],
    ['OPTIONS', 405],
  ])('%s is refused', async (method, status) => {
    const answer = await desk.get('/api/v1/decisions', tokens.everything, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, 'GET, HEAD']);
  });

  test('a body is refused', async () => {
    const answer = await desk.get('/api/v1/decisions', tokens.everything, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(400);
  });

  test('a path that there is not is refused', async () => {
    expect((await desk.get('/api/v2/decisions', tokens.everything)).status).toBe(404);
  });

  test.each(['/api/v1/decisions', '/openapi.json', '/nowhere'])(
    '%s: nobody may keep, frame or guess',
    async (path) => {
      const { headers } = await desk.get(path, tokens.everything);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );
});

describe('readings', () => {
  test('are recorded with who, what, within which tenants, and how much', async () => {
    const before = desk.readings.length;
    await body('/api/v1/decisions?decision=denied&limit=2', tokens.first);
    await desk.get(`/api/v1/decisions/${desk.events[0]?.decisionId ?? ''}`, tokens.everything);
    await desk.get('/api/v1/decisions/none', tokens.everything);
    expect(desk.readings.slice(before)).toMatchObject([
      {
        kind: 'Read',
        reader: 'joe',
        action: 'query',
        tenants: ['tenant-0', 'tenant-2'],
        question: 'decision=denied&order=newest&limit=2',
        count: 2,
      },
      { reader: 'jane', action: 'show', question: desk.events[0]?.decisionId, count: 1 },
      { reader: 'jane', action: 'show', question: 'none', count: 0 },
    ]);
  });

  test('that cannot be recorded are not answered', async () => {
    const mute = await served({ canRecord: () => false });
    try {
      for (const path of ['decisions', 'groups?by=rule', 'tail']) {
        const answer = await mute.get(`/api/v1/${path}`, tokens.everything);
        expect([answer.status, stringAt(await answer.json(), 'error', 'code')]).toEqual([
          503,
          'cannot_record',
        ]);
      }
    } finally {
      await mute.close();
    }
  });
});

test('who has too many questions under way waits for an answer, others are answered', async () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let waiting = 0;
  const busy = await served({
    limits: { asking: { inAll: 4, each: 2 } },
    beforePage: () => {
      waiting += 1;
      return opened;
    },
  });
  try {
    const ask = async (token: string): Promise<number> => (await busy.get('/api/v1/decisions', token)).status;
    const first = [ask(tokens.everything), ask(tokens.everything)];
    await eventually(() => waiting === 2, 20_000);
    expect(await ask(tokens.everything)).toBe(429);
    const others = [ask(tokens.first), ask(tokens.first)];
    await eventually(() => waiting === 4, 20_000);
    expect(await ask(tokens.first)).toBe(503);
    open();
    expect(await Promise.all([...first, ...others])).toEqual([200, 200, 200, 200]);
    expect(await ask(tokens.everything)).toBe(200);
  } finally {
    open();
    await busy.close();
  }
});

test('who asks too often is told to come back, others are answered', async () => {
  const busy = await served({ limits: { burst: 3, perSecond: 0.01 } });
  try {
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      statuses.push((await busy.get('/api/v1/groups?by=rule', tokens.everything)).status);
    const other = await busy.get('/api/v1/groups?by=rule', tokens.first);
    expect([...statuses, other.status]).toEqual([200, 200, 200, 429, 429, 200]);
  } finally {
    await busy.close();
  }
});

test('a token file that changes is read again; a broken one changes nothing', async () => {
  const changing = await served();
  try {
    const status = async (token: string): Promise<number> =>
      (await changing.get('/api/v1/decisions', token)).status;
    const text = await readFile(changing.tokenFile, 'utf8');
    await writeFile(changing.tokenFile, `${text}\nsam * ${tokens.spare}\n`);
    expect([await status(tokens.spare), await status(tokens.everything)]).toEqual([200, 200]);
    await writeFile(changing.tokenFile, 'short * x\n');
    expect([await status(tokens.spare), await status(tokens.everything)]).toEqual([200, 200]);
    await writeFile(changing.tokenFile, `sam * ${tokens.spare}\n`);
    expect([await status(tokens.spare), await status(tokens.everything)]).toEqual([200, 401]);
  } finally {
    await changing.close();
  }
});

describe('the live tail', () => {
  /** Events of a stream as they come, until so many are there or a comment came. */
  async function following(answer: Response, enough: (text: string) => boolean): Promise<string> {
    const decoder = new TextDecoder();
    let text = '';
    // Leaving the loop cancels the stream.
    for await (const chunk of answer.body ?? []) {
      if (chunk instanceof Uint8Array) text += decoder.decode(chunk, { stream: true });
      else text += decoder.decode(new Uint8Array(chunk as ArrayBuffer), { stream: true });
      if (enough(text)) break;
    }
    return text;
  }
  /** Of whole lines only: a chunk may end in the middle of one. */
  const dataOf = (text: string): readonly unknown[] =>
    [...text.matchAll(/^data: (.*)\n/gm)].map(([, json = '']): unknown => JSON.parse(json));

  test('brings what is written from now on, inside filter and scope, and goes on where it ended', async () => {
    const stream = await desk.get('/api/v1/tail?decision=denied', tokens.first);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const more = plenty(60, 91);
    const wanted = more.filter(({ decision, tenant }) => decision === 'denied' && tenant !== 'tenant-1');
    await desk.write(more);
    const text = await following(stream, (so) => dataOf(so).length >= 2);
    const records = dataOf(text);
    expect(records.map((record) => stringAt(record, 'decisionId')).slice(0, 2)).toEqual(
      wanted.slice(0, 2).map(({ decisionId }) => decisionId),
    );
    for (const record of records) expect(mistakes('Record', record)).toEqual([]);
    const [, id = ''] = /^id: (.*)\nevent: decision\n/m.exec(text) ?? [];
    const again = await desk.get('/api/v1/tail?decision=denied', tokens.first, {
      headers: { 'last-event-id': id },
    });
    const rest = dataOf(await following(again, (so) => dataOf(so).length >= wanted.length - 1));
    expect(rest.map((record) => stringAt(record, 'decisionId'))).toEqual(
      wanted.slice(1).map(({ decisionId }) => decisionId),
    );
  });

  test('speaks when there is nothing to say', async () => {
    const stream = await desk.get('/api/v1/tail?name=nobody', tokens.everything);
    expect(await following(stream, (text) => text.includes(': nothing new'))).toContain(': nothing new');
  });

  test('refuses an id that is none', async () => {
    const answer = await desk.get('/api/v1/tail', tokens.everything, { headers: { 'last-event-id': 'x' } });
    expect(answer.status).toBe(400);
  });

  describe('has no place left for more than so many', () => {
    /** Something to wait at, and whether somebody does. */
    function gate() {
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      let reached = (): void => undefined;
      const waiting = new Promise<void>((resolve) => {
        reached = resolve;
      });
      const wait = (): Promise<void> => {
        reached();
        return opened;
      };
      return { open, waiting, wait };
    }
    /** Asks for another tail until there is a place for it. */
    async function placeFound(of: Served): Promise<boolean> {
      for (let turn = 0; turn < 100; turn += 1) {
        const next = await of.get('/api/v1/tail', tokens.everything);
        await next.body?.cancel();
        if (next.status === 200) return true;
        await pause(20);
      }
      return false;
    }

    test('though all of them ask at once', async () => {
      const { open, waiting, wait } = gate();
      const one = await served({ limits: { tails: { inAll: 1, each: 1 } }, beforeRecord: wait });
      try {
        const first = one.get('/api/v1/tail', tokens.everything);
        await waiting;
        const second = one.get('/api/v1/tail', tokens.everything);
        await Promise.race([second, pause(200)]);
        open();
        const answers = await Promise.all([first, second]);
        for (const answer of answers) await answer.body?.cancel();
        expect(answers.map(({ status }) => status)).toEqual([200, 503]);
      } finally {
        await one.close();
      }
    });

    test('and none for a reader who has its share, while others find theirs', async () => {
      const one = await served({ limits: { tails: { inAll: 4, each: 2 } } });
      try {
        const open = (token: string): Promise<Response> => one.get('/api/v1/tail', token);
        const tails = [await open(tokens.everything), await open(tokens.everything)];
        const third = await open(tokens.everything);
        expect([third.status, third.headers.get('retry-after'), await third.json()]).toEqual([
          429,
          '1',
          {
            error: {
              code: 'too_many',
              message: 'At most 2 tails of one reader at once; wait for one to end.',
            },
          },
        ]);
        tails.push(await open(tokens.first));
        expect(tails.map(({ status }) => status)).toEqual([200, 200, 200]);
        await tails[0]?.body?.cancel();
        expect(await placeFound(one)).toBe(true);
        for (const { body: stream, bodyUsed } of tails.slice(1)) if (!bodyUsed) await stream?.cancel();
      } finally {
        await one.close();
      }
    });

    test.each([
      ['before it begins', 'beforeRecord'],
      ['while the log is read', 'beforePage'],
    ] as const)('and a reader that leaves %s leaves its place', async (_when, step) => {
      const { open, waiting, wait } = gate();
      const one = await served({ limits: { tails: { inAll: 1, each: 1 } }, [step]: wait });
      try {
        const leaving = new AbortController();
        const asked = one.get('/api/v1/tail', tokens.everything, { signal: leaving.signal });
        const lost = asked.then(({ body: stream }) => stream?.getReader().read()).catch(() => undefined);
        // The head is sent once the tail has its beginning: what is written from then on is what it would be told.
        if (step === 'beforePage') await asked;
        await one.write(plenty(3, 17));
        await waiting;
        leaving.abort();
        await lost;
        await pause(100);
        open();
        expect(await placeFound(one)).toBe(true);
      } finally {
        await one.close();
      }
    });
  });

  test('ends when the desk does', async () => {
    const ending = await served();
    const stream = await ending.get('/api/v1/tail', tokens.everything);
    const ended = following(stream, () => false);
    await ending.close();
    expect(await ended).toContain('retry:');
  });
});
