// Small Kubernetes objects and the paths they are sent to.

export const pods = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
export const policies = (namespace: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;

export const labelled = (key: string): object => ({ metadata: { labels: { [key]: 'x' } } });
export const annotated = (key: string): object => ({ metadata: { annotations: { [key]: 'x' } } });

export const pod = (name: string, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }] },
});

export const binding = (name: string, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Binding',
  metadata: { name, ...metadata },
  target: { apiVersion: 'v1', kind: 'Node', name: 'nowhere' },
});

export const policy = (name: string): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
});
