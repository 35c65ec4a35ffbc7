/** Lints a GuardrailException: its shape, and what the API server checks beyond it. */
import { exceptionSchema } from '../../boundary/exceptionSchema.ts';
import type { Document } from '../../config/document.ts';
import { readSchema } from '../../config/readSchema.ts';
import type { Finding } from '../finding.ts';
import { errorOf, findingAt } from '../finding.ts';

const mostDays = 90;
const day = 86_400_000;

/** What the API server would refuse in an exception. */
export function lintException(document: Document): readonly Finding[] {
  const read = readSchema(exceptionSchema, document.value, document);
  if (!read.ok) return read.issues.map(errorOf);
  const { target, notBefore, expiresAt } = read.value.spec;
  const told = (field: string, code: string, message: string): Finding =>
    findingAt(document, `/spec/${field}`, { severity: 'error', code, message });
  const findings: Finding[] = [];
  if ((target.boundaries ?? []).length + (target.policies ?? []).length === 0) {
    const message = 'an exception names at least one Boundary or GuardrailPolicy that it loosens';
    findings.push(told('target', 'exception.target', message));
  }
  if (notBefore !== undefined) {
    const lasts = Date.parse(expiresAt) - Date.parse(notBefore);
    if (!(lasts > 0))
      findings.push(told('expiresAt', 'exception.time', 'it ends before it begins; write a later expiresAt'));
    else if (lasts > mostDays * day)
      findings.push(
        told(
          'expiresAt',
          'exception.time',
          `it lasts ${Math.ceil(lasts / day)} days; at most ${mostDays} are granted at a time`,
        ),
      );
  }
  return findings;
}
