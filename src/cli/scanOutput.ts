/** The forms of a scan's result. */
import { printGithub } from './scanGithub.ts';
import { printScanJson } from './scanJson.ts';
import { printReports } from './scanReports.ts';
import type { ScanReport } from './scanResult.ts';
import { printSarif } from './scanSarif.ts';
import { printScanText } from './scanText.ts';
import type { Terminal } from './terminal.ts';

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
