/** Arbitrary Pods: harmless ones, and single features that take a Pod off the guarded network, planted anywhere. */
import fc from 'fast-check';
import { tenant } from '../scene.ts';

export interface ArbitraryContainer {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort: number; protocol?: string; hostPort?: number }[];
  resources?: { limits?: Record<string, string>; claims?: { name: string }[] };
  securityContext?: {
    privileged?: boolean;
    procMount?: string;
    windowsOptions?: { hostProcess?: boolean };
    capabilities?: { add?: string[]; drop?: string[] };
  };
}

export interface ArbitraryPod {
  metadata: {
    name: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
  spec: {
    hostNetwork?: boolean;
    hostPID?: boolean;
    hostIPC?: boolean;
    securityContext?: { windowsOptions?: { hostProcess?: boolean }; runAsUser?: number };
    volumes?: { name: string; emptyDir?: object; hostPath?: object }[];
    resourceClaims?: { name: string }[];
    initContainers?: ArbitraryContainer[];
    containers: ArbitraryContainer[];
    ephemeralContainers?: ArbitraryContainer[];
  };
}

/** Any casing of a capability, with or without `CAP_`. */
const written = (name: string, prefix = true): fc.Arbitrary<string> =>
  fc
    .tuple(fc.boolean(), fc.array(fc.boolean(), { minLength: name.length, maxLength: name.length }))
    .map(([prefixed, lower]) => {
      const text = Array.from(name, (letter, at) => (lower[at] ? letter.toLowerCase() : letter)).join('');
      return prefix && prefixed ? `CAP_${text}` : text;
    });

const baseline = fc.constantFrom('CHOWN', 'KILL', 'NET_BIND_SERVICE', 'SYS_CHROOT', 'SETPCAP');
const drops = fc.constantFrom('ALL', 'NET_RAW').chain((name) => written(name, false));

/** `drop` may be missing only where mutation is to add it. */
const container = (name: string, dropping: boolean): fc.Arbitrary<ArbitraryContainer> =>
  fc
    .record(
      {
        image: fc.constant('example.com/a:1'),
        ports: fc.array(
          fc.record(
            { name: fc.constantFrom('web', 'grpc'), containerPort: fc.integer({ min: 1, max: 65_535 }) },
            { requiredKeys: ['containerPort'] },
          ),
          { maxLength: 2 },
        ),
        resources: fc.constant({ limits: { cpu: '1', 'nvidia.com/gpu': '1' } }),
        added: fc.array(
          baseline.chain((capability) => written(capability)),
          { maxLength: 2 },
        ),
        dropped: fc.tuple(fc.boolean(), drops).map(([first, drop]) => (first ? [drop] : ['KILL', drop])),
        privileged: fc.constant(false),
      },
      { requiredKeys: dropping ? ['dropped'] : [] },
    )
    .map((parts: Partial<ContainerParts>) => {
      const { image, ports, resources, added, dropped, privileged } = parts;
      const capabilities = {
        ...(added === undefined ? {} : { add: added }),
        ...(dropped === undefined ? {} : { drop: dropped }),
      };
      const security = {
        ...(privileged === undefined ? {} : { privileged }),
        ...(added === undefined && dropped === undefined ? {} : { capabilities }),
      };
      return {
        name,
        ...(image === undefined ? {} : { image }),
        ...(ports === undefined ? {} : { ports }),
        ...(resources === undefined ? {} : { resources }),
        ...(Object.keys(security).length > 0 ? { securityContext: security } : {}),
      };
    });

interface ContainerParts {
  readonly image: string;
  readonly ports: { name?: string; containerPort: number }[];
  readonly resources: { limits: Record<string, string> };
  readonly added: string[];
  readonly dropped: string[];
  readonly privileged: boolean;
}

const containers = (prefix: string, least: number, dropping: boolean): fc.Arbitrary<ArbitraryContainer[]> =>
  fc
    .integer({ min: least, max: 3 })
    .chain((count) =>
      fc.tuple(...Array.from({ length: count }, (_, at) => container(`${prefix}${at}`, dropping))),
    );

const labelKeys = ['app', 'constructor', '__proto__', 'example.com/a~b'];
const texts = (keys: readonly string[]): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...keys), fc.constantFrom('', 'a', 'B'));

const podWith = (
  dropping: boolean,
  labels: fc.Arbitrary<Record<string, string> | undefined>,
): fc.Arbitrary<ArbitraryPod> =>
  fc
    .record({
      labels,
      annotations: fc.option(texts(['note', 'cni.projectcalico.org/podIP', '__proto__']), { nil: undefined }),
      initContainers: fc.option(containers('init', 0, dropping), { nil: undefined }),
      containers: containers('main', 1, dropping),
      ephemeralContainers: fc.option(containers('debug', 0, dropping), { nil: undefined }),
      runAsUser: fc.option(fc.constant(1000), { nil: undefined }),
      volume: fc.boolean(),
    })
    .map((parts) => ({
      metadata: {
        name: 'p',
        ...(parts.labels && { labels: parts.labels }),
        ...(parts.annotations && { annotations: parts.annotations }),
      },
      spec: {
        ...(parts.initContainers && { initContainers: parts.initContainers }),
        containers: parts.containers,
        ...(parts.ephemeralContainers && { ephemeralContainers: parts.ephemeralContainers }),
        ...(parts.runAsUser === undefined ? {} : { securityContext: { runAsUser: parts.runAsUser } }),
        ...(parts.volume ? { volumes: [{ name: 'tmp', emptyDir: {} }] } : {}),
      },
    }));

/** Pods that every rule of the scene admits as they are. */
export const harmlessPod = podWith(
  true,
  texts(labelKeys).map((labels) => ({ ...labels, [tenant]: 'payments' })),
);

/** Pods that are harmless once the mutating webhook has seen them. */
export const unfinishedPod = podWith(
  false,
  fc.option(
    fc
      .tuple(texts(labelKeys), fc.boolean())
      .map(([labels, stamped]) => ({ ...labels, ...(stamped ? { [tenant]: 'payments' } : {}) })),
    { nil: undefined },
  ),
);

/** One feature that a setting forbids, and the code that must name it. */
export interface Plant {
  readonly says: string;
  readonly code: string;
  readonly into: (pod: ArbitraryPod) => ArbitraryPod;
}

const copy = (pod: ArbitraryPod): ArbitraryPod => structuredClone(pod);

const inPod = (says: string, code: string, change: (pod: ArbitraryPod) => void): fc.Arbitrary<Plant> =>
  fc.constant({
    says,
    code,
    into: (pod) => {
      const changed = copy(pod);
      change(changed);
      return changed;
    },
  });

/** Plants into one container of any kind; a kind without containers gets one. */
const inContainer = (
  says: string,
  code: string,
  change: fc.Arbitrary<(container: ArbitraryContainer) => void>,
): fc.Arbitrary<Plant> =>
  fc
    .tuple(change, fc.constantFrom('initContainers', 'containers', 'ephemeralContainers'), fc.nat())
    .map(([apply, kind, at]) => ({
      says: `${says} in ${kind}`,
      code,
      into: (pod) => {
        const changed = copy(pod);
        const list = (changed.spec[kind as 'containers'] as ArbitraryContainer[] | undefined) ?? [];
        if (list.length === 0) {
          list.push({ name: 'planted', securityContext: { capabilities: { drop: ['ALL'] } } });
        }
        const chosen = list[at % list.length];
        if (chosen !== undefined) apply(chosen);
        changed.spec[kind as 'containers'] = list;
        return changed;
      },
    }));

const adding = (name: string): fc.Arbitrary<(one: ArbitraryContainer) => void> =>
  written(name).map((text) => (one) => {
    const security = one.securityContext ?? {};
    const { add = [], ...rest } = security.capabilities ?? {};
    one.securityContext = { ...security, capabilities: { ...rest, add: [...add, text] } };
  });

const forbidden = fc.constantFrom('SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'BPF', 'NET_RAW', 'ALL', 'MADE_UP');

/** Any one forbidden feature. */
export const plant: fc.Arbitrary<Plant> = fc.oneof(
  inPod('hostNetwork', 'pods.hostNetwork', ({ spec }) => (spec.hostNetwork = true)),
  inPod('hostPID', 'pods.hostAccess', ({ spec }) => (spec.hostPID = true)),
  inPod('hostIPC', 'pods.hostAccess', ({ spec }) => (spec.hostIPC = true)),
  inPod('hostProcess', 'pods.hostAccess', ({ spec }) => {
    spec.securityContext = { ...spec.securityContext, windowsOptions: { hostProcess: true } };
  }),
  inPod('hostPath', 'pods.hostAccess', ({ spec }) => {
    spec.volumes = [...(spec.volumes ?? []), { name: 'host', hostPath: { path: '/' } }];
  }),
  inPod('resource claim', 'pods.secondaryNetworks', ({ spec }) => {
    spec.resourceClaims = [{ name: 'nic' }];
  }),
  fc.constantFrom('k8s.v1.cni.cncf.io/networks', 'v1.multus-cni.io/default-network').chain((key) =>
    inPod(key, 'pods.secondaryNetworks', ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, [key]: 'x' };
    }),
  ),
  fc
    .constantFrom('cni.projectcalico.org/ipAddrs', 'ipam.antrea.io/any', 'ovn.kubernetes.io/mac_address')
    .chain((key) =>
      inPod(key, 'pods.addressRequests', ({ metadata }) => {
        metadata.annotations = { ...metadata.annotations, [key]: 'x' };
      }),
    ),
  inPod('protected label', 'labels.podProtected', ({ metadata }) => {
    metadata.labels = { ...metadata.labels, exposure: 'internal' };
  }),
  inPod('another stamp', 'pods.stamp', ({ metadata }) => {
    metadata.labels = { ...metadata.labels, [tenant]: 'orders' };
  }),
  inContainer(
    'hostPort',
    'pods.hostNetwork',
    fc.integer({ min: 1, max: 65_535 }).map((hostPort) => (one) => {
      one.ports = [...(one.ports ?? []), { containerPort: 80, hostPort }];
    }),
  ),
  inContainer(
    'pinned port name',
    'pods.portNames',
    fc
      .constantFrom({ containerPort: 8081 }, { containerPort: 8080, protocol: 'UDP' })
      .map((port) => (one) => {
        one.ports = [...(one.ports ?? []), { name: 'http', ...port }];
      }),
  ),
  inContainer(
    'privileged',
    'pods.hostAccess',
    fc.constant((one) => (one.securityContext = { ...one.securityContext, privileged: true })),
  ),
  inContainer(
    'procMount',
    'pods.hostAccess',
    fc.constant((one) => (one.securityContext = { ...one.securityContext, procMount: 'Unmasked' })),
  ),
  inContainer(
    'hostProcess',
    'pods.hostAccess',
    fc.constant((one) => {
      one.securityContext = { ...one.securityContext, windowsOptions: { hostProcess: true } };
    }),
  ),
  inContainer('capability', 'pods.hostAccess', forbidden.chain(adding)),
  inContainer('raw sockets', 'pods.rawSockets', fc.constantFrom('NET_RAW', 'ALL').chain(adding)),
  inContainer(
    'claim',
    'pods.secondaryNetworks',
    fc.constant((one) => (one.resources = { ...one.resources, claims: [{ name: 'nic' }] })),
  ),
  inContainer(
    'extended resource',
    'pods.secondaryNetworks',
    fc
      .constantFrom('intel.com/sriov', 'openshift.io/x', 'deviceclass.resource.kubernetes.io/x')
      .map((name) => (one) => {
        one.resources = { ...one.resources, limits: { ...one.resources?.limits, [name]: '1' } };
      }),
  ),
);
