/** Why the cluster gave no answer: one table of stable codes, and messages that never hold what was sent or received. */
import { plain } from '../boundary/describe.ts';

/** What can go wrong between Bulkhead and the API server. */
export const clusterCodes = {
  kubeconfig: 'cluster.kubeconfig',
  insecure: 'cluster.insecure',
  absent: 'cluster.absent',
  credentials: 'cluster.credentials',
  unreachable: 'cluster.unreachable',
  timeout: 'cluster.timeout',
  stopped: 'cluster.stopped',
  busy: 'cluster.busy',
  unauthorized: 'cluster.unauthorized',
  forbidden: 'cluster.forbidden',
  notFound: 'cluster.notFound',
  gone: 'cluster.gone',
  throttled: 'cluster.throttled',
  refused: 'cluster.refused',
  tooLarge: 'cluster.tooLarge',
  unreadable: 'cluster.unreadable',
} as const;

export type ClusterCode = (typeof clusterCodes)[keyof typeof clusterCodes];

/** A call without a usable answer. `retryAfterMillis`: how long the API server asks to be left alone. */
export interface ClusterFailure {
  readonly code: ClusterCode;
  readonly message: string;
  readonly retryAfterMillis?: number;
}

export const failure = (code: ClusterCode, message: string): ClusterFailure => ({ code, message });

/** Names what an HTTP status other than success means; `told` is the API server's own sentence. */
export function refusal(
  what: string,
  status: number,
  told: string,
  retryAfterMillis?: number,
): ClusterFailure {
  const said = told === '' ? '' : `: ${plain(told, 240)}`;
  return {
    code: codeOf(status),
    message: `${what} was answered with ${status}${said}${wayOut(status)}`,
    ...(retryAfterMillis === undefined ? {} : { retryAfterMillis }),
  };
}

function codeOf(status: number): ClusterCode {
  switch (status) {
    case 401:
      return clusterCodes.unauthorized;
    case 403:
      return clusterCodes.forbidden;
    case 404:
      return clusterCodes.notFound;
    case 410:
      return clusterCodes.gone;
    case 429:
      return clusterCodes.throttled;
    default:
      return clusterCodes.refused;
  }
}

function wayOut(status: number): string {
  switch (status) {
    case 401:
      return '; renew the credentials of the kubeconfig or ServiceAccount';
    case 403:
      return "; grant it in Bulkhead's ClusterRole";
    default:
      return '';
  }
}
