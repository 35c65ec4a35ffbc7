/** What the invariants may know beside the request: plain values, already looked up by whoever asks. */
import type { LabelSelector, Labels } from '../../k8s/labelSelector.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import type { Subjects } from './subjects.ts';

export type SettingAction = 'Deny' | 'Warn' | 'Audit' | 'Allow';

/** Strictest first: Deny > Drop > Warn > Audit > Allow. */
export type RawSockets = SettingAction | 'Drop';

/** Strictest first: Deny > Gate > Audit > Allow. */
export type BeforeFloor = 'Deny' | 'Gate' | 'Audit' | 'Allow';

/** A Boundary's `spec.pods` (api.md 1). */
export interface PodSettings {
  readonly hostNetwork: SettingAction;
  readonly hostAccess: SettingAction;
  readonly rawSockets: RawSockets;
  readonly secondaryNetworks: SettingAction;
  readonly addressRequests: SettingAction;
  readonly beforeFloor: BeforeFloor;
}

export interface PinnedPort {
  readonly protocol: string;
  readonly port: number;
}

/** The part of a Boundary that the invariants read. Each Boundary judges for itself; the strictest action wins where answers are merged. */
export interface GuardingBoundary {
  readonly name: string;
  readonly pods: PodSettings;
  /** Namespace labels that are copied onto pods. */
  readonly stampPods: readonly string[];
  /** Container port names and the only ports that they may stand for. */
  readonly portNames: ReadonlyMap<string, readonly PinnedPort[]>;
  readonly otherPolicies: SettingAction;
}

/** Values of protected pod labels that pods in the selected namespaces may carry. */
export interface PodLabelGrant {
  readonly namespaceSelector: LabelSelector;
  readonly labels: ReadonlyMap<string, readonly string[]>;
}

/** Labels that a namespace gets when a member of one of the groups creates it. */
export interface Assignment {
  readonly groups: readonly string[];
  readonly labels: Labels;
}

/** Who may do what nobody else may; each is the administrators unless configured. */
export interface Roles {
  readonly labelWriters: Subjects;
  readonly floorWriters: Subjects;
  readonly ruleWriters: Subjects;
  readonly exceptionApprovers: Subjects;
}

/** The configuration's `tenancy`, with what the Boundaries add to it (api.md 4). */
export interface Tenancy {
  readonly tenantLabel: string;
  /** Configured, and every namespace key that any Boundary uses. */
  readonly protectedLabels: ReadonlySet<string>;
  /** Configured, and every key that any Boundary stamps. */
  readonly protectedPodLabels: ReadonlySet<string>;
  readonly podLabelGrants: readonly PodLabelGrant[];
  readonly roles: Roles;
  readonly assign: readonly Assignment[];
  readonly exemptNamespaces: ReadonlySet<string>;
  readonly unassigned: 'Deny' | 'Warn' | 'Allow';
}

/** The configuration's `guards`, and who Bulkhead itself is. */
export interface Guards {
  /** Added to the annotation keys that are always guarded; `example.com/*` stands for every key of that prefix. */
  readonly annotations: ReadonlySet<string>;
  /** Resource names that attach a network; `example.com/*` stands for every name of that prefix. */
  readonly extendedResources: ReadonlySet<string>;
  /** The network plugin's own accounts. */
  readonly annotationWriters: Subjects;
  /** Bulkhead's own user name; null while it is not known. */
  readonly identity: string | null;
}

/** What a live list of a namespace said; policies are counted without `bulkhead-floor`. */
export interface NamespaceContents {
  readonly pods: number;
  readonly policies: number;
}

/** Undefined: nobody asked. Either that or `unavailable` counts as "not empty". */
export type LiveContents = NamespaceContents | 'unavailable' | undefined;

/** For an object inside a namespace: what is known of that namespace and which Boundaries select it (none where it is exempt). */
export interface NamespacedContext {
  readonly tenancy: Tenancy;
  readonly guards: Guards;
  readonly namespace: NamespaceFacts;
  readonly boundaries: readonly GuardingBoundary[];
  /** Whether the floor of the namespace stands; true or absent where nobody writes one. */
  readonly floorStands?: boolean;
}

/** For a Namespace object: the Boundaries that select it by its labels before or after the request. */
export interface NamespaceContext {
  readonly tenancy: Tenancy;
  readonly guards: Guards;
  readonly boundaries: readonly GuardingBoundary[];
  readonly contents: LiveContents;
}

/** For the floor: `orderedDeletion` is true only where the server is known to be 1.34 or later (KEP-5080). */
export interface FloorContext {
  readonly tenancy: Tenancy;
  readonly guards: Guards;
  readonly namespace: NamespaceFacts;
  readonly contents: LiveContents;
  readonly orderedDeletion: boolean;
}
