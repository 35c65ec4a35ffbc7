/** Names, label keys, label values and port names, as apimachinery's validation has them. */
import { describe, expect, test } from '@jest/globals';
import {
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isPortName,
  isQualifiedName,
} from '../../src/k8s/syntax.ts';

const a = (length: number): string => 'a'.repeat(length);
const each = (...texts: readonly string[]): [string][] => texts.map((text) => [text]);

describe('label values', () => {
  test.each(each('', 'a', 'A', '0', 'a.b', 'a-b', 'a_b', 'a--b', 'a..b', '1.0.0', a(63)))(
    '%j is one',
    (text) => {
      expect(isLabelValue(text)).toBe(true);
    },
  );
  test.each(each('-a', 'a-', '.a', 'a.', '_', 'a b', 'a/b', 'é', 'a\n', '\n', a(64)))(
    '%j is none',
    (text) => {
      expect(isLabelValue(text)).toBe(false);
    },
  );
});

describe('label keys', () => {
  test.each(
    each(
      'a',
      'A.b-c_d',
      '0',
      'example.com/a',
      'a.b.c/X_y',
      a(63),
      `${a(253)}/${a(63)}`,
      'constructor',
      'toString',
    ),
  )('%j is one', (text) => {
    expect(isQualifiedName(text)).toBe(true);
  });
  test.each(
    each(
      '',
      '/a',
      'a/',
      'a/b/c',
      'A.com/a',
      '-a/b',
      'a..b/c',
      '-a',
      'a-',
      '__proto__',
      'a b',
      a(64),
      `${a(254)}/a`,
      'a\n',
      'é',
    ),
  )('%j is none', (text) => {
    expect(isQualifiedName(text)).toBe(false);
  });
});

describe('port names', () => {
  test.each(each('a', 'http', 'a1', '1a', 'a-b', '8080-tcp', a(15)))('%j is one', (text) => {
    expect(isPortName(text)).toBe(true);
  });
  test.each(each('', '80', '8-0', '-a', 'a-', 'a--b', 'A', 'a_b', 'a.b', a(16), 'a\n'))(
    '%j is none',
    (text) => {
      expect(isPortName(text)).toBe(false);
    },
  );
});

describe('DNS names', () => {
  test.each(each('a', '0', 'a-b', a(63)))('%j is a label', (text) => {
    expect(isDnsLabel(text)).toBe(true);
  });
  test.each(each('', 'A', 'a.b', '-a', 'a-', a(64)))('%j is no label', (text) => {
    expect(isDnsLabel(text)).toBe(false);
  });
  test.each(each('a', 'a.b', 'a-b.c', a(253)))('%j is a subdomain', (text) => {
    expect(isDnsSubdomain(text)).toBe(true);
  });
  test.each(each('', '.', 'a.', '.a', 'a..b', 'a.-b', 'A', a(254)))('%j is no subdomain', (text) => {
    expect(isDnsSubdomain(text)).toBe(false);
  });
});
