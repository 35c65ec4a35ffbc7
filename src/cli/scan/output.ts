/** The forms of a scan's result. */
import { printGithub } from './github.ts';
import { printScanJson } from './json.ts';
import { printReports } from './reports.ts';
import type { ScanReport } from './result.ts';
import { printSarif } from './sarif.ts';
import { printScanText } from './text.ts';
import type { Terminal } from '../terminal.ts';

export const outputForms = ['text', 'json', 'sarif', 'github', 'policyreport', 'openreports'] as const;
export type OutputForm = (typeof outputForms)[number];

/** Prints the whole result to standard output. */
export function printReport(report: ScanReport, form: OutputForm, terminal: Terminal): void {
  switch (form) {
    case 'text':
      printScanText(report, terminal);
      return;
    case 'json':
      printScanJson(report, terminal);
      return;
    case 'sarif':
      printSarif(report, terminal);
      return;
    case 'github':
      printGithub(report, terminal);
      return;
    case 'policyreport':
    case 'openreports':
      printReports(report, form, terminal);
      return;
  }
}
