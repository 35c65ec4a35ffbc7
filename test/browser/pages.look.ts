/** The HTML pages of `matrix` and `reach` as a person meets them: light and dark, on a phone, with the keyboard alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { capture } from '../cli/capturedTerminal.ts';
import { findBrowser, startBrowser } from './browser.ts';
import type { Browser, Look } from './browser.ts';

const examples = ['examples/inventory', 'examples/good', 'examples/workloads'];

/** Forty tenants, of which every third has no policy. */
const crowd = Array.from({ length: 40 }, (_, at) => {
  const open = `{apiVersion: v1, kind: Namespace, metadata: {name: team-${at}, labels: {bulkhead.dev/tenant: tenant-number-${at}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: team-${at}}, spec: {containers: [{name: c, image: i}]}}`;
  const closed = `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed, namespace: team-${at}},
  spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}`;
  return at % 3 === 0 ? open : `${open}\n---\n${closed}`;
}).join('\n---\n');

const program = findBrowser();
if (program === undefined) throw new Error('start this with npm run browser');

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-pages-'));
const fileOf = (name: string): string => join(folder, `${name}.html`);
let browser: Browser;

async function write(name: string, ...arguments_: readonly string[]): Promise<void> {
  const { code, stdout } = await capture(arguments_);
  expect(code).toBe(0);
  writeFileSync(fileOf(name), stdout);
}

beforeAll(async () => {
  const many = join(folder, 'many.yaml');
  writeFileSync(many, crowd);
  await write('matrix', 'matrix', ...examples, '-o', 'html');
  await write('ports', 'matrix', ...examples, '--ports', '-o', 'html');
  await write('crowd', 'matrix', many, '-o', 'html');
  await write('reach', 'reach', ...examples, '-o', 'html');
  browser = await startBrowser(program);
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const pages = ['matrix', 'ports', 'crowd', 'reach'];
const looks: readonly Look[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
);
const views = pages.flatMap((name) => looks.map((look) => ({ name, ...look })));

/** The least contrast of any text with what is behind it (WCAG 2.2, 1.4.3: 4.5 for text of this size). */
const leastContrast = `(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll('main *')].filter((one) =>
    [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''));
  return Math.min(...texts.map((one) => {
    const [a, b] = [light(parts(getComputedStyle(one).color)), light(behind(one))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }));
})()`;

describe.each(views)('$name, $width wide, $scheme', ({ name, ...look }) => {
  test('loads nothing, complains of nothing, and wears its style', async () => {
    expect(await browser.open(fileOf(name), look)).toEqual([]);
    const background = await browser.ask('getComputedStyle(document.body).backgroundColor');
    expect(background).toBe(look.scheme === 'dark' ? 'rgb(18, 22, 27)' : 'rgb(255, 255, 255)');
  });

  test('every text stands out from what is behind it', async () => {
    await browser.open(fileOf(name), look);
    expect(await browser.ask(leastContrast)).toBeGreaterThanOrEqual(4.5);
  });

  test('only tables scroll sideways, never the page', async () => {
    await browser.open(fileOf(name), look);
    expect(
      await browser.ask('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0);
  });
});

const focused = `(() => {
  const { activeElement: one } = document;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  return [one.getAttribute('aria-label') ?? one.localName, outlineStyle, parseFloat(outlineWidth) >= 2].join(' ');
})()`;

describe('with the keyboard', () => {
  test('the tables of a matrix are reached in order, and show that they are', async () => {
    await browser.open(fileOf('crowd'), { width: 390, scheme: 'light' });
    const seen: unknown[] = [];
    for (let at = 0; at < 2; at += 1) {
      await browser.press('Tab');
      seen.push(await browser.ask(focused));
    }
    expect(seen).toEqual(['Matrix of tenants solid true', 'Paths between tenants solid true']);
  });

  test('a source of reach is opened with Enter, and its table comes next', async () => {
    await browser.open(fileOf('reach'), { width: 390, scheme: 'dark' });
    await browser.press('Tab');
    expect(await browser.ask(focused)).toBe('summary solid true');
    await browser.press('Enter');
    expect(await browser.ask('document.querySelectorAll("details[open]").length')).toBe(1);
    await browser.press('Tab');
    expect(await browser.ask(focused)).toBe('ingress-nginx/controller solid true');
  });
});

test('the heads of a large matrix stay in sight when it scrolls', async () => {
  await browser.open(fileOf('crowd'), { width: 1280, scheme: 'light' });
  const places = await browser.ask(`(() => {
    const scroll = document.querySelector('.scroll');
    scroll.scrollTo(300, 300);
    const frame = scroll.getBoundingClientRect();
    const head = scroll.querySelector('thead th:nth-child(20)').getBoundingClientRect();
    const side = scroll.querySelector('tbody tr:nth-child(20) th').getBoundingClientRect();
    return [scroll.scrollTop > 0, Math.round(head.top - frame.top) <= 1, Math.round(side.left - frame.left) <= 1];
  })()`);
  expect(places).toEqual([true, true, true]);
});
