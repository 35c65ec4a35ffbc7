/** Prints what lint found: for people, for programs, for code hosts. */
import type { Finding, Severity } from '../../authoring/finding.ts';
import type { Linted } from '../../authoring/lint/lint.ts';
import { docsOf } from '../../authoring/catalogue/catalogue.ts';
import { githubCommand } from './github.ts';
import { junitOf } from './junit.ts';
import { sarifOf } from './sarif.ts';
import { counted } from '../counted.ts';
import { paletteFor } from '../palette.ts';
import type { Terminal } from '../terminal.ts';

/** The forms that `-o` knows. */
export const lintForms = ['text', 'json', 'sarif', 'github', 'junit'] as const;

export interface Printing {
  readonly form: (typeof lintForms)[number];
  /** Whether the costs of expressions are asked for. */
  readonly cost: boolean;
  readonly files: number;
}

/** Writes the findings to standard output. */
export function printLinted(linted: Linted, printing: Printing, terminal: Terminal): void {
  terminal.stdout.write(rendered(linted, printing, terminal));
}

function rendered(linted: Linted, printing: Printing, terminal: Terminal): string {
  switch (printing.form) {
    case 'text':
      return textOf(linted, printing, terminal);
    case 'json':
      return `${JSON.stringify(jsonOf(linted, printing))}\n`;
    case 'sarif':
      return `${JSON.stringify(sarifOf(linted.findings, terminal.version()), undefined, 2)}\n`;
    case 'github':
      return linted.findings.map(githubCommand).join('');
    case 'junit':
      return junitOf(linted.findings);
  }
}

function jsonOf({ findings, costs }: Linted, { cost, files }: Printing): object {
  return {
    apiVersion: 'bulkhead.dev/v1alpha1',
    findings: findings.map(({ code, severity, message, file, line, column, pointer }) => ({
      code,
      severity,
      message,
      file,
      line,
      column,
      pointer,
      docs: docsOf(code),
    })),
    ...(cost ? { costs } : {}),
    summary: {
      files,
      errors: count(findings, 'error'),
      warnings: count(findings, 'warning'),
      infos: count(findings, 'info'),
    },
  };
}

const count = (findings: readonly Finding[], wanted: Severity): number =>
  findings.filter(({ severity }) => severity === wanted).length;

function textOf({ findings, costs }: Linted, { cost, files }: Printing, terminal: Terminal): string {
  const { red, yellow, dim } = paletteFor(terminal.stdout, terminal);
  const paint = { error: red, warning: yellow, info: dim } as const;
  const told = findings.flatMap((finding) => {
    const { severity, code, message } = finding;
    const [first = '', ...excerpt] = message.split('\n');
    return [
      `${placeOf(finding)}: ${paint[severity](severity)} ${first} ${dim(`(${code})`)}`,
      ...excerpt.map((line) => `  ${line}`),
    ];
  });
  const priced = costs.map(
    ({ file, line, column, pointer, estimate, limit, assumed }) =>
      `${file}:${line}:${column}: cost ${pointer}: ${estimate} of ${limit} units, where lists and texts have ${assumed} items`,
  );
  const parts = (['error', 'warning', 'info'] as const).map((severity) =>
    counted(count(findings, severity), severity, several[severity]),
  );
  const sum = `${counted(files, 'file')}: ${parts.join(', ')}`;
  return [...told, ...(cost ? priced : []), sum].map((line) => `${line}\n`).join('');
}

const several = { error: 'errors', warning: 'warnings', info: 'info' } as const;

const placeOf = ({ file = '', line, column }: Finding): string =>
  [file, line, column].filter((part) => part !== undefined).join(':');
