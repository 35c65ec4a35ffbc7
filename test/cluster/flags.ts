// The flags under which etcd, kube-apiserver and kube-controller-manager run on loopback, without a node or a network.
import { layout } from './files.ts';

export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

/** Nothing here survives the run, so nothing is synced to disk. */
export function etcdFlags(folder: string, ports: Ports): readonly string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    '--name=test',
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=test=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

/** RBAC, static tokens, audit; everything else as it comes. */
export function apiServerFlags(folder: string, ports: Ports, withAdmission: boolean): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--secure-port=${ports.apiServer}`,
    `--cert-dir=${layout.certificates(folder)}`,
    '--authorization-mode=RBAC',
    `--token-auth-file=${layout.tokens(folder)}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${layout.signingKey(folder)}`,
    `--service-account-signing-key-file=${layout.signingKey(folder)}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--audit-policy-file=${layout.auditPolicy(folder)}`,
    `--audit-log-path=${layout.auditLog(folder)}`,
    '--audit-log-mode=blocking',
    ...(withAdmission ? [`--admission-control-config-file=${layout.admission(folder)}`] : []),
  ];
}

/** Each controller speaks as its own ServiceAccount, as in a real cluster. */
export function controllerManagerFlags(folder: string): readonly string[] {
  const kubeconfig = layout.kubeconfig(folder, 'system:kube-controller-manager');
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--use-service-account-credentials',
    `--root-ca-file=${layout.authority(folder)}`,
    '--leader-elect=false',
    '--secure-port=0',
  ];
}
