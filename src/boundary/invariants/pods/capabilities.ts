/** Linux capabilities as container runtimes read them. */
import type { PodContainer } from '../../../k8s/podContainer.ts';

/** What the Pod Security Standards' baseline profile lets a container add. */
const baseline: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** A capability's name without its casing and its `CAP_`: runtimes differ in both, so an added one is read in every way it could work. */
export function capabilityName(written: string): string {
  const upper = written.toUpperCase();
  return upper.startsWith('CAP_') ? upper.slice('CAP_'.length) : upper;
}

/** Claims that a container may add that capability under the baseline profile; `ALL` is none. */
export const isBaseline = (written: string): boolean => baseline.has(capabilityName(written));

/**
 * Claims that a container gives up NET_RAW. `CAP_NET_RAW` does not count: containerd puts `CAP_` before whatever is written, so that text
 * drops nothing there (pkg/cri/opts, WithCapabilities).
 */
export const dropsRawSockets = (container: PodContainer): boolean =>
  container.droppedCapabilities.some((written) => ['ALL', 'NET_RAW'].includes(written.toUpperCase()));

/** Claims that an added capability brings raw sockets. */
export const bringsRawSockets = (written: string): boolean =>
  ['ALL', 'NET_RAW'].includes(capabilityName(written));
