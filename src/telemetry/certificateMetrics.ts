/** How the certificates that Bulkhead keeps in a Secret fare, as metrics: when the authority expires, and how far its replacement is. */
import { Gauge } from '@prometheus-io/client';
import type { Registry } from '@prometheus-io/client';

export interface CertificateFigures {
  readonly authorityExpires: Date;
  /** Stable, or the phase of a change of the authority. */
  readonly phase: string;
}

const phases = ['Stable', 'Adding', 'Switching', 'Dropping'];

/** `known` is asked whenever metrics are collected; undefined before the Secret was read. */
export function observeCertificates(registry: Registry, known: () => CertificateFigures | undefined): void {
  const registers = [registry];
  new Gauge({
    name: 'bulkhead_certificate_authority_expiry_timestamp_seconds',
    help: 'When the authority that Bulkhead keeps for its certificate expires; absent where others keep it.',
    labelNames: [],
    registers,
    collect() {
      this.remove();
      const figures = known();
      if (figures !== undefined) this.set(figures.authorityExpires.getTime() / 1000);
    },
  });
  new Gauge({
    name: 'bulkhead_certificate_rotation_phase',
    help: '1 for the phase in which the change of the authority is, 0 for the others; Stable where nothing is under way.',
    labelNames: ['phase'],
    registers,
    collect() {
      this.reset();
      const phase = known()?.phase;
      if (phase !== undefined) for (const one of phases) this.set({ phase: one }, one === phase ? 1 : 0);
    },
  });
}
