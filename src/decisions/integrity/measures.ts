/** What a verification is measured by: `/metrics` and `bulkhead audit verify -o prometheus` tell the same. */
export const verificationHelp = {
  bulkhead_decision_log_verified: '1 where the last verification of the decision log found nothing changed.',
  bulkhead_decision_log_verified_records: 'Records that the last verification read.',
  bulkhead_decision_log_verified_timestamp_seconds: 'When the last verification ended.',
} as const;

export type VerificationMeasure = keyof typeof verificationHelp;

/** The measures of a verification that ended at an instant. */
export const measuresOf = (
  ok: boolean,
  records: number,
  at: Date,
): Readonly<Record<VerificationMeasure, number>> => ({
  bulkhead_decision_log_verified: ok ? 1 : 0,
  bulkhead_decision_log_verified_records: records,
  bulkhead_decision_log_verified_timestamp_seconds: Math.floor(at.getTime() / 1000),
});

/** Their names, in the order in which they are told. */
export const verificationMeasures: readonly VerificationMeasure[] = [
  'bulkhead_decision_log_verified',
  'bulkhead_decision_log_verified_records',
  'bulkhead_decision_log_verified_timestamp_seconds',
];
