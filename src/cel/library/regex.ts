/** Regular expressions in RE2's syntax and time: `matches`, `find`, `findAll`. No backtracking, whatever the pattern. */
import { RE2JS } from 're2js';
import { type Frame } from '../evaluation/frame.ts';
import { Failure, type Result } from '../values/failure.ts';
import { regex } from './cost.ts';
import { type Library, call, define, integer, method, text, three, two } from './definition.ts';

/**
 * Work that a match makes for every character of text: some, and some for every character of pattern, or for every instruction where
 * repetitions such as `{1,63}` make many of few characters. Measured on RE2's slower engines, on a machine in a slow hour.
 */
const workPerCharacter = (pattern: string, machine: RE2JS): number =>
  4 + Math.max(pattern.length * 1.2, machine.programSize() * 3);

/** Work that a pattern compiled while running makes for every character of it; a repetition multiplies what it repeats. */
const compileWork = (pattern: string): number => {
  const repeated = [...pattern.matchAll(/\{\d*,?(\d{1,4})\}/g)].reduce(
    (product, [, times = '1']) => product * Math.max(1, Number(times)),
    1,
  );
  return 800 * (pattern.length + 1) * Math.min(repeated, 10_000);
};

/** Compiles a pattern; undefined if it is none in RE2's syntax. */
export function compilePattern(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** What is wrong with a pattern; undefined if nothing is. */
export function patternMistake(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message.replace(/^error parsing regexp: /, '');
    throw error;
  }
}

type Search = (pattern: RE2JS, value: string, limit: number, frame: Frame) => Result;

/** Runs a search, pattern compiled on the way unless it was at load; pays for both beforehand. */
export function searching(search: Search, compiled?: RE2JS) {
  return (value: string, pattern: string, limit: number | bigint, frame: Frame): Result => {
    if (compiled === undefined && !frame.pay(compileWork(pattern))) return frame.exhausted();
    const machine = compiled ?? compilePattern(pattern);
    if (machine === undefined)
      return new Failure('invalidArgument', "the pattern is no regular expression in RE2's syntax");
    return frame.pay((value.length + 1) * workPerCharacter(pattern, machine))
      ? search(machine, value, Number(limit), frame)
      : frame.exhausted();
  };
}

export const matching: Search = (pattern, value) => pattern.matcher(value).find();

export const finding: Search = (pattern, value) => {
  const matcher = pattern.matcher(value);
  return matcher.find() ? (matcher.group() ?? '') : '';
};

export const findingAll: Search = (pattern, value, limit, frame) => {
  const found: string[] = [];
  const matcher = pattern.matcher(value);
  while ((limit < 0 || found.length < limit) && matcher.find()) {
    if (!frame.pay(60)) return frame.exhausted();
    found.push(matcher.group() ?? '');
  }
  return found;
};

const plain = (search: Search) => {
  const run = searching(search);
  return two(text, text, (value, pattern, frame) => run(value, pattern, -1, frame));
};

export const regexes: Library = [
  define('matches', [
    call('(string, string): bool', plain(matching)),
    method('string', '(string): bool', plain(matching), regex),
  ]),
  define('find', [method('string', '(string): string', plain(finding))], regex),
  define(
    'findAll',
    [
      method('string', '(string): list(string)', plain(findingAll)),
      method('string', '(string, int): list(string)', three(text, text, integer, searching(findingAll))),
    ],
    regex,
  ),
];
