/** The controllers of `serve` with a cluster: what they look at, who wakes them, and what is told of them. */
import { hostname } from 'node:os';
import { gateIndex } from '../../boundary/invariants/pods/beforeFloor.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { recordsPath } from '../../cluster/liveReads.ts';
import type { ExceptionCopy } from '../../cluster/exceptionCopy.ts';
import type { RulesInForce } from '../../cluster/rulesInForce.ts';
import { processTiming } from '../../cluster/timing.ts';
import { toSeconds } from '../../config/formats.ts';
import type { Config } from '../../config/schema.ts';
import { ruleKinds } from '../../controllers/conditions.ts';
import type { Controller } from '../../controllers/controller.ts';
import { startControllers } from '../../controllers/controllers.ts';
import type { Change, Controllers } from '../../controllers/controllers.ts';
import { whileInForce } from '../../controllers/informed.ts';
import { network } from '../../controllers/network/network.ts';
import type { Network } from '../../controllers/network/network.ts';
import { policyKinds } from '../../controllers/network/policyKinds.ts';
import { laggards } from '../../controllers/rollout.ts';
import { stock } from '../../controllers/stock.ts';
import type { Rollout } from '../../controllers/surroundings.ts';
import type { Rules } from '../../admission/rules.ts';
import { listAt, ownAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { tellWarning } from '../diagnostics.ts';
import { late, nothing } from '../lateCopy.ts';
import type { ServedCertificates } from './servedCertificates.ts';
import { servedExceptions } from './servedExceptions.ts';
import { servedReplicas } from './servedReplicas.ts';
import { servedReports } from './servedReports.ts';
import { servedScan } from './servedScan.ts';
import { servedRegistration } from './servedRegistration.ts';
import type { Terminal } from '../terminal.ts';

const podsPath = '/api/v1/pods';
/** Gates stand only on pods that no node has. */
const pendingPods = { query: { fieldSelector: 'spec.nodeName=,status.phase=Pending' } } as const;

/** `network`: what the leader knows of the network plugin. */
export interface ServedControllers extends Controllers {
  /** Claims that every other replica decides by the rules that are reported so. */
  readonly isRolledOut: (reported: string) => boolean;
  readonly network: () => Network | undefined;
  /** Told the SHA-256 fingerprint of the certificate that this replica serves from now on. */
  readonly serves: (certificate: string) => void;
}

/** Starts them: they write once this replica leads. `rules` is what is in force at any moment. */
export function serveControllers(
  cluster: Cluster,
  inForce: RulesInForce,
  exceptionCopy: ExceptionCopy,
  rules: () => Rules,
  config: Config,
  stateDirectory: string,
  terminal: Terminal,
  certificates?: ServedCertificates,
): ServedControllers {
  const registered = servedRegistration(cluster, rules, config, stateDirectory, certificates?.authority);
  const exceptions = servedExceptions(cluster, exceptionCopy, rules);
  const namespace = leaseNamespace(config, cluster);
  let certificate: string | undefined;
  const reports = servedReplicas(
    cluster,
    namespace,
    () => {
      const rulesHash = inForce.reported();
      return {
        ...(rulesHash === undefined ? {} : { rulesHash }),
        ...(certificate === undefined ? {} : { certificate }),
      };
    },
    terminal,
  );
  const isFresh = (): boolean => cluster.readiness().ready;
  const waitingFor = (reported: string): readonly string[] | undefined =>
    laggards(reports.replicas.living(), reports.name, reported);
  const rollout = (): Rollout => {
    const reported = inForce.reported();
    return reported === undefined
      ? { inForce: false, waitingFor: undefined }
      : { inForce: true, waitingFor: waitingFor(reported) };
  };
  const kept = certificates?.kept({
    registered,
    replicas: reports.replicas,
    waiting: (what) => terminal.stderr.write(`waiting: ${what}\n`),
  });
  const floors = cluster.followFloors();
  const tellBoundaries = (): void => {
    for (const key of boundaries.keys()) started.changed({ of: 'boundary', key });
  };
  const plugins = network({
    api: cluster.api,
    around: { rules, namespaces: () => cluster.view() },
    changed: tellBoundaries,
  });
  const served = policyKinds({ api: cluster.api, around: { rules }, changed: tellBoundaries });
  const inForceOnly = (controller: Controller): Controller => whileInForce(controller, { rollout });
  const scan = servedScan(cluster, rules, exceptionCopy);
  const scanned = stock({
    around: { rules, rollout, isFresh },
    timing: processTiming,
    scan: (_, since) => scan(since),
    everyMillis: toSeconds(config.controllers.scanEvery) * 1_000,
  });
  let records = nothing;
  let boundaries = nothing;
  let guardrails = nothing;
  let gatedPods = nothing;
  const tell = (of: Exclude<Change['of'], 'rules' | 'rollout' | 'more'>) => (key: string) =>
    started.changed({ of, key });
  const started = startControllers({
    api: cluster.api,
    timing: processTiming,
    date: () => new Date(),
    around: {
      rules,
      issues: () => inForce.issues(),
      namespaces: () => cluster.view(),
      isFresh,
      rollout,
      floorOf: (namespace) => floors.floorOf(namespace),
      records: late(() => records),
      boundaries: late(() => boundaries),
      guardrails: late(() => guardrails),
      gatedPods: late(() => gatedPods),
    },
    namespace,
    identity: `${hostname()}_${crypto.randomUUID()}`,
    onLeadership: (event) => {
      if (event.type === 'failed') tellWarning(`the lease: ${event.message}`, terminal);
      else terminal.stderr.write(`${event.type}: ${event.holder}\n`);
    },
    observe: (controller, key, reconciled) => {
      if (reconciled.outcome === 'failed')
        tellWarning(`${controller} ${key}: ${reconciled.message}`, terminal);
      if (reconciled.outcome === 'written') terminal.stderr.write(`written: ${reconciled.what}\n`);
    },
    beginFollowing: () => {
      records = cluster.followStored(recordsPath, tell('record'));
      boundaries = cluster.followStored(ruleKinds.Boundary, tell('boundary'));
      guardrails = cluster.followStored(ruleKinds.GuardrailPolicy, tell('guardrail'));
      gatedPods = cluster.followStored(podsPath, tell('pod'), { form: pendingPods, keep: onlyGated });
      exceptions.follow((controller, key) => started.changed({ of: 'more', controller, key }));
      registered?.follow((key) => {
        kept?.changed();
        started.changed({ of: 'more', controller: 'registration', key });
      });
    },
    further: {
      exceptions: exceptions.lacking,
      activeExceptions: exceptions.active,
      scan: scanned.lacking,
      violations: scanned.violations,
      kinds: served.lacking,
      plugin: plugins.lacking,
      network: plugins.told,
      ...(registered === undefined ? {} : { registration: registered.controller.lacking }),
    },
    more: [
      ...servedReports(cluster, scan, config).map(inForceOnly),
      scanned,
      plugins,
      served,
      reports.controller,
      ...exceptions.controllers.map(inForceOnly),
      ...(registered === undefined ? [] : [inForceOnly(registered.controller)]),
      ...(kept === undefined ? [] : [kept]),
    ],
  });
  let told = '';
  // Every replica looks at the others: each lets go of what was replaced by itself.
  reports.follow(() => {
    kept?.changed();
    scanned.changed();
    inForce.reconsider();
    // Most of what is heard is that a replica still lives, which no status tells.
    const now = JSON.stringify([inForce.reported(), rollout()]);
    if (now === told) return;
    told = now;
    started.changed({ of: 'rollout' });
    if (rollout().waitingFor?.length !== 0)
      for (const key of scanned.keys()) started.changed({ of: 'more', controller: scanned.name, key });
  });
  cluster.onNamespace(tell('namespace'));
  floors.onChange(tell('floor'));
  certificates?.onChange(() => {
    for (const one of [kept, registered?.controller])
      for (const key of one?.keys() ?? []) started.changed({ of: 'more', controller: one?.name ?? '', key });
  });
  return {
    ...started,
    isRolledOut: (reported) => waitingFor(reported)?.length === 0,
    network: plugins.known,
    serves: (fingerprint) => {
      certificate = fingerprint;
      reports.changed();
    },
    changed: (change) => {
      if (change.of === 'rules') reports.changed();
      started.changed(change);
    },
    stop: async () => {
      await started.stop();
      await reports.stop();
    },
  };
}

/** Of a gated pod its name and gates are enough; of all others nothing is kept. */
function onlyGated(pod: JsonObject): JsonObject | undefined {
  if (gateIndex(pod) < 0) return undefined;
  return {
    metadata: {
      namespace: ownAt(pod, 'metadata', 'namespace'),
      name: ownAt(pod, 'metadata', 'name'),
      resourceVersion: ownAt(pod, 'metadata', 'resourceVersion'),
    },
    spec: { schedulingGates: listAt(pod, 'spec', 'schedulingGates') },
  };
}

/** The namespace of the Lease: as configured, else the own one, that of the webhook's Service or that of the own ServiceAccount. */
function leaseNamespace({ controllers, webhook }: Config, cluster: Cluster): string {
  const account = /^system:serviceaccount:([^:]+):/.exec(cluster.identity() ?? '')?.[1];
  return (
    controllers.namespace ??
    cluster.ownNamespace ??
    webhook.service?.split('/')[0] ??
    account ??
    'kube-system'
  );
}
