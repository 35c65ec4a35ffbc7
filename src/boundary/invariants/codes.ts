/** The codes of the object-level invariants: what each one says, in one place. They are part of the JSON contract and never change meaning. */
export const invariantCodes = {
  'object.unreadable':
    'A field that must be read has a wrong type, or the object is missing: nothing can be proven of it.',
  'pods.hostNetwork': 'A Pod uses the network of its node, or takes a port of it (hostPort).',
  'pods.hostAccess':
    'A Pod reaches into its node: PID, IPC, hostPath, privileged, procMount, hostProcess, capabilities.',
  'pods.rawSockets': 'A container adds NET_RAW, or does not drop it.',
  'pods.secondaryNetworks':
    'A Pod attaches a further network: annotation, resource claim, extended resource.',
  'pods.addressRequests': 'A Pod chooses its own address by annotation.',
  'pods.portNames': 'A container port has a pinned name and another number or protocol.',
  'pods.stamp': "A Pod lacks a label that its namespace's Boundary stamps, or carries another value.",
  'pods.beforeFloor':
    'A Pod is created before the floor of its namespace stands, or its gate is lifted by somebody else than Bulkhead.',
  'namespace.recorded': 'A Namespace is created under a name that is recorded with other protected labels.',
  'labels.protected':
    'A protected label of a Namespace is set, changed or removed by someone who may not, or while it is not empty.',
  'labels.assignment': 'Two assignments that match the requester want different values of one label.',
  'labels.podProtected': 'A protected label of a Pod is set without a grant, or changed later.',
  'annotations.guarded':
    'A guarded annotation that is configured, or that stands on a Namespace, is set or changed.',
  'namespace.unassigned': 'A Namespace is created without a tenant label, or loses it.',
  'namespace.exempt':
    'A Namespace whose name is exempt from every Boundary is created by someone who is no administrator.',
  'floor.protected': 'The floor is created, changed or deleted by someone who may not, or too early.',
  'otherPolicies.kind':
    'A policy of a kind that Bulkhead does not understand, in or about guarded namespaces.',
} as const satisfies Readonly<Record<string, string>>;

export type InvariantCode = keyof typeof invariantCodes;
