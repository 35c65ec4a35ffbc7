// Who speaks to the test cluster: each with a token of its own, so that a denial is of a real user and not of an impersonation.

export const identityNames = [
  'admin',
  'dev-payments',
  'dev-orders',
  'bulkhead',
  'outsider',
  'system:kube-controller-manager',
] as const;

export type IdentityName = (typeof identityNames)[number];

/** Groups by user; `bulkhead` is the ServiceAccount that the chart would run it under. */
export const identities: Readonly<
  Record<IdentityName, { readonly user: string; readonly groups: readonly string[] }>
> = {
  admin: { user: 'admin', groups: ['system:masters'] },
  'dev-payments': { user: 'dev-payments', groups: ['team-payments'] },
  'dev-orders': { user: 'dev-orders', groups: ['team-orders'] },
  bulkhead: {
    user: 'system:serviceaccount:bulkhead-system:bulkhead',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:bulkhead-system'],
  },
  outsider: { user: 'outsider', groups: [] },
  'system:kube-controller-manager': { user: 'system:kube-controller-manager', groups: [] },
};
