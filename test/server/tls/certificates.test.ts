import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { sound, unsound } from '../../../src/config/issue.ts';
import type { Issue, Read } from '../../../src/config/issue.ts';
import { ensureCertificates, filesIn, openDirectory } from '../../../src/server/tls/directory.ts';
import type { CertificateDirectory, Ensured } from '../../../src/server/tls/directory.ts';
import { openFiles, readFiles } from '../../../src/server/tls/files.ts';
import { makeAuthority, makeServing } from '../../../src/server/tls/issue.ts';
import type { Pair } from '../../../src/server/tls/issue.ts';
import type { ServingMaterial } from '../../../src/server/tls/material.ts';
import { openSource } from '../../../src/server/tls/source.ts';
import { authority, eventually, localMaterial, start } from '../running.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bulkhead-tls-'));
});
afterEach(() => rm(directory, { recursive: true }));

const day = 24 * 60 * 60 * 1000;
const epoch = Date.UTC(2026, 10, 21);
const at =
  (days: number): (() => Date) =>
  () =>
    new Date(epoch + days * day);

async function ensured(options: Partial<CertificateDirectory> = {}): Promise<Ensured> {
  const read = await ensureCertificates({ directory, now: at(0), ...options });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}
const certificateIn = async (path: string): Promise<X509Certificate> =>
  new X509Certificate(await readFile(path));

describe('a certificate directory', () => {
  test('is filled on first start with a CA for a year and a serving pair for thirty days that it signed', async () => {
    const { files, ...outcome } = await ensured({ names: ['bulkhead.example', '10.0.0.7'] });
    expect(outcome).toEqual({ authority: 'made', serving: 'made' });
    const [ca, leaf] = [await certificateIn(files.authority), await certificateIn(files.certificate)];
    expect([ca.ca, leaf.ca]).toEqual([true, false]);
    expect(leaf.verify(ca.publicKey) && leaf.checkIssued(ca)).toBe(true);
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(Date.parse(ca.validTo)).toBe(epoch + 365 * day);
    expect(Date.parse(leaf.validTo)).toBe(epoch + 30 * day);
    for (const name of ['localhost', 'bulkhead.example']) expect(leaf.checkHost(name)).toBe(name);
    for (const address of ['127.0.0.1', '::1', '10.0.0.7']) expect(leaf.checkIP(address)).toBe(address);
    expect(leaf.checkHost('other.example')).toBeUndefined();
    const modes = await Promise.all(
      [directory, files.authorityKey, files.key].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o600, 0o600]);
    expect((await readdir(directory)).toSorted()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
  });

  test.each<[string, number, Partial<CertificateDirectory>, Omit<Ensured, 'files'>]>([
    ['after a day nothing changes', 1, {}, { authority: 'kept', serving: 'kept' }],
    ['before two thirds nothing changes', 19.9, {}, { authority: 'kept', serving: 'kept' }],
    ['after two thirds the pair is renewed', 20.1, {}, { authority: 'kept', serving: 'made' }],
    ['long after its end the pair is renewed', 300, {}, { authority: 'kept', serving: 'made' }],
    ['a CA that could not outlive a new pair is replaced', 336, {}, { authority: 'made', serving: 'made' }],
    ['a clock that was turned back makes both anew', -10, {}, { authority: 'made', serving: 'made' }],
    ['a new name renews the pair', 1, { names: ['new.example'] }, { authority: 'kept', serving: 'made' }],
  ])('%s', async (_what, days, options, expected) => {
    await ensured();
    expect(await ensured({ now: at(days), ...options })).toMatchObject(expected);
    expect(await ensured({ now: at(days), ...options })).toMatchObject({
      authority: 'kept',
      serving: 'kept',
    });
  });

  test.each<[string, (files: ReturnType<typeof filesIn>) => Promise<void>, Omit<Ensured, 'files'>]>([
    ['the key is lost', ({ key }) => rm(key), { authority: 'kept', serving: 'made' }],
    [
      'the certificate is cut short',
      ({ certificate }) => writeFile(certificate, '-----BEGIN CERT'),
      { authority: 'kept', serving: 'made' },
    ],
    ['the CA is lost', ({ authority: path }) => rm(path), { authority: 'made', serving: 'made' }],
    [
      "the CA key is somebody else's",
      async ({ authorityKey }) => writeFile(authorityKey, (await authority()).key),
      { authority: 'made', serving: 'made' },
    ],
    [
      'the serving pair is whole, but of another CA',
      async ({ certificate, key }) => {
        const pair = await makeServing(
          await authority(),
          'bulkhead',
          ['localhost', '127.0.0.1', '::1'],
          at(0)(),
          30,
        );
        await Promise.all([writeFile(certificate, pair.certificate), writeFile(key, pair.key)]);
      },
      { authority: 'kept', serving: 'made' },
    ],
  ])('recovers when %s', async (_what, damage, expected) => {
    await ensured();
    await damage(filesIn(directory));
    expect(await ensured()).toMatchObject(expected);
    expect((await readFiles(filesIn(directory))).ok).toBe(true);
  });

  test.each(['*.example', 'a b', '', 'x'.repeat(64), '-a', '10.0.0.0/8'])(
    'refuses the name %j before anything is written',
    async (name) => {
      const read = await ensureCertificates({ directory: join(directory, 'new'), names: [name] });
      expect(read).toMatchObject({ ok: false, issues: [{ code: 'tls_name_invalid' }] });
      expect(await readdir(directory)).toEqual([]);
    },
  );

  test('that is a file is a mistake with its path', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '');
    expect(await ensureCertificates({ directory: path })).toMatchObject({
      ok: false,
      issues: [{ code: 'tls_directory_unwritable', file: path }],
    });
  });

  test('as a source renews by itself and hands out what it renewed', async () => {
    let now = at(0)();
    const made: Ensured[] = [];
    const source = await openDirectory({ directory, now: () => now }, { ensured: (each) => made.push(each) });
    if (!source.ok) throw new Error(JSON.stringify(source.issues));
    const swapped: Date[] = [];
    source.value.subscribe((material) => swapped.push(material.notAfter));
    await source.value.check();
    expect(swapped).toEqual([]);
    now = at(21)();
    await source.value.check();
    expect(swapped).toEqual([new Date(epoch + 51 * day)]);
    expect(made.map((each) => each.authority)).toEqual(['made', 'kept']);
    source.value.close();
  });
});

describe('certificate files', () => {
  let pairs: Pair[];
  const files = () => ({ certificate: join(directory, 'tls.crt'), key: join(directory, 'tls.key') });
  const put = async ({ certificate, key }: Pair): Promise<void> => {
    await Promise.all([writeFile(files().certificate, certificate), writeFile(files().key, key)]);
  };
  beforeEach(async () => {
    const ca = await authority();
    pairs = await Promise.all(
      [1, 2].map((days) => makeServing(ca, 'x', ['localhost', '127.0.0.1'], new Date(), days)),
    );
  });
  const pair = (n: number): Pair => {
    const found = pairs[n];
    if (found === undefined) throw new Error(`no pair ${n}`);
    return found;
  };

  test.each<[string, () => Promise<void>, string]>([
    ['missing', () => Promise.resolve(), 'tls_file_unreadable'],
    ['not PEM', () => put({ certificate: 'canary', key: pair(0).key }), 'tls_certificate_unreadable'],
    ['without a key', () => put({ ...pair(0), key: 'canary' }), 'tls_key_unreadable'],
    ['of two pairs', () => put({ ...pair(0), key: pair(1).key }), 'tls_pair_mismatch'],
    [
      'followed by a broken intermediate',
      () =>
        put({
          ...pair(0),
          certificate: `${pair(0).certificate}-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n`,
        }),
      'tls_unusable',
    ],
  ])('that are %s are a mistake that quotes nothing', async (_what, arrange, code) => {
    await arrange();
    const read = await openFiles(files());
    if (read.ok) throw new Error('accepted');
    expect(read.issues[0]).toMatchObject({ code, file: expect.stringContaining(directory) });
    expect(JSON.stringify(read.issues)).not.toMatch(/canary|PRIVATE KEY-----\\n/);
  });

  /** What a new connection to the server is shown. */
  const served = (port: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerX509Certificate()?.toString() ?? '');
        socket.destroy();
      });
      socket.on('error', reject);
    });

  test('that are replaced are served to new connections while an open one goes on; a bad pair changes nothing and is told once', async () => {
    await put(pair(0));
    const refused: (readonly Issue[])[] = [];
    const source = await openFiles(files(), {
      everyMillis: 60_000,
      refused: (issues) => refused.push(issues),
    });
    if (!source.ok) throw new Error(JSON.stringify(source.issues));
    const running = await start(() => ({ status: 200, body: '{}' }), {}, { tls: source.value });
    const { port } = running.server;
    const first = await served(port);
    expect(first.trim()).toBe(pair(0).certificate.trim());

    await writeFile(files().key, pair(1).key);
    await running.server.reloadTls();
    await running.server.reloadTls();
    expect(await served(port)).toBe(first);
    expect(refused).toMatchObject([[{ code: 'tls_pair_mismatch' }]]);

    const open = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await new Promise((resolve) => open.once('secureConnect', resolve));
    await writeFile(files().certificate, pair(1).certificate);
    await running.server.reloadTls();
    expect((await served(port)).trim()).toBe(pair(1).certificate.trim());
    expect(refused).toHaveLength(1);
    const answered = new Promise<string>((resolve) =>
      open.once('data', (piece: Buffer) => resolve(piece.toString())),
    );
    open.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await answered).toContain('200 OK');
    open.destroy();
    expect(running.told.logged).toMatchObject([{ fields: { code: 'tls_swapped' } }]);
    await running.server.close();
  });

  test('of a mounted Secret are followed through the swap of its ..data link, without anybody asking', async () => {
    const mount = async (version: string, { certificate, key }: Pair): Promise<void> => {
      await mkdir(join(directory, version));
      await writeFile(join(directory, version, 'tls.crt'), certificate);
      await writeFile(join(directory, version, 'tls.key'), key);
      await symlink(version, join(directory, '..data_tmp'));
      await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    await mount('..v1', pair(0));
    await symlink('..data/tls.crt', files().certificate);
    await symlink('..data/tls.key', files().key);
    const refused: unknown[] = [];
    const source = await openFiles(files(), { everyMillis: 20, refused: (issues) => refused.push(issues) });
    if (!source.ok) throw new Error(JSON.stringify(source.issues));
    const swapped: string[] = [];
    source.value.subscribe((material) => swapped.push(material.certificate));
    await mount('..v2', pair(1));
    await eventually(() => swapped.length === 1);
    expect(swapped).toEqual([pair(1).certificate]);
    expect(refused).toEqual([]);
    source.value.close();
  });

  test('that vanish leave the old pair in force', async () => {
    await put(pair(0));
    const refused: (readonly Issue[])[] = [];
    const source = await openFiles(files(), {
      everyMillis: 60_000,
      refused: (issues) => refused.push(issues),
    });
    if (!source.ok) throw new Error(JSON.stringify(source.issues));
    await rm(files().key);
    await source.value.check();
    expect(source.value.current.key).toBe(pair(0).key);
    expect(refused).toMatchObject([[{ code: 'tls_file_unreadable', file: files().key }]]);
    source.value.close();
  });

  test('may hold a chain, and a client CA that is checked', async () => {
    const ca = await makeAuthority('another', new Date(), 2);
    await put({ ...pair(0), certificate: pair(0).certificate + ca.certificate });
    expect((await readFiles(files())).ok).toBe(true);
    const clientAuthority = join(directory, 'clients.crt');
    await writeFile(clientAuthority, 'canary');
    expect(await readFiles({ ...files(), clientAuthority })).toMatchObject({
      issues: [{ code: 'tls_client_authority_unreadable', file: clientAuthority }],
    });
  });
});

test('a look that falls into the middle of a replacement is taken again before anything is told', async () => {
  const local = await (await localMaterial())();
  if (!local.ok) throw new Error(JSON.stringify(local.issues));
  const torn = unsound([{ code: 'tls_pair_mismatch', message: 'torn' }]);
  const looks: Read<ServingMaterial>[] = [
    local,
    torn,
    { ok: true, value: { ...local.value, fingerprint: 'new' } },
    torn,
    torn,
    torn,
    torn,
  ];
  const refused: unknown[] = [];
  const source = await openSource(() => Promise.resolve(looks.shift() ?? local), {
    everyMillis: 60_000,
    refused: (issues) => refused.push(issues),
  });
  if (!source.ok) throw new Error(JSON.stringify(source.issues));
  await source.value.check();
  expect([source.value.current.fingerprint, refused]).toEqual(['new', []]);
  await source.value.check();
  await source.value.check();
  expect([source.value.current.fingerprint, refused]).toEqual(['new', [torn.issues]]);
  source.value.close();
});

test('what changes while a look is under way is looked at once more, and is in force when who told of it hears back', async () => {
  const local = await (await localMaterial())();
  if (!local.ok) throw new Error(JSON.stringify(local.issues));
  let written = 'old';
  let looks = 0;
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const load = async (): Promise<Read<ServingMaterial>> => {
    const read = sound({ ...local.value, fingerprint: written });
    looks += 1;
    if (looks > 1) await held;
    return read;
  };
  const source = await openSource(load, { everyMillis: 60_000 });
  if (!source.ok) throw new Error(JSON.stringify(source.issues));
  void source.value.check();
  written = 'new';
  void source.value.check();
  written = 'newer';
  const last = source.value.check();
  goOn();
  await last;
  // The first, one that began before the changes, and one more for both of them.
  expect([source.value.current.fingerprint, looks]).toEqual(['newer', 3]);
  await source.value.check();
  expect(looks).toBe(4);
  source.value.close();
});

test('a fault while looking is told once and the material stays', async () => {
  const local = await (await localMaterial())();
  const refused: unknown[] = [];
  let faulty = false;
  const source = await openSource(
    () => (faulty ? Promise.reject(new Error('a bug')) : Promise.resolve(local)),
    { everyMillis: 60_000, refused: (issues) => refused.push(issues) },
  );
  if (!source.ok || !local.ok) throw new Error('not opened');
  faulty = true;
  await source.value.check();
  await source.value.check();
  expect(refused).toMatchObject([[{ code: 'tls_check_failed' }]]);
  expect(source.value.current).toBe(local.value);
  source.value.close();
});
