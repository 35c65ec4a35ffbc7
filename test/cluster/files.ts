// Writes what the daemons and their clients read at start: tokens, keys, the audit policy, kubeconfigs, admission configuration.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { auditPolicy } from './auditLog.ts';
import { identities, identityNames } from './identities.ts';
import type { IdentityName } from './identities.ts';

/** The certificate with which the API server shows itself to webhooks (PEM files), for mTLS. */
export interface WebhookClient {
  readonly certificate: string;
  readonly key: string;
}

/** One place for names, so that writers and readers agree. */
export const layout = {
  tokens: (folder: string) => join(folder, 'tokens.csv'),
  signingKey: (folder: string) => join(folder, 'service-accounts.key'),
  auditPolicy: (folder: string) => join(folder, 'audit-policy.json'),
  auditLog: (folder: string) => join(folder, 'audit.log'),
  admission: (folder: string) => join(folder, 'admission.json'),
  /** The API server makes its own serving certificate there; it is its own authority. */
  certificates: (folder: string) => join(folder, 'certificates'),
  authority: (folder: string) => join(folder, 'certificates', 'apiserver.crt'),
  kubeconfig: (folder: string, name: IdentityName) => join(folder, `${name.replaceAll(':', '-')}.kubeconfig`),
} as const;

const secret = { mode: 0o600 };

/** A fresh token for everyone. */
export function issueTokens(): ReadonlyMap<IdentityName, string> {
  return new Map(identityNames.map((name) => [name, randomBytes(24).toString('hex')]));
}

/** Kubernetes' static token file: token, user, uid, "group,group". */
function tokenFile(tokens: ReadonlyMap<IdentityName, string>): string {
  const lines = [...tokens].map(([name, token]) => {
    const { user, groups } = identities[name];
    return `${token},${user},${user},"${groups.join(',')}"`;
  });
  return lines.join('\n') + '\n';
}

/** Both webhook plugins call every webhook (`*`) with the same client certificate. */
function admissionConfiguration(kubeConfigFile: string): unknown {
  const configuration = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'WebhookAdmissionConfiguration',
    kubeConfigFile,
  };
  const plugins = ['ValidatingAdmissionWebhook', 'MutatingAdmissionWebhook'];
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: plugins.map((name) => ({ name, configuration })),
  };
}

async function writeAdmission(folder: string, client: WebhookClient): Promise<void> {
  const kubeConfigFile = join(folder, 'webhook-client.kubeconfig');
  const user = { 'client-certificate': client.certificate, 'client-key': client.key };
  const kubeconfig = { apiVersion: 'v1', kind: 'Config', users: [{ name: '*', user }] };
  await writeFile(kubeConfigFile, JSON.stringify(kubeconfig), secret);
  await writeFile(layout.admission(folder), JSON.stringify(admissionConfiguration(kubeConfigFile)));
}

/** Writes all that the API server needs before it starts. */
export async function writeServerFiles(
  folder: string,
  tokens: ReadonlyMap<IdentityName, string>,
  webhookClient: WebhookClient | undefined,
): Promise<void> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(layout.tokens(folder), tokenFile(tokens), secret);
  await writeFile(layout.signingKey(folder), privateKey.export({ type: 'sec1', format: 'pem' }), secret);
  await writeFile(layout.auditPolicy(folder), JSON.stringify(auditPolicy));
  if (webhookClient !== undefined) await writeAdmission(folder, webhookClient);
}

/** Writes one kubeconfig (JSON is YAML) for everyone. */
export async function writeKubeconfigs(
  folder: string,
  server: string,
  tokens: ReadonlyMap<IdentityName, string>,
): Promise<void> {
  const cluster = { server, 'certificate-authority': layout.authority(folder) };
  for (const [name, token] of tokens) {
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster }],
      users: [{ name, user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
      'current-context': 'test',
    };
    await writeFile(layout.kubeconfig(folder, name), JSON.stringify(kubeconfig), secret);
  }
}
