/** Prints what lint found: for people, for programs, for code hosts. */
import type { Finding, Severity } from '../authoring/finding.ts';
import type { Linted } from '../authoring/lint/lint.ts';
import { docsOf } from '../authoring/catalogue/catalogue.ts';
import { githubCommand } from './lintGithub.ts';
import { junitOf } from './lintJunit.ts';
import { sarifOf } from './lintSarif.ts';
import { paletteFor } from './palette.ts';
import type { Terminal } from './terminal.ts';

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
  const { stdout } = terminal;
  switch (printing.form) {
    case 'text':
      return printText(linted, printing, terminal);
    case 'json':
      return stdout.write(`${JSON.stringify(jsonOf(linted, printing))}\n`);
    case 'sarif':
      return stdout.write(`${JSON.stringify(sarifOf(linted.findings, terminal.version()), undefined, 2)}\n`);
    case 'github':
      return stdout.write(linted.findings.map(githubCommand).join(''));
    case 'junit':
      return stdout.write(junitOf(linted.findings));
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

function printText({ findings, costs }: Linted, { cost, files }: Printing, terminal: Terminal): void {
  const { red, yellow, dim } = paletteFor(terminal.stdout, terminal);
  const paint = { error: red, warning: yellow, info: dim } as const;
  for (const finding of findings) {
    const { severity, code, message } = finding;
    const [first = '', ...excerpt] = message.split('\n');
    terminal.stdout.write(`${placeOf(finding)}: ${paint[severity](severity)} ${first} ${dim(`(${code})`)}\n`);
    for (const line of excerpt) terminal.stdout.write(`  ${line}\n`);
  }
  if (cost) {
    for (const { file, line, column, pointer, estimate, limit, assumed } of costs) {
      const share = `${estimate} of ${limit} units, where lists and texts have ${assumed} items`;
      terminal.stdout.write(`${file}:${line}:${column}: cost ${pointer}: ${share}\n`);
    }
  }
  const parts = (['error', 'warning', 'info'] as const).map((severity) =>
    counted(count(findings, severity), severity),
  );
  terminal.stdout.write(`${counted(files, 'file')}: ${parts.join(', ')}\n`);
}

const counted = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 || noun === 'info' ? '' : 's'}`;

const placeOf = ({ file = '', line, column }: Finding): string =>
  [file, line, column].filter((part) => part !== undefined).join(':');
